import { touchOrder } from '../ledger/books.ts'
import { holdCode } from '../ledger/deposit/held.ts'
import { findingKinds, kindOf } from '../ledger/finding-codes.ts'
import { holdCodes, holdsOf, needsSecond, sums, worthOf } from '../ledger/match/accept-invoice.ts'
import { followInvoice } from '../ledger/payables/follow-invoice.ts'
import { writeJournal } from '../ledger/write-journal.ts'
import { type MessageKey, speaker } from '../model/messages.ts'
import { actOnFinding } from '../pipeline/act-finding.ts'
import type { Context } from '../pipeline/context.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import type { Tx } from '../store/database.ts'
import { releaseThese } from '../store/delivery.ts'
import { depositOrdersOf } from '../store/deposit.ts'
import { type FindingName, findFinding } from '../store/finding.ts'
import type { Reader } from '../store/in-list.ts'
import { hurryLanes } from '../store/lane.ts'
import type { FindingTable } from '../store/tables.ts'
import { action, finding, nameOf, params, severity, shown } from './finding-shape.ts'
import { notFound, ProblemError } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { described, fields, flag, list, optional, text } from './shape.ts'
import { key, note } from './values.ts'

const tag = 'findings'
/** Actions after which nothing is left to do about the finding itself; after the others the ledger says when it is over. */
const ending: ReadonlySet<string> = new Set(['close', 'accept', 'rederive', 'resend'])

/** Deliveries of the document that a finding may hold become ready; the sender looks again. Answers their connections. */
export async function freeHeld(tx: Tx, tenant: string, { type, key: of }: FindingName, now: number): Promise<readonly string[]> {
  const held = await tx
    .selectFrom('delivery')
    .select(['id', 'connection'])
    .where('tenant', '=', tenant)
    .where('type', '=', type)
    .where('key', '=', of)
    .where('state', '=', 'parked')
    .where('reason', '=', 'held')
    .execute()
  const lanes = await releaseThese(
    tx,
    tenant,
    held.map(({ id }) => id),
    now,
  )
  await hurryLanes(tx, tenant, 'deliver', lanes, now)
  return [...new Set(held.map(({ connection }) => connection))]
}

/** Closes a finding on the word of a person, with a line of the journal, and frees what it held: deliveries, and money of an invoice. Answers the row, and whom to ring for. */
async function closeByHand(
  tx: Tx,
  hub: Context,
  before: FindingTable,
  how: { readonly note: string; readonly by: string; readonly now: number; readonly accept: boolean; readonly action?: string },
): Promise<{ readonly row: FindingTable } & Ringing> {
  const { type, key: of, code, path } = before
  const change = {
    state: 'closed' as const,
    closed_at: how.now,
    closed_by: how.by.slice(0, 64),
    accepted: how.accept ? (1 as const) : null,
  }
  await tx
    .updateTable('finding')
    .set(change)
    .where('tenant', '=', hub.tenant)
    .where('type', '=', type)
    .where('key', '=', of)
    .where('code', '=', code)
    .where('path', '=', path)
    .execute()
  const told = await writeJournal(tx, hub.tenant, [lineOf(hub, before, 'finding-closed', how)], how.now)
  const connections = await freeHeld(tx, hub.tenant, before, how.now)
  return { row: { ...before, ...change }, connections, told, ring: await lookAgain(tx, hub, before) }
}

/** What a finding held is looked at again: an invoice may be paid, an order may have its money. Answers what to ring for. */
async function lookAgain(tx: Tx, hub: Context, { type, key: of, code }: FindingName): Promise<() => void> {
  if (type === 'invoice' && holdCodes.has(code)) return (await writeLedger(tx, hub, async (books) => followInvoice(books, of))).ring
  if (type !== 'sales-order' || code !== holdCode) return () => undefined
  const [row] = await depositOrdersOf(tx, hub.tenant, [of])
  if (row?.why !== holdCode) return () => undefined
  return (await writeLedger(tx, hub, async (books) => touchOrder(books, type, of))).ring
}

interface Ringing {
  readonly connections: readonly string[]
  readonly told: readonly string[]
  readonly ring?: () => void
}

/** What holds an invoice of more than one person may accept is not closed one by one. @throws ProblemError 409 `second-person` */
async function wantOnePerson(read: Reader, hub: Context, { type, key: of, code }: FindingName): Promise<void> {
  if (type !== 'invoice' || !holdCodes.has(code)) return
  const amounts = worthOf(await holdsOf(read, hub.tenant, of))
  if (needsSecond(hub.catalogue().matching, amounts))
    throw new ProblemError(
      409,
      'second-person',
      `What holds invoice '${of}' is worth ${sums(amounts)}, which takes two persons: POST /v1/invoices/accept (\`crossdock invoices accept\`).`,
    )
}

const lineOf = (
  hub: Context,
  { type, key: of, code, path }: FindingName,
  kind: string,
  how: { readonly note: string; readonly by: string; readonly now: number; readonly action?: string },
) => ({
  tenant: hub.tenant,
  id: hub.newId(),
  at: how.now,
  kind,
  type,
  key: of,
  version: null,
  envelope: null,
  delivery: null,
  detail: JSON.stringify({ code, path, ...(how.action === undefined ? {} : { action: how.action }) }),
  actor: how.by,
  why: how.note,
})

const ringFor = (hub: Context, done: Ringing) => () => {
  done.ring?.()
  for (const connection of done.connections) hub.bell.ring({ kind: 'deliver', connection })
  for (const subscription of done.told) hub.bell.ring({ kind: 'events', subscription })
}

export const findingActRoutes = [
  route({
    id: 'listFindingKinds',
    method: 'GET',
    path: '/v1/finding-kinds',
    tag,
    scope: 'read',
    summary: { en: 'Every code a finding can have, how much it matters and what is proposed', zh: '全部问题代码、严重程度与建议操作' },
    answer: fields({
      items: list(
        fields({
          code: text(),
          severity,
          action,
          en: fields({ what: text(), action: text() }),
          zh: fields({ what: text(), action: text() }),
        }),
      ),
    }),
    handle: async () => ({
      body: {
        items: Object.entries(findingKinds).map(([code, kind]) => {
          const told = (language: 'en' | 'zh') => {
            const say = speaker(language) as (key: MessageKey) => string
            return { what: say(`finding.${code}` as MessageKey), action: say(`act.${kind.action}` as MessageKey) }
          }
          return { code, ...kind, en: told('en'), zh: told('zh') }
        }),
      },
    }),
  }),
  writeRoute({
    id: 'closeFinding',
    method: 'POST',
    path: '/v1/findings/{id}/close',
    tag,
    scope: 'write',
    audit: { act: 'finding-closed', asked: ['note'], answered: ['type', 'key', 'code', 'path'] },
    summary: {
      en: 'Close a finding with a note; it opens again when the document changes and it still holds',
      zh: '附说明关闭问题；若单据变化后问题仍存在会再次打开',
    },
    params,
    body: fields({
      note,
      accept: optional(described(flag, 'it stays closed as long as it says the same, also when its document changes')),
    }),
    answer: finding,
    effect: async (tx, { hub, params: { id }, body, now, who }) => {
      const before = await findFinding(tx, hub.tenant, nameOf(id))
      if (!before) throw notFound()
      if (before.state === 'closed') return { body: shown(before, now) }
      await wantOnePerson(tx, hub, before)
      const done = await closeByHand(tx, hub, before, { note: body.note, by: who.id, now, accept: body.accept === true })
      return { body: shown(done.row, now), after: ringFor(hub, done) }
    },
  }),
  route({
    id: 'actOnFinding',
    method: 'POST',
    path: '/v1/findings/{id}/act',
    tag,
    scope: 'replay',
    audit: { act: 'finding-acted', asked: ['note', 'key'], answered: ['type', 'key', 'code', 'path', 'action'] },
    summary: { en: 'Do what is proposed for a finding', zh: '执行问题的建议操作' },
    params,
    body: fields({ note, key: optional(described(key, 'for a link: which of ours it is')) }),
    answer: finding,
    handle: async ({ hub, params: { id }, body, who }) => {
      const { database, tenant } = hub
      const before = await findFinding(database.read, tenant, nameOf(id))
      if (before === undefined) throw notFound()
      if (before.state === 'closed') throw new ProblemError(409, 'closed', 'The finding is closed: there is nothing to do about it.')
      await wantOnePerson(database.read, hub, before)
      const { action: proposed } = kindOf(before.code)
      await actOnFinding(hub, before, { who: who.id, note: body.note, ...(body.key === undefined ? {} : { key: body.key }) })
      const done = await database.write(async (tx) => {
        const now = await database.now()
        const how = { note: body.note, by: who.id, now, action: proposed }
        const after = await findFinding(tx, tenant, before)
        if (after?.state === 'open' && ending.has(proposed)) return closeByHand(tx, hub, after, { ...how, accept: proposed === 'accept' })
        const told = await writeJournal(tx, tenant, [lineOf(hub, before, 'finding-acted', how)], now)
        return { row: after ?? before, connections: [], told, ring: () => undefined }
      })
      return { body: shown(done.row, await database.now()), after: ringFor(hub, done) }
    },
  }),
]
