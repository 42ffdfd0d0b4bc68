import { applyPart } from '../../src/ledger/apply.ts'
import { openBooks, preload } from '../../src/ledger/books.ts'
import { finish } from '../../src/ledger/finish.ts'
import {
  parcel,
  parcelLine,
  purchase,
  purchaseLine,
  receipt,
  record,
  ref,
  response,
  sale,
  saleLine,
  stock,
} from '../../src/ledger/ledger-kit.ts'
import type { Incoming } from '../../src/ledger/types.ts'
import { idMaker } from '../../src/model/id.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { syncConnections } from '../../src/store/connection.ts'
import type { Database } from '../../src/store/database.ts'
import { insertMany } from '../../src/store/insert-many.ts'

/** What the ledger itself writes of a few hundred documents; reads-fill.ts repeats its rows under other keys. */
export const tenant = 'default'
export const began = Date.parse('2026-11-23T08:00:00.000Z')
export const shops: readonly string[] = Array.from({ length: 8 }, (_, n) => `shop-${n}`)
export const locations: readonly string[] = ['L0', 'L1', 'L2', 'L3', 'L4']
/** Products and customers that the ledger makes itself. */
export const ownProducts = 20
export const customers = 500
const suppliers = 20
export const seeds = { plain: 250, shipped: 50, purchases: 50 } as const
/** documents of trade that the seed holds */
export const seedDocuments = seeds.plain + 2 * seeds.shipped + 3 * seeds.purchases

export const productKey = (n: number): string => `P${String(n).padStart(5, '0')}`
export const customerKey = (n: number): string => `B${String(n).padStart(4, '0')}`
export const supplierKey = (n: number): string => `S${String(n).padStart(2, '0')}`

const master = (type: string, key: string, body: JsonObject, scheme: string): Incoming =>
  record('erp', type, key, body, { identity: { kind: 'master', key: scheme, identifiers: [{ scheme, path: scheme }] } })

const party = (number: string, roles: readonly string[]): Incoming =>
  master('party', number, { number, name: `Party ${number} of the trade`, roles: [...roles], status: 'active' }, 'number')

function* masters(): Generator<Incoming> {
  for (const code of ['MAIN', ...locations])
    yield master('location', code, { code, name: code, kind: 'warehouse', zone: 'Europe/Berlin' }, 'code')
  for (let n = 0; n < suppliers; n++) yield party(supplierKey(n), ['supplier'])
  for (const [n] of shops.entries()) yield party(`M${n}`, ['merchant'])
  for (let n = 0; n < customers; n++) yield party(customerKey(n), ['buyer'])
  for (let n = 0; n < ownProducts; n++) {
    const sku = productKey(n)
    const packs = [{ unit: 'XCS', factor: '12' }]
    const supplierItems = [{ supplier: { ref: ref('party', 'erp', supplierKey(n)) }, sku: `${sku}-S` }]
    yield master('product', sku, { sku, name: `Article ${sku} in blue`, baseUnit: 'EA', packs, supplierItems }, 'sku')
    for (const [place, code] of locations.entries())
      yield stock(sku, `${10_000 + n + place}`, '2026-11-23T07:00:00.000Z', { location: { ref: ref('location', 'erp', code) } })
  }
}

const text = 'Bicycle lamp with holder, waterproof, two brightness levels, rechargeable by USB, model of this year'
const skuOf = (order: number, line: number): string => productKey((order * 7 + line * 3) % ownProducts)

function order(n: number): Incoming {
  const lines = Array.from({ length: 6 }, (_, line) =>
    saleLine(`${line + 1}`, skuOf(n, line), `${1 + ((n + line) % 4)}`, { name: `${text} ${line}` }),
  )
  const address = {
    name: `Customer ${n}`,
    street: ['Long Street 12', 'Back building'],
    city: 'Hamburg',
    postalCode: '20095',
    country: 'DE',
  }
  const total = `${lines.reduce((sum, line) => sum + Number(line.lineAmount), n % 20 === 0 ? 1 : 0)}.00`
  return sale(shops[n % shops.length] ?? '', `${10_000 + n}`, lines, {
    placedAt: new Date(began - n * 37_000).toISOString(),
    channel: n % 3 === 0 ? 'web' : 'app',
    clientSource: n % 2 === 0 ? 'pc' : 'phone',
    placedVia: 'api',
    status: n % 17 === 0 ? 'cancelled' : n % 5 === 0 ? 'closed' : 'open',
    buyer: { name: `Customer ${n}`, ref: ref('party', 'erp', customerKey((n * 13) % customers)) },
    shipTo: address,
    billTo: address,
    holds: n % 25 === 0 ? ['fraud'] : [],
    totals: { linesTotal: total, grandTotal: total },
  })
}

function* trade(): Generator<Incoming> {
  for (let n = 0; n < seeds.plain + seeds.shipped; n++) {
    yield order(n)
    if (n < seeds.plain) continue
    const origin = shops[n % shops.length] ?? ''
    const lines = [0, 1, 2].map((line) =>
      parcelLine({ ...ref('sales-order', origin, `${10_000 + n}`), line: `${line + 1}` }, skuOf(n, line), '1'),
    )
    yield parcel(`${20_000 + n}`, ref('sales-order', origin, `${10_000 + n}`), lines, '2026-11-23T09:00:00.000Z')
  }
  for (let n = 0; n < seeds.purchases; n++) {
    const name = ref('purchase-order', 'erp', `${30_000 + n}`)
    const lines = [0, 1, 2, 3].map((line) =>
      purchaseLine(`${line + 1}`, skuOf(n, line), '5', { requestedDate: '2026-12-10', lineAmount: '600.00' }),
    )
    const totals = { linesTotal: '2400.00', grandTotal: '2400.00' }
    yield purchase(`${30_000 + n}`, lines, { seller: { name: 'Supplier', ref: ref('party', 'erp', supplierKey(n % suppliers)) }, totals })
    const answers = [0, 1, 2, 3].map((line) => ({ line: `${line + 1}`, action: 'accept', quantity: '5', unit: 'XCS' }))
    yield response(`${40_000 + n}`, name, '2026-11-23T08:30:00.000Z', 'accepted', answers)
    yield receipt(
      `${50_000 + n}`,
      name,
      [0, 1].map((line) => ({ orderLine: `${line + 1}`, product: { ref: ref('product', 'erp', skuOf(n, line)) }, accepted: '5' })),
    )
  }
}

/** Applies the seed through the ledger, and adds deliveries and envelopes as the pipeline leaves them. */
export async function seed(database: Database): Promise<void> {
  let now = began
  const newId = idMaker(() => now)
  await database.write((tx) =>
    syncConnections(
      tx,
      tenant,
      [
        ...shops.map((name, n) => ({ name, connector: 'shop', books: `M${n}` })),
        { name: 'erp', connector: 'erp' },
        { name: 'ningbo-erp', connector: 'erp' },
      ],
      now,
    ),
  )
  for (const records of [[...masters()], [...trade()]])
    for (let from = 0; from < records.length; from += 50)
      await database.write(async (tx) => {
        now += 1000
        const some = records.slice(from, from + 50)
        const books = await openBooks(tx, { tenant, now, newId, revision: 'r1' })
        await preload(books, some)
        for (const one of some) {
          const applied = await applyPart(books, one)
          if (applied.state !== 'applied') throw new Error(`the seed's ${one.externalKey} was not applied: ${JSON.stringify(applied)}`)
        }
        await finish(books)
      })
  await database.write(async (tx) => {
    const documents = await tx.selectFrom('document').select(['type', 'key', 'origin', 'envelope']).where('tenant', '=', tenant).execute()
    const sent = documents.filter(({ type }) => type === 'shipment' || type === 'sales-order')
    await insertMany(
      tx,
      'delivery',
      sent.map(({ type, key, origin }, n) => ({
        tenant,
        id: newId(),
        route: 'out',
        connection: type === 'shipment' ? (shops[n % shops.length] ?? '') : 'erp',
        action: type,
        op: 'create' as const,
        type,
        key,
        document_version: 1,
        effect_key: `${type}/${key}`.slice(0, 64),
        generation: 0,
        lane: `${origin}/${key}`,
        state: type !== 'shipment' ? 'delivered' : n % 50 === 7 ? 'dead' : n % 50 === 8 ? 'due' : 'delivered',
        reason: null,
        waits_for: null,
        body: null,
        partner_key: `p-${key}`,
        attempts: 1,
        due_at: now,
        ambiguous: 0 as const,
        shadow: 0 as const,
        revision: null,
        created_at: now,
        settled_at: now,
        trace: null,
      })),
    )
    const base = {
      tenant,
      receipt: newId(),
      lane: 3,
      version: null,
      op: 'upsert' as const,
      slices: '[]',
      body_hash: 'b',
      as_of: now,
      baseline: 0 as const,
      authoritative: 1 as const,
      detail: null,
      crashes: 0,
      revision: null,
      received_at: now,
      settled_at: now,
    }
    const applied = documents
      .filter(({ type }) => !['product', 'stock-level', 'party', 'location'].includes(type))
      .map(({ type, key, origin, envelope }) => ({
        ...base,
        id: `${envelope}`,
        connection: origin,
        stream: type,
        key,
        state: 'applied',
        reason: null,
        waits_for: null,
      }))
    const unique = [...new Map(applied.map((row) => [row.id, row])).values()]
    const parked = Array.from({ length: 50 }, (_, n) => ({
      ...base,
      id: newId(),
      connection: 'shop-0',
      stream: 'orders',
      key: `parked-${n}`,
      state: 'parked',
      reason: 'missing-link',
      waits_for: `external:product/shop-0/x${n % 9}`,
    }))
    await insertMany(tx, 'envelope', [...unique, ...parked])
    await tx
      .updateTable('finding')
      .set({ owner: 'person/ann', owned_at: now })
      .where('tenant', '=', tenant)
      .where('key', 'like', 'shop-0/%')
      .execute()
  })
}
