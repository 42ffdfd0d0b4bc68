import { openBooks } from '../ledger/books.ts'
import { kindOf } from '../ledger/finding-codes.ts'
import { finish } from '../ledger/finish.ts'
import { addLink, linkLine } from '../ledger/links.ts'
import { mend, mendSold } from '../ledger/mend.ts'
import { lineNamed } from '../ledger/order-case.ts'
import { parcelCases } from '../ledger/parcel-figures.ts'
import { fetchDocument, listOf, loadLineLinks, openShelf, targetOf, textOf } from '../ledger/shelf.ts'
import type { Books, LedgerDocument } from '../ledger/types.ts'
import { reject } from '../model/errors.ts'
import { at, isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Tx } from '../store/database.ts'
import { findEnvelope } from '../store/envelope.ts'
import { readyLanes } from '../store/lane.ts'
import { wantRun } from '../store/schedule.ts'
import type { FindingTable } from '../store/tables.ts'
import type { Context } from './context.ts'
import { canRefetch, refetchLane } from './drafts.ts'
import { release } from './release.ts'
import { replayDelivery, replayEnvelopes } from './replay.ts'
import { route } from './route.ts'

/** What a person says with the press. `key`: ours, for a link. */
export interface ActWish {
  readonly who: string
  readonly note: string
  readonly key?: string
}

/**
 * Does what is proposed for a finding, but for what only closes it. Whether the finding is over, the ledger says when it derives again.
 * @throws HubError (reject) `nothing-to-act-on` where what it needs is not there, `no-key`, and what the steps throw
 */
export async function actOnFinding(context: Context, row: FindingTable, wish: ActWish): Promise<void> {
  switch (kindOf(row.code).action) {
    case 'link':
      return link(context, row, wish)
    case 'reread':
      return reread(context, await documentBehind(context, row))
    case 'reapply':
      return reapply(context, row)
    case 'rederive':
      return inBooks(context, async (books) => {
        const products = await mend(books, [
          { table: 'finding', key: row.key, stored: row.detail, computed: null, of: { type: row.type, key: row.key } },
        ])
        return () => mendSold(books, products)
      })
    case 'resend':
      return replayDelivery(context, wanted(detailOf(row).delivery, 'a delivery'), { who: wish.who, reason: wish.note })
    default:
      return
  }
}

const detailOf = ({ detail }: FindingTable): JsonObject => {
  const value: Json = JSON.parse(detail)
  return isObject(value) ? value : {}
}

function wanted(value: Json | undefined, what: string): string {
  if (typeof value === 'string') return value
  throw reject(
    'nothing-to-act-on',
    `the finding names no ${what.replace(/^an? /, '')}: look at its detail, deal with it, and close it with a note`,
  )
}

/** One unit of work with all that follows; `work` may answer what comes after its end. */
async function inBooks(context: Context, work: (books: Books) => Promise<(() => Promise<void>) | undefined>): Promise<void> {
  const { database, tenant, newId, bell } = context
  const catalogue = context.catalogue()
  const rings = await database.write(async (tx) => {
    const now = await database.now()
    const books = await openBooks(tx, { tenant, now, newId, revision: catalogue.revision, matching: catalogue.matching })
    const after = await work(books)
    const finished = await finish(books)
    await after?.()
    const routed = await route(context, books, catalogue, finished.changes)
    const released = await release(tx, tenant, finished.links, now)
    return { connections: [...routed.connections, ...released.connections], lanes: released.lanes, told: finished.told }
  })
  for (const connection of new Set(rings.connections)) bell.ring({ kind: 'deliver', connection })
  for (const lane of rings.lanes) bell.ring({ kind: 'ingest', lane })
  for (const subscription of rings.told) bell.ring({ kind: 'events', subscription })
}

async function link(context: Context, row: FindingTable, { key }: ActWish): Promise<void> {
  if (key === undefined) throw reject('no-key', 'say which of ours it is (`key`)')
  const detail = detailOf(row)
  await inBooks(context, async (books) => {
    if (row.code === 'unmatched-line') return linkRow(books, row, detail, key)
    const connection = wanted(detail.connection, 'a connection')
    const externalKey = wanted(detail.externalKey, 'a key of the partner')
    if ((await fetchDocument(books.data.shelf, row.type, key)) === undefined)
      throw reject('no-document', `the ledger has no ${row.type} '${key}'`)
    await addLink(books, { type: row.type, connection, externalKey, key, linkedBy: 'person' })
    return undefined
  })
}

/** The row of another document that names a line we do not know: it is this one of ours. */
async function linkRow(books: Books, row: FindingTable, detail: JsonObject, line: string): Promise<undefined> {
  const { shelf } = books.data
  const document = await fetchDocument(shelf, row.type, row.key)
  const named = document && at(document.body, `${row.path.slice(1).replaceAll('/', '.')}.orderLine`)
  const externalKey = wanted(isObject(named) ? named.externalKey : undefined, 'line by a key of the partner')
  const connection = (isObject(named) ? textOf(named.connection) : undefined) ?? document?.origin ?? ''
  const key = wanted(detail.order, 'an order')
  const type = orderTypeIn(document, row.path)
  const order = await fetchDocument(shelf, type, key)
  if (order === undefined || lineNamed(order, { key: line }, connection, () => undefined) === undefined)
    throw reject(
      'no-line',
      `the ${type} ${key} has no line '${line}'; it has ${listOf(order?.body.lines)
        .map((one) => String(one.key))
        .join(', ')}`,
    )
  await loadLineLinks(shelf, type, [key])
  linkLine(books, { type, connection, key, externalKey, line })
  return undefined
}

const orderTypeIn = (document: LedgerDocument | undefined, path: string): string => {
  const row = document && at(document.body, path.slice(1).replaceAll('/', '.'))
  const reference = isObject(row) && row.order !== undefined ? row.order : document?.body.order
  return targetOf(reference)?.type ?? 'sales-order'
}

/** The document a finding is about; of a parcel the last that was told of it. */
async function documentBehind({ database, tenant }: Context, row: FindingTable): Promise<LedgerDocument> {
  const shelf = openShelf(database.read, tenant)
  const [parcel] = row.type === 'parcel' ? await parcelCases(shelf, [row.key]) : []
  const last = parcel?.scans.toSorted((a, b) => a.at - b.at).at(-1)
  const document =
    last === undefined
      ? (parcel?.shipments[0] ?? (await fetchDocument(shelf, row.type, row.key)))
      : await fetchDocument(shelf, 'tracking-event', last.key)
  if (document === undefined) throw reject('nothing-to-act-on', 'there is no document behind this finding: link the record first')
  return document
}

async function reread(context: Context, document: LedgerDocument): Promise<void> {
  const { database, tenant, bell } = context
  const ring = await database.write(async (tx) => {
    const envelope = await envelopeOf(tx, tenant, document)
    const { connection, stream, key } = envelope
    const setup = context.catalogue().connections.get(connection)
    if (setup === undefined) throw reject('nothing-to-act-on', `the workspace has no connection '${connection}' any more`)
    const now = await database.now()
    if (canRefetch(setup.connector, connection, stream, key)) {
      await readyLanes(tx, tenant, 'refetch', [refetchLane(connection, stream, key)], now)
      return { kind: 'refetch' as const, connection }
    }
    if (await wantRun(tx, tenant, { connection, stream, kind: 'pull' }, now)) return { kind: 'pull' as const, connection, stream }
    throw reject(
      'nothing-to-act-on',
      `${connection} ${stream} can be read neither by key nor as a list: ask the partner to send the record again`,
    )
  })
  bell.ring(ring)
}

async function reapply(context: Context, row: FindingTable): Promise<void> {
  const { database, tenant } = context
  const [parcel] = row.type === 'parcel' ? await parcelCases(openShelf(database.read, tenant), [row.key]) : []
  const documents = parcel?.scans.map(({ key }) => key) ?? []
  const shelf = openShelf(database.read, tenant)
  const behind =
    parcel === undefined
      ? [await documentBehind(context, row)]
      : (await Promise.all(documents.map((key) => fetchDocument(shelf, 'tracking-event', key)))).flatMap((one) => one ?? [])
  const ids = [...new Set(behind.flatMap(({ envelope }) => envelope ?? []))]
  if (ids.length === 0) throw reject('nothing-to-act-on', 'the document came with no record that could be processed again')
  await replayEnvelopes(context, { ids })
}

async function envelopeOf(tx: Tx, tenant: string, { envelope, type, key }: LedgerDocument) {
  const row = envelope === null ? undefined : await findEnvelope(tx, tenant, envelope)
  if (row === undefined)
    throw reject('nothing-to-act-on', `the record of ${type} ${key} is not kept any more: read its stream again with \`crossdock pull\``)
  return row
}
