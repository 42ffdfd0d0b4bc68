import type { JsonObject } from '../../model/json.ts'
import type { Database } from '../../store/database.ts'
import { type LedgerKit, location, openLedgerKit, product, record, ref, sale } from '../ledger-kit.ts'
import { accountId, natural } from '../money/account.ts'
import type { Incoming } from '../types.ts'
import { type ChangeWish, changeDeposit } from './change.ts'

/** For tests of deposits: merchants M1 and M2, goods A and B, and what is on their accounts. */
export interface DepositBed {
  readonly kit: LedgerKit
  readonly database: Database
  change(wish: Partial<ChangeWish> & Pick<ChangeWish, 'number' | 'kind'>): Promise<unknown>
  balance(party?: string, currency?: string): Promise<{ readonly available: bigint; readonly frozen: bigint }>
}

export const author = { actor: 'anna', why: 'because' }
export const fits = (): undefined => undefined

export const merchant = (key: string): Incoming =>
  record(
    'erp',
    'party',
    key,
    { number: key, name: key, roles: ['merchant'], status: 'active' },
    { identity: { kind: 'master', key: 'number', identifiers: [{ scheme: 'number', path: 'number' }] } },
  )

/** `given`: several tests share one store, each with goods and merchants of its own tenant. */
export async function openDepositBed(given?: LedgerKit): Promise<DepositBed> {
  const kit = given ?? (await openLedgerKit())
  await kit.apply(location('MAIN', 'MAIN'), product('A', 'A'), product('B', 'B'), merchant('M1'), merchant('M2'))
  const change: DepositBed['change'] = (wish) =>
    kit.work((books) => changeDeposit(books, { merchant: 'M1', currency: 'CNY', author, ...wish }, fits))
  await change({ number: 'terms', kind: 'terms', owner: 'us' })
  return {
    kit,
    database: kit.database,
    change,
    balance: async (party = 'M1', currency = 'CNY') => {
      const of = async (kind: string) => {
        const id = accountId({ book: 'deposit', owner: 'us', party, kind, currency })
        const row = await kit.database.read
          .selectFrom('account')
          .selectAll()
          .where('tenant', '=', kit.tenant)
          .where('id', '=', id)
          .executeTakeFirst()
        return row === undefined ? 0n : natural(row)
      }
      return { available: await of('available'), frozen: await of('frozen') }
    },
  }
}

export const order = (key: string, lines: readonly JsonObject[], more: JsonObject = {}): Incoming =>
  sale('shop', key, lines, { currency: 'CNY', seller: { ref: { type: 'party', key: 'M1' }, name: 'M1' }, ...more })

export const topUp = (key: string, amount: string, more: JsonObject = {}): Incoming =>
  record('bank', 'payment', key, {
    ...{ kind: 'top-up', status: 'captured', amount, currency: 'CNY', paidAt: '2026-11-23T09:00:00.000Z' },
    payer: { ref: { type: 'party', key: 'M1' } },
    ...more,
  })

export const sent = (
  key: string,
  of: string,
  lines: readonly (readonly [line: string, sku: string, quantity: string])[],
  more: JsonObject = {},
): Incoming =>
  record('erp', 'shipment', key, {
    ...{ direction: 'outbound', status: 'shipped', from: { code: 'MAIN' }, order: ref('sales-order', 'shop', of) },
    ...{ takenAt: '2026-11-23T10:00:00.000Z', shippedAt: '2026-11-23T10:00:00.000Z' },
    lines: lines.map(([line, sku, quantity]) => ({
      orderLine: { key: line },
      product: { ref: ref('product', 'erp', sku) },
      quantity,
      unit: 'EA',
    })),
    ...more,
  })
