import type { DocumentPart, Identity } from '../connector/types.ts'
import { idMaker } from '../model/id.ts'
import type { JsonObject } from '../model/json.ts'
import type { Database } from '../store/database.ts'
import { openTestStore } from '../testing/test-store.ts'
import { applyPart } from './apply.ts'
import { openBooks, preload } from './books.ts'
import { finish } from './finish.ts'
import type { Applied, Books, Finished, Incoming } from './types.ts'

/** For tests of the ledger: a store in memory, and records without a pipeline. */
export interface LedgerKit {
  readonly tenant: string
  readonly database: Database
  /** one unit of work, and what follows its end in the same transaction */
  work<T>(
    work: (books: Books) => Promise<T>,
    after?: (books: Books) => Promise<void>,
  ): Promise<{ readonly result: T; readonly finished: Finished }>
  /** applies records in one unit of work */
  apply(...records: readonly Incoming[]): Promise<{ readonly applied: readonly Applied[]; readonly finished: Finished }>
}

export const kitTenant = 't'
/** Characters that a column keeps of an envelope's id. */
const idLength = 26

/** `given`: a store that several kits share, each with a tenant of its own. */
export async function openLedgerKit(given?: { readonly database: Database; readonly tenant: string }): Promise<LedgerKit> {
  const database = given?.database ?? (await openTestStore())
  const tenant = given?.tenant ?? kitTenant
  let now = Date.parse('2026-11-23T08:00:00.000Z')
  const newId = idMaker(() => now)
  const work: LedgerKit['work'] = (each, after) =>
    database.write(async (tx) => {
      now += 1000
      const books = await openBooks(tx, { tenant, now, newId, revision: 'r1' })
      const result = await each(books)
      const finished = await finish(books)
      await after?.(books)
      return { result, finished }
    })
  return {
    tenant,
    database,
    work,
    async apply(...records) {
      const { result, finished } = await work(async (books) => {
        await preload(books, records)
        const applied: Applied[] = []
        for (const record of records) applied.push(await applyPart(books, record))
        return applied
      })
      return { applied: result, finished }
    },
  }
}

const origin: Identity = { kind: 'origin' }

export interface RecordOptions {
  readonly mode?: DocumentPart['mode']
  readonly identity?: Identity
  readonly op?: Incoming['op']
  readonly baseline?: boolean
  readonly asOf?: string
  readonly measure?: 'onHand' | 'available'
}

/** A mapped record: of a stream that owns its documents, unless options say otherwise. */
export const record = (
  connection: string,
  document: string,
  externalKey: string,
  body: JsonObject | null,
  options: RecordOptions = {},
): Incoming => ({
  envelope: `envelope-${connection}-${externalKey}`.slice(0, idLength),
  connection,
  books: 'harbour',
  stream: document,
  part: {
    document,
    mapping: `${connection}/${document}`,
    mode: options.mode ?? 'replace',
    identity: options.identity ?? origin,
    ...(options.measure === undefined ? {} : { measure: options.measure }),
  },
  externalKey,
  version: null,
  asOf: Date.parse(options.asOf ?? '2026-11-23T08:00:00.000Z'),
  baseline: options.baseline ?? false,
  op: options.op ?? 'upsert',
  body,
  mapping: 'm1',
})

export const ref = (type: string, connection: string, externalKey: string): JsonObject => ({ type, connection, externalKey })

const productIdentity: Identity = {
  kind: 'master',
  key: 'sku',
  identifiers: [
    { scheme: 'sku', path: 'sku' },
    { scheme: 'gtin', path: 'gtins' },
  ],
}

/** A product of the master ERP; a case holds 12 pieces. */
export const product = (externalKey: string, sku: string, more: JsonObject = {}): Incoming =>
  record(
    'erp',
    'product',
    externalKey,
    { sku, name: sku, baseUnit: 'EA', packs: [{ unit: 'XCS', factor: '12' }], ...more },
    { identity: productIdentity },
  )

export const location = (externalKey: string, code: string, zone = 'Europe/Berlin'): Incoming =>
  record(
    'erp',
    'location',
    externalKey,
    { code, name: code, kind: 'warehouse', zone },
    { identity: { kind: 'master', key: 'code', identifiers: [{ scheme: 'code', path: 'code' }] } },
  )

export const stock = (sku: string, onHand: string, asOf: string, more: JsonObject = {}, options: RecordOptions = {}): Incoming =>
  record(
    'erp',
    'stock-level',
    sku,
    { location: { ref: ref('location', 'erp', 'MAIN') }, product: { ref: ref('product', 'erp', sku) }, unit: 'EA', onHand, ...more },
    { mode: 'snapshot', identity: { kind: 'stock' }, asOf, measure: 'onHand', ...options },
  )

/** A line of a shop order: price 10.00. */
export const saleLine = (key: string, sku: string, quantity: string, more: JsonObject = {}): JsonObject => ({
  key,
  number: key,
  product: { ref: ref('product', 'erp', sku) },
  name: sku,
  quantity,
  unit: 'EA',
  unitPrice: '10.00',
  lineAmount: `${Number(quantity) * 10}.00`,
  ...more,
})

export function sale(shop: string, externalKey: string, lines: readonly JsonObject[], more: JsonObject = {}): Incoming {
  const total = `${lines.reduce((sum, line) => sum + Number(line.lineAmount), 0)}.00`
  return record(shop, 'sales-order', externalKey, {
    number: externalKey,
    status: 'open',
    placedAt: '2026-11-23T09:00:00.000Z',
    issueDate: '2026-11-23',
    seller: { name: 'Harbour' },
    currency: 'USD',
    taxBasis: 'none',
    lines,
    totals: { linesTotal: total, grandTotal: total },
    ...more,
  })
}

/** A parcel that left the warehouse, as the ERP tells it. */
export const parcel = (
  externalKey: string,
  order: JsonObject,
  lines: readonly JsonObject[],
  takenAt: string,
  more: JsonObject = {},
): Incoming =>
  record('erp', 'shipment', externalKey, {
    direction: 'outbound',
    status: 'shipped',
    from: { code: 'MAIN' },
    order,
    takenAt,
    shippedAt: takenAt,
    lines,
    ...more,
  })

export const parcelLine = (orderLine: JsonObject | undefined, sku: string, quantity: string): JsonObject => ({
  ...(orderLine === undefined ? {} : { orderLine }),
  product: { ref: ref('product', 'erp', sku) },
  quantity,
  unit: 'EA',
})

/** A purchase in cases of 12 at CNY 120.00. */
export const purchase = (externalKey: string, lines: readonly JsonObject[], more: JsonObject = {}): Incoming =>
  record('erp', 'purchase-order', externalKey, {
    number: `PO-${externalKey}`,
    status: 'issued',
    issueDate: '2026-11-23',
    buyer: { name: 'Harbour' },
    seller: { name: 'Ningbo' },
    currency: 'CNY',
    taxBasis: 'exclusive',
    lines,
    ...more,
  })

export const purchaseLine = (key: string, sku: string, cases: string, more: JsonObject = {}): JsonObject => ({
  key,
  number: key,
  product: { ref: ref('product', 'erp', sku) },
  quantity: cases,
  unit: 'XCS',
  unitPrice: '120.00',
  ...more,
})

export const receipt = (externalKey: string, order: JsonObject, lines: readonly JsonObject[], more: JsonObject = {}): Incoming =>
  record('erp', 'goods-receipt', externalKey, {
    kind: 'receipt',
    status: 'posted',
    receivedAt: '2026-11-23T10:00:00.000Z',
    location: { code: 'MAIN' },
    lines: lines.map((line) => ({ order, unit: 'XCS', ...line })),
    ...more,
  })

export const response = (
  externalKey: string,
  order: JsonObject,
  respondedAt: string,
  kind: string,
  lines: readonly JsonObject[],
): Incoming => record('ningbo-erp', 'order-response', externalKey, { order, kind, respondedAt, lines })

export const payment = (shop: string, externalKey: string, amount: string, more: JsonObject = {}): Incoming =>
  record(shop, 'payment', `${externalKey}/paid`, {
    kind: 'payment',
    status: 'captured',
    amount,
    currency: 'USD',
    paidAt: '2026-11-23T09:01:00.000Z',
    allocations: [{ ref: ref('sales-order', shop, externalKey), amount }],
    ...more,
  })

export const refund = (shop: string, externalKey: string, order: string, amount: string, lines: readonly JsonObject[] = []): Incoming =>
  record(shop, 'refund', externalKey, {
    status: 'done',
    order: ref('sales-order', shop, order),
    amount,
    currency: 'USD',
    refundedAt: '2026-11-23T15:00:00.000Z',
    lines,
  })

export const invoice = (externalKey: string, order: JsonObject, lines: readonly JsonObject[], more: JsonObject = {}): Incoming =>
  record('erp', 'invoice', externalKey, {
    kind: 'invoice',
    status: 'posted',
    number: `INV-${externalKey}`,
    issueDate: '2026-11-24',
    issuer: { name: 'Ningbo' },
    recipient: { name: 'Harbour' },
    currency: 'CNY',
    taxBasis: 'exclusive',
    lines: lines.map((line) => ({ order, unit: 'XCS', unitPrice: '120.00', ...line })),
    totals: {},
    ...more,
  })

/** Products A and B in warehouse MAIN, nothing on the shelf. */
export const masterData: readonly Incoming[] = [location('MAIN', 'MAIN'), product('A', 'A'), product('B', 'B')]
