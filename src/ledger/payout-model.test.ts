import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { kitTenant, type LedgerKit, masterData, openLedgerKit, payment, record, refund, sale, saleLine } from './ledger-kit.ts'
import { payLine, payout, watch } from './ledger-kit-payouts.ts'
import { linesTotal } from './payout-lines.ts'
import type { Incoming } from './types.ts'
import { verify } from './verify.ts'

const cents = fc.constantFrom('10.00', '20.00', '30.00', '0.01', '19.99')
const kinds = ['sale', 'refund', 'fee', 'commission', 'tax', 'discount-subsidy', 'chargeback', 'adjustment', 'reserve'] as const

const orderOf = (key: string) =>
  fc
    .record({
      paid: fc.array(cents, { maxLength: 2 }),
      back: fc.array(cents, { maxLength: 2 }),
      platform: fc.option(cents, { nil: undefined }),
      currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR'),
    })
    .map(({ paid, back, platform, currency }): readonly Incoming[] => [
      sale('shop-us', key, [saleLine('1', 'A', '5')], {
        currency,
        ...(platform === undefined ? {} : { discounts: [{ amount: platform, fundedBy: 'platform' }] }),
        totals: { linesTotal: '50.00', grandTotal: '50.00' },
      }),
      ...paid.map((amount, index) =>
        record('shop-us', 'payment', `${key}/${index}`, { ...payment('shop-us', key, amount).body, currency } as JsonObject),
      ),
      ...back.map((amount, index) => refund('shop-us', `r${key}${index}`, key, amount)),
    ])
const line = fc
  .record({
    kind: fc.constantFrom(...kinds),
    order: fc.constantFrom('1', '2', '3', undefined),
    amount: cents,
    fee: fc.option(cents, { nil: undefined }),
    currency: fc.constantFrom(undefined, undefined, undefined, 'EUR'),
  })
  .map(({ kind, order, amount, fee, currency }) =>
    payLine(kind, order, amount, { ...(fee === undefined ? {} : { fee }), ...(currency === undefined ? {} : { currency }) }),
  )
const payoutOf = (key: string) =>
  fc
    .record({
      lines: fc.array(line, { minLength: 1, maxLength: 5 }),
      status: fc.constantFrom('paid', 'paid', 'planned', 'failed'),
      day: fc.constantFrom('25', '26'),
    })
    .map(({ lines, status, day }) => payout(key, lines, { status, paidAt: `2026-11-${day}T06:00:00.000Z` }))
// an order that a payout may name is never told: it stays unknown
const day = fc
  .tuple(orderOf('1'), orderOf('2'), payoutOf('P'), payoutOf('Q'))
  .map(([first, second, ...payouts]) => [...first, ...second, ...payouts])

async function rowsOf({ database: { read } }: LedgerKit) {
  const findings = await read.selectFrom('finding').selectAll().where('state', '=', 'open').orderBy('key').orderBy('code').execute()
  return {
    payouts: await read.selectFrom('payout').selectAll().orderBy('key').execute(),
    lines: await read.selectFrom('payout_line').selectAll().orderBy('key').orderBy('position').execute(),
    settlements: await read.selectFrom('settlement').selectAll().orderBy('key').execute(),
    findings: findings.map(({ key, code, detail }) => [key, code, detail]),
  }
}

async function atRest(batches: readonly (readonly Incoming[])[]) {
  const kit = await openLedgerKit()
  await watch(kit)
  await kit.apply(...masterData)
  for (const batch of batches) await kit.apply(...batch)
  const rows = await rowsOf(kit)
  const { differences } = await verify(kit.database, kitTenant)
  await kit.database.close()
  return { rows, differences }
}

test('payouts, orders, payments and refunds say the same in whatever order they come, and all of it can be computed again', async () => {
  await fc.assert(
    fc.asyncProperty(
      day.chain((records) =>
        fc.record({
          records: fc.constant(records),
          shuffled: fc.shuffledSubarray(records, { minLength: records.length }),
          cut: fc.nat(records.length),
          // a record that comes again changes nothing
          twice: fc.subarray(records, { maxLength: 2 }),
        }),
      ),
      async ({ records, shuffled, cut, twice }) => {
        const one = await atRest([records])
        const other = await atRest([...shuffled.slice(0, cut).map((each) => [each]), shuffled.slice(cut), twice])
        expect(other.rows).toEqual(one.rows)
        expect([one.differences, other.differences]).toEqual([[], []])
      },
    ),
    { numRuns: 6 },
  )
})

test('what matched, what did not and what is not judged is the sum of the lines, to the penny, and what is open of orders the rest', async () => {
  await fc.assert(
    fc.asyncProperty(day, async (records) => {
      const { rows } = await atRest([records])
      const bodies = new Map(
        records.flatMap(({ part, externalKey, body }) =>
          'document' in part && part.document === 'payout' && body ? [[String(`shop-us/${externalKey}`), body] as const] : [],
        ),
      )
      for (const row of rows.payouts) {
        const sum = BigInt(row.matched) + BigInt(row.unmatched) + BigInt(row.unjudged)
        expect(sum).toBe(linesTotal(bodies.get(row.key) ?? {}))
        expect(sum).toBe(BigInt(row.total))
        const own = rows.lines.filter(({ key, currency }) => key === row.key && currency === row.currency)
        expect(own.reduce((all, { amount }) => all + BigInt(amount), 0n)).toBe(sum)
        expect(rows.lines.filter(({ key }) => key === row.key)).toHaveLength(row.lines)
        expect(row.verdict === 'matched').toBe(row.differing === 0 && row.status !== 'failed')
      }
      for (const each of rows.settlements)
        expect(BigInt(each.open)).toBe(BigInt(each.captured) + BigInt(each.subsidy) - BigInt(each.refunded) - BigInt(each.settled))
    }),
    { numRuns: 12 },
  )
})
