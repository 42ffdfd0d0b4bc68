import { applyPart } from '../ledger/apply.ts'
import { openBooks, preload } from '../ledger/books.ts'
import { finish } from '../ledger/finish.ts'
import { record, ref } from '../ledger/ledger-kit.ts'
import type { Incoming } from '../ledger/types.ts'
import type { Context } from '../pipeline/context.ts'
import { raiseAlarm } from '../store/alarm.ts'
import { syncConnections } from '../store/connection.ts'
import type { Tx } from '../store/database.ts'
import { saveFindings } from '../store/finding.ts'
import { insertPlan } from '../store/plan.ts'
import { insertShapes } from '../store/shape.ts'
import { at, canary, levelOf, ofMerchant, ofSupplier, party, partyRef, shared, sku, type Trader, trading } from './test-parties.ts'
import { alarmRow, attemptRow, deliveryRow, envelopeRow, insertRows, planRow, receiptRow, shapeRow } from './test-rows.ts'

async function applied(
  tx: Tx,
  { tenant, newId }: Pick<Context, 'tenant' | 'newId'>,
  records: readonly Incoming[],
  now = Date.parse(at),
): Promise<void> {
  const books = await openBooks(tx, { tenant, now, newId, revision: 'r1' })
  await preload(books, records)
  for (const one of records) await applyPart(books, one)
  await finish(books)
}

/** A party whose status the ERP moves. */
export const setStatus = (hub: Context, key: Trader, status: string): Promise<void> =>
  hub.database.write((tx) => applied(tx, hub, [party(key, key.startsWith('S') ? 'supplier' : 'merchant', status)]))

/** Products that S2 supplies for some days only; today is 2026-11-23. */
export const seedValidity = (hub: Context): Promise<void> =>
  hub.database.write((tx) =>
    applied(
      tx,
      hub,
      Object.entries({
        'from-today': { validFrom: '2026-11-23', validTo: '2026-11-23' },
        'until-yesterday': { validTo: '2026-11-22' },
        'from-tomorrow': { validFrom: '2026-11-24' },
      }).map(([word, days]) =>
        record(
          'erp',
          'product',
          word,
          { sku: word, name: word, baseUnit: 'EA', supplierItems: [{ supplier: { ref: { type: 'party', key: 'S2' } }, ...days }] },
          { identity: sku },
        ),
      ),
    ),
  )

/** An order of which goods came while it was the first supplier's, went back, and which then went to the second; its sum did not foot while it was the first's. */
export async function seedHandedOver(hub: Context): Promise<void> {
  const order = (key: 'S1' | 'S2', linesTotal: string) =>
    record('erp', 'purchase-order', 'handed-over', {
      number: 'handed-over',
      status: 'issued',
      issueDate: '2026-11-23',
      buyer: { name: 'Harbour' },
      seller: partyRef(key),
      currency: 'CNY',
      taxBasis: 'none',
      lines: [{ key: '1', product: { name: 'lamp' }, quantity: '90', unit: 'EA', lineAmount: '5.00' }],
      totals: { linesTotal, grandTotal: linesTotal },
    })
  const receipt = (accepted: string) =>
    record('erp', 'goods-receipt', 'handed-over', {
      number: 'handed-over',
      kind: 'receipt',
      status: 'posted',
      receivedAt: at,
      location: { code: 'MAIN' },
      lines: [
        {
          key: '1',
          order: ref('purchase-order', 'erp', 'handed-over'),
          orderLine: { key: '1' },
          product: { name: 'lamp' },
          accepted,
          unit: 'EA',
        },
      ],
    })
  const steps = [order('S1', '77.77'), receipt('73'), receipt('0'), order('S2', '5.00'), receipt('41')]
  for (const [hour, step] of steps.entries()) await hub.database.write((tx) => applied(tx, hub, [step], Date.parse(at) + hour * 3_600_000))
}

/** Fills every table a route reads with rows of all four, each with the word of its party. */
export async function seedTraders({ database, tenant, newId }: Context): Promise<void> {
  await database.write(async (tx) => {
    await syncConnections(
      tx,
      tenant,
      [
        { name: 'shop-us', connector: 'shop', books: 'harbour' },
        { name: 'erp', connector: 'erp', books: 'harbour' },
        { name: 'carrier', connector: 'carrier', books: 'harbour' },
        { name: 'ningbo', connector: 'erp', books: 'ningbo' },
        { name: 'shop-m1', connector: 'shop', books: 'M1' },
        { name: 'shop-m1-us', connector: 'shop', books: 'M1', organisation: 'M1-us' },
        { name: 'shop-m2', connector: 'shop', books: 'M2' },
      ],
      1,
    )
    const work = (records: readonly Incoming[]) => applied(tx, { tenant, newId }, records)
    const place = { code: 'MAIN', name: 'Main', kind: 'warehouse', zone: 'Europe/Berlin' }
    await work([
      record('erp', 'location', 'MAIN', place, {
        identity: { kind: 'master', key: 'code', identifiers: [{ scheme: 'code', path: 'code' }] },
      }),
      ...trading.map(({ party: key, role }) => party(key, role)),
    ])
    const items = [{ supplier: { ref: { type: 'party', key: 'S1' } } }]
    await work([record('erp', 'product', 'LAMP', { sku: 'LAMP', name: 'lamp', baseUnit: 'EA', supplierItems: items }, { identity: sku })])
    await work([
      record('erp', 'stock-level', 'LAMP', levelOf('LAMP', '0'), { mode: 'snapshot', identity: { kind: 'stock' }, measure: 'onHand' }),
    ])
    // what hangs on an order comes before it, and with it
    await work([...ofSupplier('S1').reverse().slice(0, -2), ...ofMerchant('M1').reverse()])
    await work([...ofSupplier('S1').slice(0, 2), ...ofSupplier('S2'), ...ofMerchant('M2'), ...shared()])
    const second = ref('sales-order', 'shop-m1-us', 'second')
    const totals = { linesTotal: '0', grandTotal: '0' }
    const bare = {
      number: 'second',
      placedAt: at,
      issueDate: '2026-11-23',
      seller: { name: canary('M1') },
      currency: 'USD',
      taxBasis: 'none',
    }
    await work([
      record('shop-m1-us', 'sales-order', 'second', { ...bare, status: 'open', totals }),
      record('erp', 'shipment', 'out-second', { direction: 'outbound', status: 'planned', from: { code: 'MAIN' }, order: second }),
    ])
    // an order that was first the one supplier's and is now the other's: each sees its own versions only
    const moved = (key: 'S1' | 'S2') =>
      record('erp', 'purchase-order', 'moved', {
        number: 'moved',
        status: 'issued',
        issueDate: '2026-11-23',
        buyer: { name: 'Harbour' },
        seller: partyRef(key),
        currency: 'CNY',
        taxBasis: 'exclusive',
        note: canary(key),
      })
    await work([moved('S1')])
    await work([moved('S2')])
    for (const { party: key, role } of trading) {
      const word = canary(key)
      const id = `X${key}`
      const type = key.startsWith('S') ? 'purchase-order' : 'sales-order'
      const document = key.startsWith('S') ? `erp/po-${word}` : `shop-${key.toLowerCase()}/so-${word}`
      await insertRows(tx, {
        receipts: [receiptRow(tenant, id, `{"id":"${word}"}`)],
        envelopes: [envelopeRow(tenant, id, { key: word, detail: JSON.stringify({ word }) })],
        deliveries: [deliveryRow(tenant, id, { type, key: document, body: `{"number":"${word}"}`, lane: word })],
        attempts: [attemptRow(tenant, id, id, { message: word })],
      })
      const contract = {
        number: word,
        kind: role,
        party: { type: 'party', key },
        status: 'active',
        terms: word,
        approvedBy: 'canary-nobody',
      }
      await work([record('erp', 'contract', `c-${word}`, contract)])
      await saveFindings(tx, [
        {
          tenant,
          type,
          key: document,
          code: 'does-not-foot',
          path: '',
          detail: `{"expected":"${word}"}`,
          state: 'open',
          opened_at: 5,
          closed_at: null,
          owner: 'person/anna',
          owned_at: 5,
          closed_by: 'canary-nobody',
          accepted: null,
        },
      ])
      await insertPlan(tx, planRow(tenant, id, { keys: JSON.stringify([word]) }))
      await raiseAlarm(tx, alarmRow(tenant, id, { subject: word, open_subject: word, message: word }))
      await insertShapes(tx, [shapeRow(tenant, id, word)])
    }
  })
}
