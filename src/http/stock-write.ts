import { countStock, postMovement, reverseMovement, snapshotStock } from '../ledger/move-stock.ts'
import type { Commander } from '../ledger/stock-command.ts'
import { receiveTransfer, returnToSupplier, sendTransfer } from '../ledger/transfer-stock.ts'
import type { Books, LedgerDocument } from '../ledger/types.ts'
import { negate } from '../model/decimal.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import type { Tx } from '../store/database.ts'
import { type Call, writeRoute } from './route.ts'
import { count, described, fields, flag, list, type Of, oneOf, optional, pattern, type Shape, text, whole } from './shape.ts'
import { document, key, note } from './values.ts'

const amount = described(pattern('^[0-9]{1,12}(\\.[0-9]{1,6})?$', 'a decimal number as text'), 'in `unit`')
const signed = pattern('^-?[0-9]{1,12}(\\.[0-9]{1,6})?$', 'a decimal number as text; below zero: taken away')
const place = described(text(64), 'key of a location')
const end = described(text(64), 'key of a location, or :supplier, :customer, :adjustment, :transit')
const moment: Shape<string> = { schema: { type: 'string', format: 'date-time', description: 'the time of the command when left out' } }
const condition = oneOf('sellable', 'damaged', 'quarantine')
/** Goods of every command. */
const goods = {
  product: key,
  quantity: amount,
  unit: optional(described(text(10), 'base unit of the product when left out, or a unit it is packed in')),
  owner: optional(described(key, 'key of a party, for goods that are not ours')),
  condition: optional(condition),
  lot: optional(text(200)),
  serials: optional(list(text(200), 10_000)),
}
const { quantity: _, ...counting } = goods
const once = {
  key: optional(described(text(191), 'of the document that is made; the same command under it happens once. One is given when left out')),
  why: optional(note),
}
const made = fields({ type: text(), key: text(), version: count, document })
type Made = Of<typeof made>
const tag = 'stock'
const scope = 'write'

const shown = ({ type, key, version, body }: LedgerDocument): Made => ({ type, key, version, document: body })

type Asked = Pick<Call, 'hub' | 'who'>

async function commanded<T, A>(
  tx: Tx,
  { hub, who }: Asked,
  why: string | undefined,
  work: (books: Books, by: Commander) => Promise<T>,
  show: (result: T) => A,
): Promise<{ readonly body: A; readonly after: () => void }> {
  const by: Commander = { author: { actor: who.id, why: why ?? null }, fits: hub.catalogue().validate }
  const { result, ring } = await writeLedger(tx, hub, (books) => work(books, by))
  return { body: show(result), after: ring }
}

const keyOr = (given: string | undefined, { hub }: Asked): string => given ?? `hub/${hub.newId()}`

export const stockWriteRoutes = [
  writeRoute({
    id: 'moveStock',
    method: 'POST',
    path: '/v1/stock/movements',
    tag,
    scope,
    audit: { act: 'stock-moved', asked: ['kind', 'product', 'quantity', 'from', 'to', 'why'], answered: ['key', 'version'] },
    summary: {
      en: 'Post a movement of stock that the hub keeps; refused when more is taken than is there',
      zh: '登记由本系统管理的库存变动；数量不足时拒绝',
    },
    body: fields({
      ...once,
      ...goods,
      kind: oneOf('receipt', 'issue', 'transfer', 'adjust', 'scrap'),
      from: end,
      to: end,
      toCondition: optional(condition),
      movedAt: optional(moment),
      note: optional(note),
    }),
    answer: made,
    effect: (tx, call) => {
      const { key: given, why, ...movement } = call.body
      return commanded(tx, call, why, (books, by) => postMovement(books, { ...movement, key: keyOr(given, call) }, by), shown)
    },
  }),
  writeRoute({
    id: 'reverseStockMovement',
    method: 'POST',
    path: '/v1/stock/movements/reverse',
    tag,
    scope,
    audit: { act: 'stock-movement-reversed', asked: ['key', 'why'], answered: ['version'] },
    summary: { en: 'Reverse a movement of the hub: it moves nothing any more', zh: '冲销一笔本系统的库存变动' },
    body: fields({ key, seen: optional(whole(1, 1_000_000_000)), why: optional(note) }),
    answer: made,
    effect: (tx, call) =>
      commanded(tx, call, call.body.why, (books, by) => reverseMovement(books, call.body.key, call.body.seen, by), shown),
  }),
  writeRoute({
    id: 'adjustStock',
    method: 'POST',
    path: '/v1/stock/adjustments',
    tag,
    scope,
    audit: { act: 'stock-adjusted', asked: ['product', 'location', 'quantity', 'why'], answered: ['key', 'version'] },
    summary: { en: 'Add to a place, or take away from it, with the reason', zh: '调整某地点的库存数量，并注明原因' },
    body: fields({ ...once, ...goods, quantity: signed, location: place, movedAt: optional(moment), why: note }),
    answer: made,
    effect: (tx, call) => {
      const { key: given, why, location, quantity, ...movement } = call.body
      const isLess = quantity.startsWith('-')
      const ends = isLess ? { from: location, to: ':adjustment' } : { from: ':adjustment', to: location }
      const whole = {
        ...movement,
        ...ends,
        key: keyOr(given, call),
        kind: 'adjust' as const,
        quantity: isLess ? negate(quantity) : quantity,
      }
      return commanded(tx, call, why, (books, by) => postMovement(books, whole, by), shown)
    },
  }),
  writeRoute({
    id: 'countStock',
    method: 'POST',
    path: '/v1/stock/counts',
    tag,
    scope,
    audit: { act: 'stock-counted', asked: ['product', 'location', 'counted', 'why'], answered: ['key', 'version'] },
    summary: { en: 'A count of one place: the difference to the books is moved', zh: '盘点某地点：按账面差异生成变动' },
    body: fields({ ...once, ...counting, counted: amount, location: place, countedAt: optional(moment), note: optional(note) }),
    answer: made,
    effect: (tx, call) => {
      const { key: given, why, counted, ...more } = call.body
      return commanded(tx, call, why, (books, by) => countStock(books, { ...more, quantity: counted, key: keyOr(given, call) }, by), shown)
    },
  }),
  writeRoute({
    id: 'snapshotStock',
    method: 'POST',
    path: '/v1/stock/snapshots',
    tag,
    scope,
    audit: { act: 'stock-snapshot', asked: ['asOf', 'why'] },
    summary: {
      en: 'What is at places at a time, whatever moved before: opening stock, stock-taking; an older one is refused',
      zh: '某时点的库存快照（期初或盘点）；较旧的快照被拒绝',
    },
    body: fields({
      asOf: optional(moment),
      why: optional(note),
      rows: list(fields({ ...goods, location: place }), 1000),
    }),
    answer: fields({ documents: list(made) }),
    effect: (tx, call) =>
      commanded(
        tx,
        call,
        call.body.why,
        (books, by) => snapshotStock(books, call.body.rows, call.body.asOf, by),
        (all) => ({
          documents: all.map(shown),
        }),
      ),
  }),
  writeRoute({
    id: 'sendTransfer',
    method: 'POST',
    path: '/v1/stock/transfers',
    tag,
    scope,
    audit: { act: 'transfer-sent', asked: ['from', 'to', 'why'], answered: ['key', 'version'] },
    summary: { en: 'Send goods from one location to another', zh: '发出调拨' },
    body: fields({
      ...once,
      number: optional(text(64)),
      from: place,
      to: place,
      sentAt: optional(moment),
      note: optional(note),
      lines: list(fields(goods), 1000),
    }),
    answer: made,
    effect: (tx, call) => {
      const { key: given, why, ...transfer } = call.body
      return commanded(tx, call, why, (books, by) => sendTransfer(books, { ...transfer, key: keyOr(given, call) }, by), shown)
    },
  }),
  writeRoute({
    id: 'receiveTransfer',
    method: 'POST',
    path: '/v1/stock/transfers/receive',
    tag,
    scope,
    audit: { act: 'transfer-received', asked: ['key', 'complete', 'why'], answered: ['version'] },
    summary: { en: 'What came of a transfer so far, short or over', zh: '登记调拨收货（可少收或多收）' },
    body: fields({
      key,
      seen: optional(whole(1, 1_000_000_000)),
      why: optional(note),
      lines: list(fields({ key: text(64), received: amount }), 1000),
      receivedAt: optional(moment),
      complete: described(flag, 'no more will come: what is missing was lost on the way'),
    }),
    answer: made,
    effect: (tx, call) => {
      const { why, ...received } = call.body
      return commanded(tx, call, why, (books, by) => receiveTransfer(books, received, by), shown)
    },
  }),
  writeRoute({
    id: 'returnToSupplier',
    method: 'POST',
    path: '/v1/stock/supplier-returns',
    tag,
    scope,
    audit: { act: 'supplier-return', asked: ['location', 'supplier', 'why'], answered: ['key', 'version'] },
    summary: { en: 'Send goods back to their supplier', zh: '退货给供应商' },
    body: fields({
      ...once,
      number: optional(text(64)),
      location: place,
      supplier: optional(described(key, 'key of a party')),
      order: optional(described(key, 'key of the purchase order')),
      returnedAt: optional(moment),
      note: optional(note),
      lines: list(fields(goods), 1000),
    }),
    answer: made,
    effect: (tx, call) => {
      const { key: given, why, ...back } = call.body
      return commanded(tx, call, why, (books, by) => returnToSupplier(books, { ...back, key: keyOr(given, call) }, by), shown)
    },
  }),
]
