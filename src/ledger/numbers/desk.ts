import { laneOf } from '../../model/id.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Tx } from '../../store/database.ts'
import { addCounts, countShards, insertDecision, type NumberCounts, noNumbers } from '../../store/number-count.ts'
import { insertNumberEvents, saveNumbers } from '../../store/order-number.ts'
import type { JournalTable } from '../../store/tables.ts'
import type { OrderNumberTable } from '../../store/tables-numbers.ts'
import { writeJournal } from '../write-journal.ts'

/** One unit of work on order numbers. */
export interface NumberDesk {
  readonly tx: Tx
  readonly tenant: string
  /** epoch ms by the database's clock */
  readonly now: number
  /** the same clock, after a wait for others */
  readonly clock: () => Promise<number>
  readonly newId: () => string
  /** id of an API key, `local`, or `crossdock` */
  readonly actor: string
  /** what {@link closeDesk} writes */
  readonly pending: {
    readonly counts: Map<string, NumberCounts>
    readonly lines: JournalTable[]
    /** false: this unit of work has seen that nobody listens to events */
    isHeard: boolean
  }
}

export const openDesk = (given: Omit<NumberDesk, 'pending'>): NumberDesk => ({
  ...given,
  pending: { counts: new Map(), lines: [], isHeard: true },
})

/** What becomes of a number whose row this transaction has locked. */
export interface NumberChange {
  readonly row: OrderNumberTable
  readonly to: Partial<Omit<OrderNumberTable, 'tenant' | 'scheme' | 'number' | 'place' | 'events'>>
  readonly why?: string
  /** who changes it; that of the unit of work when left out */
  readonly actor?: string
}

/** Writes changes of numbers of one scheme with their histories. */
export async function changeNumbers(desk: NumberDesk, scheme: string, changes: readonly NumberChange[]): Promise<void> {
  const { tx, tenant, now, actor } = desk
  const all = changes.map(({ row, to, why, actor: by = actor }) => ({
    before: row,
    why,
    by,
    after: { ...row, ...to, events: row.events + 1, changed_at: now },
  }))
  await saveNumbers(
    tx,
    all.map(({ after }) => after),
  )
  await insertNumberEvents(
    tx,
    all.map(({ after, why, by }) => ({
      ...{ tenant, scheme, number: after.number, seq: after.events, at: now, state: after.state },
      ...{ request: after.request, holder: after.holder, until: after.state === 'locked' ? after.due_at : null },
      ...{ amount: after.amount, actor: by, why: why ?? null },
    })),
  )
  const sum = { ...pendingOf(desk, scheme) }
  for (const { before, after } of all) {
    sum[before.state]--
    sum[after.state]++
    sum.amount += BigInt(after.amount ?? 0) - BigInt(before.amount ?? 0)
  }
  desk.pending.counts.set(scheme, sum)
}

/** Counts numbers that were made. */
export function countMade(desk: NumberDesk, scheme: string, made: number): void {
  const sum = pendingOf(desk, scheme)
  desk.pending.counts.set(scheme, { ...sum, issued: sum.issued + made, available: sum.available + made })
}

/** Counts numbers that were available and are held now. */
export function countHeld(desk: NumberDesk, scheme: string, count: number): void {
  const sum = pendingOf(desk, scheme)
  desk.pending.counts.set(scheme, { ...sum, available: sum.available - count, locked: sum.locked + count })
}

/** What this unit of work adds to the counts of a scheme, so far. */
export const pendingOf = ({ pending }: NumberDesk, scheme: string): NumberCounts => pending.counts.get(scheme) ?? noNumbers

/** A line of the journal about a request, or about a scheme where no request is named: what receivers of events hear. */
export function tellNumbers(desk: NumberDesk, kind: string, scheme: string, request: string | undefined, detail: JsonObject): void {
  const { tenant, now, newId, actor } = desk
  const subject = request === undefined ? { type: 'number-scheme', key: scheme } : { type: 'order-number', key: `${scheme}/${request}` }
  desk.pending.lines.push({
    ...{ tenant, id: newId(), at: now, kind, ...subject, version: null, envelope: null, delivery: null },
    ...{ detail: JSON.stringify({ scheme, ...detail }), actor, why: null },
  })
}

/** Every decision is a row with the figures it was made from. */
export const decide = (
  { tx, tenant, now, newId, actor }: NumberDesk,
  scheme: string,
  kind: string,
  inputs: JsonObject,
  outcome: string,
  why: string | null = null,
): Promise<unknown> =>
  insertDecision(tx, { tenant, id: newId(), scheme, at: now, kind, inputs: JSON.stringify(inputs), outcome, actor, why })

/** Writes the journal, and last the counts, for which others wait. Answers the receivers that have something to be told now. */
export async function closeDesk({ tx, tenant, now, newId, pending }: NumberDesk): Promise<readonly string[]> {
  const told = await writeJournal(tx, tenant, pending.lines, now, pending.isHeard)
  for (const [scheme, counts] of [...pending.counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    await addCounts(tx, tenant, scheme, laneOf(countShards, newId()), counts)
  return told
}
