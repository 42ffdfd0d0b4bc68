import { moveReceipt, type ReceivedLine, type Receiving, receiveGoods } from '../ledger/receive-goods.ts'
import { ledgerCommand } from './document-write.ts'
import { commanded, commandedBody, commandShape, decimalText, number, objectIn } from './purchase-commands.ts'
import { type Route, type Words, writeRoute } from './route.ts'
import { described, fields, flag, list, oneOf, optional, text } from './shape.ts'
import { document, key, note } from './values.ts'

const tag = 'goods receipts'
const line = fields({
  order: optional(described(key, 'key of its order, where it is not that of the whole receipt')),
  line: optional(described(text(255), 'key of the line of the order, or its number')),
  product: optional(described(document, 'what came, where no line of an order says it: `{ref, sku, name}`')),
  accepted: decimalText,
  rejected: optional(decimalText),
  reason: optional(described(note, 'why goods were rejected')),
  unit: optional(described(text(8), 'that of the line of the order when left out')),
  location: optional(document),
  lots: optional(list(document, 1000)),
  serials: optional(list(text(200), 10_000)),
})

const turn = (act: 'post' | 'reverse', to: 'posted' | 'reversed', summary: Words): Route =>
  writeRoute({
    id: `${act}GoodsReceipt`,
    method: 'POST',
    path: `/v1/goods-receipts/${act}`,
    tag,
    scope: 'write',
    audit: { act: `goods-receipt-${to}`, asked: ['key', 'why'], answered: ['version'] },
    summary,
    body: fields({ key: described(key, 'key of the receipt: `hub/GR-2026-00001`'), ...commandShape }),
    answer: commanded,
    effect: async (tx, call) => {
      const { key: name, seen, why } = call.body
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, (books, author, fits) =>
        moveReceipt(books, { key: name, to, author, ...(seen === undefined ? {} : { seen }) }, fits),
      )
      return { body: commandedBody(result), after: ring }
    },
  })

export const goodsReceiptRoutes = [
  writeRoute({
    id: 'createGoodsReceipt',
    method: 'POST',
    path: '/v1/goods-receipts',
    tag,
    scope: 'write',
    status: 201,
    audit: { act: 'goods-receipt-created', asked: ['kind', 'order', 'why'], answered: ['key'] },
    summary: {
      en: 'Write down goods that came, or that go back to the supplier: accepted and rejected, with or without an order; more than was ordered is taken and makes a finding',
      zh: '登记到货或退供：合格与拒收数量，可不关联订单；超收照实登记并记为问题',
    },
    body: fields({
      kind: oneOf<Receiving['kind']>('receipt', 'supplier-return'),
      number,
      order: optional(described(key, 'key of the purchase order, whoever keeps it')),
      draft: optional(described(flag, 'it moves nothing until it is posted')),
      head: described(document, 'head fields of a goods receipt: location, receivedAt, supplier, deliveryNote, note'),
      lines: list(line, 20_000),
      why: commandShape.why,
    }),
    answer: commanded,
    effect: async (tx, call) => {
      const { kind, number: given, order, draft, head, lines, why } = call.body
      const told = lines.map(({ product, location, lots, ...more }, place): ReceivedLine => {
        const at = `/lines/${place}`
        return {
          ...more,
          ...(product === undefined ? {} : { product: objectIn(product, `${at}/product`) }),
          ...(location === undefined ? {} : { location: objectIn(location, `${at}/location`) }),
          ...(lots === undefined ? {} : { lots: lots.map((lot) => objectIn(lot, `${at}/lots`)) }),
        }
      })
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, (books, author, fits) =>
        receiveGoods(
          books,
          {
            kind,
            head: objectIn(head, '/head'),
            lines: told,
            draft: draft === true,
            author,
            ...(given === undefined ? {} : { number: given }),
            ...(order === undefined ? {} : { order }),
          },
          fits,
        ),
      )
      return { body: commandedBody(result), after: ring }
    },
  }),
  turn('post', 'posted', { en: 'Post a draft: what it says counts from now on', zh: '过账草稿收货单' }),
  turn('reverse', 'reversed', {
    en: 'Take a receipt, or a return to the supplier, back whole; what went back cannot have come no more',
    zh: '整单冲销收货单或退供单；已退出的货物不可再冲销其收货',
  }),
]
