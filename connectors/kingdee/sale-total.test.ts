import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { compileMapping } from '../../src/mapping/compile.ts'
import { sum } from '../../src/model/decimal.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { packageRoot } from '../../src/package-root.ts'
import { type Account, openAccount } from '../../src/simulator/kingdee/account.ts'
import { save } from '../../src/simulator/kingdee/save.ts'
import { createStaff } from '../../src/simulator/kingdee/staff.ts'
import { contextOf } from '../../src/testing/mapping-kit.ts'

const context = contextOf({
  connection: 'erp',
  books: 'HARBOUR',
  config: { customer: 'WEB', chargeMaterial: 'FREIGHT' },
  codes: { unit: { Pcs: 'C62' } },
  links: { product: { LAMP: 'LAMP' } },
})
const file = join(packageRoot, 'mappings', 'kingdee', 'sale-create.json')
const { mapping } = compileMapping(readFileSync(file, 'utf8'), { file, codes: { unit: { Pcs: 'C62' } } })
let account: Account
beforeAll(() => {
  account = openAccount('100', () => new Date('2026-11-23T09:00:00Z'))
  const staff = createStaff(account)
  staff.addCustomer('WEB', '网店客户')
  for (const number of ['LAMP', 'FREIGHT']) staff.addMaterial({ number, name: number })
})

const money = (cents: number): string => (cents / 100).toFixed(2)
/** A line or charge as a shop rounds it: tax put on a price, or taken out of one. */
const priced = fc
  .record({
    entered: fc.integer({ min: 1, max: 500_000 }),
    quantity: fc.integer({ min: 1, max: 40 }),
    percent: fc.constantFrom(0, 7, 8.875, 9, 13, 19, 20),
  })
  .chain((one) => fc.boolean().map((isInside) => ({ ...one, isInside })))
  .map(({ entered, quantity, percent, isInside }) => {
    const tax = Math.round((entered * percent) / (isInside ? 100 + percent : 100))
    return { quantity, net: isInside ? entered - tax : entered, tax, percent }
  })
type Priced = { readonly quantity: number; readonly net: number; readonly tax: number; readonly percent: number }

test('a sale comes to what the shop says, line by line, whether the shop tells prices with tax or without, rates or amounts only', () => {
  const order = fc.record({
    lines: fc.array(priced, { minLength: 1, maxLength: 5 }),
    freight: priced,
    basis: fc.constantFrom('inclusive', 'exclusive'),
    tellsRates: fc.boolean(),
  })
  fc.assert(
    fc.property(order, ({ lines, freight, basis, tellsRates }) => {
      const amountOf = ({ net, tax }: Priced): string => money(basis === 'inclusive' ? net + tax : net)
      const taxes = ({ tax, percent }: Priced) => [{ amount: money(tax), ...(tellsRates ? { percent: String(percent) } : {}) }]
      const all = [...lines, freight]
      const pushed = mapping?.push(
        {
          key: 'shop/1001',
          issueDate: '2026-11-23',
          currency: 'EUR',
          taxBasis: basis,
          lines: lines.map((line, at) => ({
            key: String(at + 1),
            number: String(at + 1),
            product: { ref: { type: 'product', key: 'LAMP' } },
            quantity: String(line.quantity),
            unit: 'C62',
            lineAmount: amountOf(line),
            taxes: taxes(line),
          })),
          charges: [{ kind: 'shipping', amount: amountOf(freight), taxes: taxes(freight) }],
          totals: {},
        },
        context,
      )
      account.bills('SAL_SaleOrder').clear()
      if (pushed?.ok !== true) return expect.unreachable(JSON.stringify(pushed))
      const { number, currency, taxIncluded, lines: entries } = pushed.value as JsonObject
      const { head, entries: saved } = save(account, 'SAL_SaleOrder', {
        FID: 0,
        FBillNo: number ?? null,
        FSaleOrderFinance: { FSettleCurrId: { FNumber: currency ?? null }, FIsIncludedTax: taxIncluded ?? null },
        FSaleOrderEntry: entries ?? null,
      })
      expect(saved.map(({ values }) => [values.FAmount, values.FEntryTaxAmount])).toEqual(all.map(({ net, tax }) => [net / 100, tax / 100]))
      expect(Number(head.FBillAllAmount)).toBe(Number(sum(all.map(({ net, tax }) => money(net + tax)))))
    }),
    { numRuns: 300 },
  )
})
