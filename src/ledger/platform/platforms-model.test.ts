import fc from 'fast-check'
import { expect, test } from 'vitest'
import { syncConnections } from '../../store/connection.ts'
import { kitTenant, masterData, openLedgerKit, payment, refund, sale, saleLine } from '../ledger-kit.ts'
import { payLine, payout, watched } from '../ledger-kit-payouts.ts'
import { natural } from '../money/account.ts'
import { payoutLines } from '../payout-lines.ts'
import { termsText } from '../settlement-terms.ts'
import type { Incoming } from '../types.ts'
import { verify } from '../verify.ts'

/** A record as it is first told and, where it is told again, otherwise than at last. */
interface Told {
  readonly first: Incoming | undefined
  readonly last: Incoming
}

const cents = fc.constantFrom('10.00', '20.00', '0.01', '19.99')
const told = <T>(value: fc.Arbitrary<T>, recordOf: (value: T) => Incoming): fc.Arbitrary<Told> =>
  fc
    .record({ first: fc.option(value, { nil: undefined }), last: value })
    .map(({ first, last }) => ({ first: first === undefined ? undefined : recordOf(first), last: recordOf(last) }))

const orderOf = (key: string) =>
  fc.tuple(
    told(fc.record({ platform: fc.option(cents, { nil: undefined }), isCancelled: fc.boolean() }), ({ platform, isCancelled }) =>
      sale('shop-us', key, [saleLine('1', 'A', '5')], {
        ...(platform === undefined ? {} : { discounts: [{ amount: platform, fundedBy: 'platform' }] }),
        ...(isCancelled ? { status: 'cancelled' } : {}),
        totals: { linesTotal: '50.00', grandTotal: '50.00' },
      }),
    ),
    told(fc.record({ amount: cents, isBack: fc.boolean() }), ({ amount, isBack }) =>
      payment('shop-us', key, amount, isBack ? { status: 'reversed' } : {}),
    ),
    told(cents, (amount) => refund('shop-us', `r${key}`, key, amount)),
  )
const line = fc
  .record({
    kind: fc.constantFrom('sale', 'sale', 'refund', 'fee', 'tax', 'discount-subsidy', 'chargeback', 'adjustment', 'reserve'),
    // the third is never told: it stays unknown
    order: fc.constantFrom('1', '2', '3', undefined),
    amount: cents,
    fee: fc.option(cents, { nil: undefined }),
    currency: fc.constantFrom(undefined, undefined, 'EUR'),
  })
  .map(({ kind, order, amount, fee, currency }) =>
    payLine(kind, order, amount, { ...(fee === undefined ? {} : { fee }), ...(currency === undefined ? {} : { currency }) }),
  )
const payoutOf = (connection: string, key: string) =>
  told(
    fc.record({ lines: fc.array(line, { minLength: 1, maxLength: 4 }), status: fc.constantFrom('paid', 'paid', 'planned', 'failed') }),
    ({ lines, status }): Incoming => ({ ...payout(key, lines, { status }), connection }),
  )
const day = fc
  .tuple(orderOf('1'), orderOf('2'), payoutOf('shop-us', 'P'), payoutOf('psp', 'Q'))
  .map(([one, two, ...payouts]) => [...one, ...two, ...payouts])

async function atRest(batches: readonly (readonly Incoming[])[]) {
  const kit = await openLedgerKit()
  await kit.database.write((tx) =>
    syncConnections(
      tx,
      kitTenant,
      ['shop-us', 'psp'].map((name) => ({ name, connector: 'test', books: 'harbour', settlement: termsText(watched) })),
      1,
    ),
  )
  await kit.apply(...masterData)
  for (const batch of batches) await kit.apply(...batch)
  const { read } = kit.database
  const accounts = await read.selectFrom('account').selectAll().where('book', '=', 'platform').execute()
  const rest = {
    accounts: accounts
      .filter(({ balance }) => BigInt(balance) !== 0n)
      .map((row) => [`${row.kind} ${row.party} ${row.currency}`, natural(row)] as const)
      .sort(),
    sums: [...Map.groupBy(accounts, ({ currency }) => currency)].map(([, rows]) =>
      rows.reduce((sum, { balance }) => sum + BigInt(balance), 0n),
    ),
    settlements: await read.selectFrom('settlement').selectAll().execute(),
    lines: await read.selectFrom('payout_line').selectAll().execute(),
    differences: (await verify(kit.database, kitTenant)).differences,
  }
  await kit.database.close()
  return rest
}

/**
 * What a platform owes by its orders and payouts alone: what is open of its orders; what is under way to us; and what lines of payouts that arrived, or their totals, say otherwise than orders, fees and adjustments: lines of no
 * order take away, reserves are kept back.
 */
function owedBy(connection: string, { settlements, lines }: Awaited<ReturnType<typeof atRest>>, records: readonly Incoming[]): bigint {
  let owed = settlements.reduce((sum, row) => (row.origin === connection ? sum + BigInt(row.open) : sum), 0n)
  for (const { part, externalKey, body, connection: from } of records) {
    if (!('document' in part) || part.document !== 'payout' || from !== connection || body === null) continue
    for (const one of payoutLines(body)) {
      const row = lines.find(({ key, position }) => key === `${from}/${externalKey}` && position === one.position)
      const sign = one.kind === 'refund' || one.kind === 'chargeback' ? -1n : 1n
      const isSettling = ['sale', 'discount-subsidy', 'refund', 'chargeback'].includes(one.kind)
      const isHeld = row?.order_key !== '' && isSettling && !one.isForeign && body.status !== 'failed'
      if (body.status === 'paid') {
        if (isSettling && !isHeld && !one.isForeign) owed -= sign * one.amount
        if (one.kind === 'reserve' && !one.isForeign) owed += one.amount
      } else if (isHeld) owed += sign * one.amount
    }
  }
  return owed
}

test('a platform owes what is open of its orders and what nobody explained, whatever came first, was told otherwise or called off', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      day.chain((records) =>
        fc.record({
          records: fc.constant(records),
          shuffled: fc.shuffledSubarray([...records.keys()], { minLength: records.length }),
          early: fc.shuffledSubarray([...records.keys()]),
        }),
      ),
      async ({ records, shuffled, early }) => {
        const last = records.map((one) => one.last)
        const one = await atRest([last])
        const firsts = early.flatMap((index) => records[index]?.first ?? [])
        const other = await atRest([
          ...firsts.map((record) => [record]),
          ...shuffled.flatMap((index) => (records[index] === undefined ? [] : [[records[index].last]])),
          last,
        ])
        expect(other.accounts).toEqual(one.accounts)
        expect([one.differences, other.differences]).toEqual([[], []])
        expect([...one.sums, ...other.sums].every((sum) => sum === 0n)).toBe(true)
        for (const connection of ['shop-us', 'psp']) {
          const held = new Map(one.accounts).get(`receivable ${connection} USD`) ?? 0n
          expect(held).toBe(owedBy(connection, one, last))
        }
      },
    ),
    { numRuns: 8 },
  )
})
