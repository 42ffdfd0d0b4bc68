import { documentPage } from '../store/document.ts'
import { findingsOf } from '../store/finding.ts'
import { grouped, type Reader } from '../store/in-list.ts'
import { type Held, orderLinesOf, orderStatesOf, reservationsOf, soldRows } from '../store/order.ts'
import { namedParcels, parcelPage } from '../store/parcel.ts'
import { stockOf } from '../store/stock.ts'
import { assemble, loadTargets, orderTypes } from './assemble.ts'
import { soldUnits } from './derive-orders.ts'
import { type Note, noteName } from './findings.ts'
import { type OrderFigures, orderCodes, orderFigures } from './order-figures.ts'
import { parcelCases, parcelCodes, parcelFigures } from './parcel-figures.ts'
import { differs, rowName } from './rows.ts'
import { documentName, openShelf, toDocument } from './shelf.ts'
import { stockCodes, stockFigures } from './stock-figures.ts'
import { stockPlace } from './stock-level.ts'

/** A derived row that is not what the documents say; JSON of the rows, null for one that should not be there or is missing. */
export interface Difference {
  readonly table: string
  readonly key: string
  readonly stored: string | null
  readonly computed: string | null
}

export const maxDifferences = 1000
const page = 200

/** What the orders say about stock and sales, added up while they are checked. */
interface Sums {
  /** by product, then by time of release ('' while open) */
  readonly held: Map<string, Map<string, bigint>>
  readonly inTransit: Map<string, bigint>
  /** by origin and product */
  readonly sold: Map<string, bigint>
}

/** Computes every derived row again from the documents and lists what differs from the store, at most {@link maxDifferences}. An empty list is the proof. */
export async function verify(read: Reader, tenant: string): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  const sums: Sums = { held: new Map(), inTransit: new Map(), sold: new Map() }
  for (const type of orderTypes) await verifyOrders(read, tenant, type, sums, differences)
  await verifyStock(read, tenant, sums, differences)
  const stored = (await soldRows(read, tenant)).map(({ connection, product, quantity }) => ({
    name: rowName(connection, product),
    quantity,
  }))
  const computed = [...sums.sold].flatMap(([name, quantity]) => (quantity === 0n ? [] : [{ name, quantity }]))
  compareRows('sold', stored, computed, ({ name }) => name, differences)
  await verifyParcels(read, tenant, differences)
  return differences.slice(0, maxDifferences)
}

function addUp({ held, inTransit, sold }: Sums, { lines, reservations }: OrderFigures): void {
  const add = (sums: Map<string, bigint>, name: string, value: bigint) => sums.set(name, (sums.get(name) ?? 0n) + value)
  for (const row of lines) {
    if (row.product === null) continue
    if (row.type === 'purchase-order') add(inTransit, row.product, BigInt(row.open))
    else add(sold, rowName(row.origin, row.product), soldUnits(row))
  }
  for (const { product, released_at, quantity } of reservations) {
    const times = held.get(product) ?? new Map<string, bigint>()
    held.set(product, times)
    add(times, released_at === null ? '' : String(released_at), BigInt(quantity))
  }
}

const heldRows = (product: string, times: ReadonlyMap<string, bigint> | undefined): Held[] =>
  [...(times ?? [])].map(([time, quantity]) => ({ product, released_at: time === '' ? null : Number(time), quantity }))

async function verifyOrders(read: Reader, tenant: string, type: string, sums: Sums, differences: Difference[]): Promise<void> {
  for (let after = ''; differences.length < maxDifferences; ) {
    const names = await documentPage(read, tenant, type, after, page)
    const keys = names.map(({ key }) => key)
    const cases = await assemble(openShelf(read, tenant), names)
    const figures = [...cases.values()].map((each) => orderFigures(each))
    for (const each of figures) addUp(sums, each)
    compareRows(
      'order_line',
      await orderLinesOf(read, tenant, type, keys),
      figures.flatMap(({ lines }) => lines),
      (row) => rowName(row.type, row.key, row.line),
      differences,
    )
    compareRows(
      'order_state',
      await orderStatesOf(read, tenant, type, keys),
      figures.map(({ state }) => state),
      documentName,
      differences,
    )
    if (type === 'sales-order')
      compareRows(
        'reservation',
        await reservationsOf(read, tenant, keys),
        figures.flatMap(({ reservations }) => reservations),
        (row) => rowName(row.order_key, row.line, row.part),
        differences,
      )
    const documents = [...cases.values()].flatMap(({ order, related }) => [order, ...related])
    const within = new Set(keys)
    await compareFindings(
      read,
      tenant,
      documents,
      figures.flatMap(({ findings }) => findings),
      orderCodes,
      (order) => typeof order === 'string' && within.has(order),
      differences,
    )
    after = keys.at(-1) ?? after
    if (names.length < page) return
  }
}

async function verifyStock(read: Reader, tenant: string, sums: Sums, differences: Difference[]): Promise<void> {
  const shelf = openShelf(read, tenant)
  for (let after = ''; ; ) {
    const rows = await documentPage(read, tenant, 'stock-level', after, page)
    for (const row of rows) shelf.documents.set(documentName(row), toDocument(row))
    after = rows.at(-1)?.key ?? after
    if (rows.length < page) break
  }
  const levels = [...shelf.documents.values()].flatMap((document) => document ?? [])
  await loadTargets(shelf, levels)
  const byProduct = grouped(levels, ({ body }) => stockPlace(shelf, body)?.product ?? '')
  byProduct.delete('')
  const figures = [...byProduct].map(([product, documents]) =>
    stockFigures(shelf, documents, heldRows(product, sums.held.get(product)), sums.inTransit.get(product) ?? 0n),
  )
  const stored = (await stockOf(read, tenant, byProduct.keys())).map(({ changed_at: _, ...row }) => row)
  compareRows(
    'stock',
    stored,
    figures.flatMap(({ rows }) => rows.map(({ row }) => row)),
    (row) => rowName(row.product, row.location, row.condition),
    differences,
  )
  await compareFindings(
    read,
    tenant,
    levels,
    figures.flatMap(({ findings }) => findings),
    stockCodes,
    () => true,
    differences,
  )
}

/** Parcels that are stored, and parcels that documents name: both have to be the other. */
async function verifyParcels(read: Reader, tenant: string, differences: Difference[]): Promise<void> {
  for (let after = ''; differences.length < maxDifferences; ) {
    const named = await namedParcels(read, tenant, after, page)
    const stored = await parcelPage(read, tenant, after, page)
    const until =
      named.length === page || stored.length === page
        ? [named.at(-1) ?? '', stored.at(-1)?.tracking ?? ''].filter((one) => one > after).sort()[0]
        : undefined
    const within = (tracking: string) => until === undefined || tracking <= until
    const cases = await parcelCases(openShelf(read, tenant), named.filter(within))
    const figures = cases.map((one) => parcelFigures(one))
    compareRows(
      'parcel',
      stored.filter(({ tracking }) => within(tracking)),
      figures.flatMap(({ row }) => row ?? []),
      ({ tracking }) => tracking,
      differences,
    )
    await compareFindings(
      read,
      tenant,
      cases.map(({ tracking }) => ({ type: 'parcel', key: tracking })),
      figures.flatMap(({ findings }) => findings),
      parcelCodes,
      () => true,
      differences,
    )
    if (until === undefined) return
    after = until
  }
}

function compareRows<R extends object>(
  table: string,
  stored: readonly R[],
  computed: readonly R[],
  nameOf: (row: R) => string,
  differences: Difference[],
): void {
  const before = new Map(stored.map((row) => [nameOf(row), row]))
  const now = new Map(computed.map((row) => [nameOf(row), row]))
  for (const [name, row] of now) if (differs(before.get(name), row)) differences.push(difference(table, name, before.get(name), row))
  for (const [name, row] of before) if (!now.has(name)) differences.push(difference(table, name, row, undefined))
}

async function compareFindings(
  read: Reader,
  tenant: string,
  documents: readonly { readonly type: string; readonly key: string }[],
  computed: readonly Note[],
  codes: ReadonlySet<string>,
  isWithin: (order: unknown) => boolean,
  differences: Difference[],
): Promise<void> {
  const names = new Map(documents.map(({ type, key }) => [documentName({ type, key }), { type, key }]))
  const open = new Map<string, object>()
  for (const [type, group] of grouped(names.values(), (name) => name.type))
    for (const row of await findingsOf(
      read,
      tenant,
      type,
      group.map(({ key }) => key),
    )) {
      const detail: { readonly order?: unknown } = JSON.parse(row.detail)
      if (row.state === 'open' && codes.has(row.code) && isWithin(detail.order)) open.set(noteName(row), detail)
    }
  const wanted = new Map(computed.map((finding) => [noteName(finding), finding.detail]))
  for (const [name, detail] of wanted) if (!open.has(name)) differences.push(difference('finding', name, undefined, detail))
  for (const [name, detail] of open) if (!wanted.has(name)) differences.push(difference('finding', name, detail, undefined))
}

const difference = (table: string, name: string, stored: object | undefined, computed: object | undefined): Difference => ({
  table,
  key: name.replaceAll('\0', ' '),
  stored: stored === undefined ? null : json(stored),
  computed: computed === undefined ? null : json(computed),
})

const json = (row: object): string => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value))
