import { openBooks } from '../ledger/books.ts'
import type { Note } from '../ledger/findings.ts'
import { finish } from '../ledger/finish.ts'
import { mend, mendSold } from '../ledger/mend.ts'
import { documentName } from '../ledger/shelf.ts'
import { type Difference, type Verified, verify } from '../ledger/verify.ts'
import { grouped } from '../store/in-list.ts'
import type { VerificationTable } from '../store/tables.ts'
import { insertVerification } from '../store/verification.ts'
import { breathing } from './breath.ts'
import type { Context } from './context.ts'
import { release } from './release.ts'
import { route } from './route.ts'
import { settleFindings } from './settle-findings.ts'

export interface VerifyWish {
  /** derive again what differs */
  readonly repair: boolean
  readonly askedBy: string
}

/** Orders, products, parcels and documents derived again in one transaction. */
const batch = 25
/** What was found by wrong references is found again by right ones, and sums by the rows they are of. */
const mostRounds = 3

/**
 * Holds the ledger against its documents and keeps the result. With `repair` what differs is derived again in units of work of its own, with all that follows from a change: routes hear of stock that moved. Answers
 * what was found first, and what differs still.
 * @throws the reason of `signal` when it ends the work
 */
export async function verifyLedger(
  context: Context,
  { repair, askedBy }: VerifyWish,
  signal: AbortSignal,
): Promise<{ readonly row: VerificationTable; readonly found: Verified; readonly left: readonly Difference[] }> {
  const { database, tenant } = context
  const breathe = breathing()
  const pause = () => {
    signal.throwIfAborted()
    return breathe()
  }
  const startedAt = await database.now()
  const found = await verify(database, tenant, pause)
  const mended = new Set<string>()
  let left = found
  for (let round = 0; repair && left.differences.length > 0 && round < mostRounds; round++) {
    const names = [...grouped(left.differences, ({ of }) => documentName(of)).values()]
    for (let from = 0; from < names.length; from += batch) {
      signal.throwIfAborted()
      await repairThese(context, names.slice(from, from + batch).flat())
    }
    for (const { table, key } of left.differences) mended.add(`${table} ${key}`)
    left = await verify(database, tenant, pause)
  }
  const row = await keep(context, startedAt, left, repair ? mended.size : null, askedBy)
  return { row, found, left: left.differences }
}

async function repairThese(context: Context, differences: readonly Difference[]): Promise<void> {
  const { database, tenant, newId } = context
  const catalogue = context.catalogue()
  const rings = await database.write(async (tx) => {
    const now = await database.now()
    const books = await openBooks(tx, { tenant, now, newId, revision: catalogue.revision, matching: catalogue.matching })
    const products = await mend(books, differences)
    const finished = await finish(books)
    await mendSold(books, products)
    const routed = await route(context, books, catalogue, finished.changes)
    const released = await release(tx, tenant, finished.links, now)
    return { connections: new Set([...routed.connections, ...released.connections]), lanes: released.lanes, told: finished.told }
  })
  for (const connection of rings.connections) context.bell.ring({ kind: 'deliver', connection })
  for (const subscription of rings.told) context.bell.ring({ kind: 'events', subscription })
  for (const lane of rings.lanes) context.bell.ring({ kind: 'ingest', lane })
}

/** The row says what is so at the end; what was mended stands in the journal. */
async function keep(
  context: Context,
  startedAt: number,
  { whole, differences, checked }: Verified,
  mended: number | null,
  askedBy: string,
): Promise<VerificationTable> {
  const { database, tenant, newId, bell } = context
  const kept = await database.write(async (tx) => {
    const now = await database.now()
    const row: VerificationTable = {
      tenant,
      id: newId(),
      started_at: startedAt,
      ended_at: now,
      whole: whole ? 1 : 0,
      differences: differences.length,
      mended,
      checked: JSON.stringify(checked),
      body: JSON.stringify(differences),
      asked_by: askedBy,
    }
    await insertVerification(tx, row)
    return { row, told: await settleFindings(context, tx, codes, notesOf(differences), now, whole) }
  })
  for (const subscription of kept.told) bell.ring({ kind: 'events', subscription })
  return kept.row
}

const codes: ReadonlySet<string> = new Set(['figures-differ'])

/** One finding for each order, product, parcel or document whose figures differ. */
const notesOf = (differences: readonly Difference[]): readonly Note[] =>
  [...grouped(differences, ({ of }) => documentName(of)).values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const tables = [...new Set(group.map(({ table }) => table))].sort()
    return [{ ...first.of, code: 'figures-differ' as const, path: '', detail: { tables, rows: group.length } }]
  })
