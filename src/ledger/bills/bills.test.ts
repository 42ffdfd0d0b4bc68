import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isHubError } from '../../model/errors.ts'
import { type BillFormat, readBill } from './read-bill.ts'

/** Made by us after the published columns; no bill of a real account is in the repository. */
const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'fixtures', name))
const refusal = (format: BillFormat, text: string): string => {
  try {
    readBill(format, Buffer.from(text))
  } catch (error) {
    if (isHubError(error)) return `${error.detail.code}: ${error.message}`
    throw error
  }
  return 'read'
}

test("Alipay's bill in GBK: sales and refunds with their fees, what is shared out apart, and no name of a buyer", () => {
  const bill = readBill('alipay', fixture('alipay-trade.csv'))
  expect(bill).toEqual({
    ...{ provider: 'alipay', from: '2026-11-24', until: '2026-11-24' },
    lines: [
      { kind: 'sale', amount: '100.00', order: '1001', at: '2026-11-24T02:00:30.000Z', key: '2026112422001400000000000001', fee: '0.60' },
      { kind: 'sale', amount: '59.90', order: '1002', at: '2026-11-24T02:00:30.000Z', key: '2026112422001400000000000002', fee: '0.36' },
      { kind: 'commission', amount: '1.20', order: '1002', at: '2026-11-24T02:00:30.000Z', key: '2026112422001400000000000002/分润' },
      {
        kind: 'refund',
        amount: '40.00',
        order: '1001',
        at: '2026-11-24T15:59:59.000Z',
        key: '2026112422001400000000000001/R-1',
        fee: '-0.24',
      },
    ],
  })
  expect(JSON.stringify(bill)).not.toContain('138')
})

test("WeChat Pay's bill of trade: a comma within a value is none between two, fees with five decimals", () => {
  expect(readBill('wechat-trade', fixture('wechat-trade.csv')).lines).toMatchObject([
    { kind: 'sale', amount: '88.00', fee: '0.53', order: '1001', currency: 'CNY', at: '2026-11-24T02:05:00.000Z' },
    { kind: 'sale', amount: '12.00', fee: '0.07', order: '1002' },
    { kind: 'refund', amount: '20.00', fee: '-0.12', order: '1001', key: '50300000000000000000000000001' },
  ])
})

test("WeChat Pay's bill of funds: payments, fees and refunds, and what else moved as an adjustment", () => {
  const { lines } = readBill('wechat-fund', fixture('wechat-fund.csv'))
  expect(lines.map(({ kind, amount, order, note }) => [kind, amount, order ?? note])).toEqual([
    ['sale', '88.00', '1001'],
    ['fee', '0.53', '1001'],
    ['refund', '20.00', 'R-1'],
    ['adjustment', '-60.00', '提现 提现 W-1'],
  ])
})

test('a bill that is cut, is of another kind, or does not come to what it says is refused whole, with the arithmetic', () => {
  const alipay = new TextDecoder('gb18030').decode(fixture('alipay-trade.csv'))
  const trade = fixture('wechat-trade.csv').toString('utf8')
  const fund = fixture('wechat-fund.csv').toString('utf8')
  expect(refusal('alipay', alipay.slice(0, alipay.indexOf('业务明细列表结束')))).toContain('the file was cut off')
  expect(refusal('alipay', alipay.replace('59.90,59.90', '59.00,59.00'))).toBe(
    'bill-differs: the bill says 交易合计 (元) 159.90 and its lines come to 159.00: 0.90 is missing. Nothing was written',
  )
  expect(refusal('alipay', alipay.replace('台灯', '台灯,白色'))).toContain('line 6 of the bill: it has 26 cells and the head names 25')
  expect(refusal('wechat-trade', trade.replace('`12.00,`3.00', '`11.00,`4.00'))).toContain('1.00 is missing')
  expect(refusal('wechat-trade', trade.slice(0, trade.indexOf('总交易单数')))).toContain('the file was cut off')
  expect(refusal('wechat-trade', trade.replace('`SUCCESS,`OTHERS', '`LATER,`OTHERS'))).toContain(
    "'LATER' in column '交易状态' is not known",
  )
  expect(refusal('wechat-fund', fund.replace('`88.00,`88.00', '`eight,`88.00'))).toContain("'eight' in column '收支金额(元)' is no amount")
  expect(refusal('wechat-fund', trade)).toContain('is a bill of another kind')
})
