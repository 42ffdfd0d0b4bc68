import { amountScale, toScaled } from '../../model/decimal.ts'
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

const end = '业务明细列表结束'
const received = '商家实收(元)'

/**
 * Alipay's 业务明细 (`bill_type` trade): CSV in GBK with comments that begin with #, numbers that end with a tab, and what it comes to after its last line. 商家实收 is what the merchant gets, a refund below zero; 服务费 is below zero where it is
 * taken, above where a refund gives it back.
 * @throws HubError (reject) `unreadable-bill`, `bill-differs`
 */
export function readAlipay(text: string): Bill {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const comments = lines.filter((line) => line.startsWith('#'))
  if (!comments.some((line) => line.includes(end))) throw unreadable(lines.length, `the comment '${end}' is missing: the file was cut off`)
  const data = lines.flatMap((line, place) => (line.startsWith('#') || line.trim() === '' ? [] : [{ line, at: place + 1 }]))
  const [head, ...rest] = data
  if (head === undefined) return { provider: 'alipay', lines: [] }
  const names = head.line.split(',')
  const rows = rest.map(({ line, at }) => rowOf(at, names, line.split(',')))
  const [sales, refunds] = [rows.filter((row) => typeOf(row) === '交易'), rows.filter((row) => typeOf(row) === '退款')]
  demandTotal(comments, /^#交易合计：(\d+)笔，商家实收共(-?[\d.]+)元/, '交易合计', sales)
  demandTotal(comments, /^#退款合计：(\d+)笔，商家实收退款共(-?[\d.]+)元/, '退款合计', refunds)
  return { provider: 'alipay', ...daysOf(rows, '完成时间'), lines: rows.flatMap(linesOf) }
}

const typeOf = (row: BillRow): string => cellOf(row, '业务类型')

function demandTotal(comments: readonly string[], form: RegExp, what: string, rows: readonly BillRow[]): void {
  const said = comments.map((line) => form.exec(line)).find((match) => match !== null)
  if (said === undefined) return
  const [, count = '0', sum = '0'] = said
  demandSum(`${what} (笔)`, toScaled(count, amountScale), BigInt(rows.length) * 10n ** BigInt(amountScale))
  demandSum(
    `${what} (元)`,
    toScaled(sum, amountScale),
    rows.reduce((total, row) => total + moneyOf(row, received), 0n),
  )
}

function linesOf(row: BillRow): readonly BillLine[] {
  const amount = moneyOf(row, received)
  const type = typeOf(row)
  const fee = moneyOf(row, '服务费(元)')
  const shared = moneyOf(row, '分润(元)')
  const batch = cellOf(row, '退款批次号/请求号')
  const key = `${cellOf(row, '支付宝交易号')}${batch === '' ? '' : `/${batch}`}`
  const about = { order: cellOf(row, '商户订单号'), at: timeOf(row, '完成时间') }
  const more = { ...about, key, ...(fee === 0n ? {} : { fee: amountText(-fee) }) }
  const known = type === '交易' ? lineOf('sale', amount, more) : type === '退款' ? lineOf('refund', -amount, more) : undefined
  return [
    known ?? lineOf('adjustment', amount, { ...more, note: type }),
    ...(shared === 0n ? [] : [lineOf('commission', -shared, { ...about, key: `${key}/分润` })]),
  ]
}
