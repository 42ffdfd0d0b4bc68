import {
  amountText,
  type Bill,
  type BillLine,
  type BillRow,
  cellOf,
  daysOf,
  demandSum,
  lineOf,
  moneyOf,
  rowOf,
  timeOf,
  unreadable,
} from './bill.ts'

interface Table {
  readonly rows: readonly BillRow[]
  /** what the bill says that it comes to */
  readonly totals: BillRow
}

/** Head, rows, head of totals, totals. Values begin with a backtick, so that a comma within one is none between two. @throws HubError `unreadable-bill` (reject) */
function readTable(text: string, totalsBegin: string): Table {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const head = (lines[0] ?? '').split(',')
  const place = lines.findIndex((line) => line.startsWith(totalsBegin))
  const totals = lines[place + 1]
  if (place < 1 || totals === undefined || totals === '')
    throw unreadable(lines.length, `the totals ('${totalsBegin}') are missing: the file was cut off, or is a bill of another kind`)
  return {
    rows: lines.slice(1, place).flatMap((line, index) => (line.trim() === '' ? [] : [rowOf(index + 2, head, cellsOf(line))])),
    totals: rowOf(place + 2, (lines[place] ?? '').split(','), cellsOf(totals)),
  }
}

const cellsOf = (line: string): readonly string[] => (line.startsWith('`') ? line.slice(1).split(',`') : line.split(','))

const sumOf = (rows: readonly BillRow[], ...names: readonly string[]): bigint => rows.reduce((sum, row) => sum + moneyOf(row, ...names), 0n)
const one = 10_000n
const settled = ['应结订单金额', '总金额'] as const

/**
 * WeChat Pay's 交易账单 (`bill_type` ALL, SUCCESS or REFUND): what is settled of each payment and refund with its fee, which is below zero where a refund gives it back.
 * Format: https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 * @throws HubError (reject) `unreadable-bill`, `bill-differs`
 */
export function readWechatTrade(text: string): Bill {
  const { rows, totals } = readTable(text, '总交易单数')
  const lines = rows.map(tradeLine)
  const isSale = (row: BillRow): boolean => cellOf(row, '交易状态') === 'SUCCESS'
  const [sales, refunds] = [rows.filter(isSale), rows.filter((row) => !isSale(row))]
  demandSum('总交易单数', moneyOf(totals, '总交易单数'), BigInt(rows.length) * one)
  if (sales.length > 0) demandSum('应结订单总金额', moneyOf(totals, '应结订单总金额', '总交易额'), sumOf(sales, ...settled))
  if (refunds.length > 0) demandSum('退款总金额', moneyOf(totals, '退款总金额', '总退款金额'), sumOf(refunds, '退款金额'))
  demandSum('手续费总金额', moneyOf(totals, '手续费总金额'), sumOf(rows, '手续费'))
  return { provider: 'wechat-pay', ...daysOf(rows, '交易时间'), lines }
}

function tradeLine(row: BillRow): BillLine {
  const status = cellOf(row, '交易状态')
  const fee = moneyOf(row, '手续费')
  const more = {
    order: cellOf(row, '商户订单号'),
    at: timeOf(row, '交易时间'),
    currency: cellOf(row, '货币种类'),
    ...(fee === 0n ? {} : { fee: amountText(fee) }),
  }
  if (status === 'SUCCESS') return lineOf('sale', moneyOf(row, ...settled), { ...more, key: cellOf(row, '微信订单号') })
  if (status !== 'REFUND' && status !== 'REVOKED') throw unreadable(row.at, `'${status}' in column '交易状态' is not known`)
  const key = row.cells.get('微信退款单号') ?? ''
  return lineOf('refund', moneyOf(row, '退款金额'), { ...more, key: key === '' || key === '0' ? cellOf(row, '微信订单号') : key })
}

/**
 * WeChat Pay's 资金账单: what moved on the account. Payments name the merchant's order (业务凭证号), refunds a number of their own. What is neither a payment, nor a refund, nor a fee is an adjustment, so that nothing of the bill is lost.
 * @throws HubError (reject) `unreadable-bill`, `bill-differs`
 */
export function readWechatFund(text: string): Bill {
  const { rows, totals } = readTable(text, '资金流水总笔数')
  const [income, expense] = [rows.filter(comesIn), rows.filter((row) => !comesIn(row))]
  demandSum('资金流水总笔数', moneyOf(totals, '资金流水总笔数'), BigInt(rows.length) * one)
  demandSum('收入金额', moneyOf(totals, '收入金额'), sumOf(income, '收支金额(元)'))
  demandSum('支出金额', moneyOf(totals, '支出金额'), sumOf(expense, '收支金额(元)'))
  return { provider: 'wechat-pay', ...daysOf(rows, '记账时间'), lines: rows.map(fundLine) }
}

function comesIn(row: BillRow): boolean {
  const direction = cellOf(row, '收支类型')
  if (direction !== '收入' && direction !== '支出') throw unreadable(row.at, `'${direction}' in column '收支类型' is neither 收入 nor 支出`)
  return direction === '收入'
}

function fundLine(row: BillRow): BillLine {
  const [name, type, voucher] = [cellOf(row, '业务名称'), cellOf(row, '业务类型'), cellOf(row, '业务凭证号')]
  const amount = moneyOf(row, '收支金额(元)')
  const isIncome = comesIn(row)
  const about = { key: cellOf(row, '资金流水单号'), at: timeOf(row, '记账时间') }
  if (type.includes('手续费')) return lineOf('fee', isIncome ? -amount : amount, { ...about, note: voucher })
  if (type === '交易' && isIncome) return lineOf('sale', amount, { ...about, order: voucher })
  if (type === '退款' && !isIncome) return lineOf('refund', amount, { ...about, note: voucher })
  return lineOf('adjustment', isIncome ? amount : -amount, {
    ...about,
    note: [name, type, voucher].filter((word) => word !== '').join(' '),
  })
}
