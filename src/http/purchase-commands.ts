import { answerOrder, type LineAnswer, type OrderAnswer } from '../ledger/answer-order.ts'
import { amendOrder, createOrder, moveOrder } from '../ledger/purchase-commands.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import { businessDay } from '../model/business-day.ts'
import { reject } from '../model/errors.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Tx } from '../store/database.ts'
import { partyRowsOf } from '../store/party-document.ts'
import { ledgerCommand } from './document-write.ts'
import { invalid } from './problem.ts'
import { type Call, type Route, type Words, writeRoute } from './route.ts'
import { count, day, described, fields, flag, list, oneOf, optional, pattern, text, whole } from './shape.ts'
import { document, key, note } from './values.ts'

/** What every command may say beside what it does. */
export const commandShape = {
  seen: optional(described(whole(0, 1_000_000_000), 'version that you saw: a later one refuses the command')),
  why: optional(described(note, 'reason, kept with what the command does')),
}
/** What a document has become by a command. */
export const commanded = fields({ type: text(), key: text(), version: count, document })
export const commandedBody = ({ type, key: name, version, body }: LedgerDocument) => ({ type, key: name, version, document: body })

export const number = optional(
  described(pattern('^[0-9A-Za-z][0-9A-Za-z._/-]{0,63}$', 'letters, digits and . _ / -'), 'of your own; left out, the next of the year'),
)
export const decimalText = pattern('^[0-9]{1,12}(\\.[0-9]{1,8})?$', 'a decimal number as text, not below zero')

/** An object of the request, which the document's own schema checks. @throws ProblemError 400 */
export function objectIn(value: Json | undefined, path: string): JsonObject {
  if (!isObject(value)) throw invalid([{ in: 'body', path, message: 'must be an object' }])
  return value
}

const tag = 'purchase orders'
const orderKey = described(key, 'key of the order: `hub/PO-2026-00001`')
const kinds = ['received', 'accepted', 'changed', 'rejected'] as const
const actions = ['accept', 'change', 'reject', 'backorder', 'substitute'] as const

/** A command that does nothing but take an order to another status. */
const move = (
  act: 'issue' | 'close' | 'reopen' | 'cancel',
  to: 'issued' | 'closed' | 'cancelled',
  from: 'draft' | 'closed' | undefined,
  summary: Words,
): Route =>
  writeRoute({
    id: `${act}PurchaseOrder`,
    method: 'POST',
    path: `/v1/purchase-orders/${act}`,
    tag,
    scope: 'write',
    audit: { act: `purchase-order-${to === 'issued' && act === 'reopen' ? 'reopened' : to}`, asked: ['key', 'why'], answered: ['version'] },
    summary,
    body: fields({ key: orderKey, ...commandShape }),
    answer: commanded,
    effect: async (tx, call) => {
      const { key: name, seen, why } = call.body
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, (books, author, fits) =>
        moveOrder(books, { key: name, to, author, ...(from === undefined ? {} : { from }), ...(seen === undefined ? {} : { seen }) }, fits),
      )
      return { body: commandedBody(result), after: ring }
    },
  })

export const purchaseCommandRoutes = [
  writeRoute({
    id: 'createPurchaseOrder',
    method: 'POST',
    path: '/v1/purchase-orders',
    tag,
    scope: 'write',
    status: 201,
    audit: { act: 'purchase-order-created', asked: ['number', 'why'], answered: ['key', 'version'] },
    summary: {
      en: 'Make a purchase order of the hub: lines without key, amounts and totals are filled in, what does not add up is refused',
      zh: '新建由本系统维护的采购订单：补全行键、金额与合计，算不平则拒绝',
    },
    body: fields({
      number,
      issue: optional(described(flag, 'issue it at once; left out, it is a draft that nobody is told of')),
      document: described(document, 'a purchase order without number and status'),
      why: commandShape.why,
    }),
    answer: commanded,
    effect: async (tx, call) => {
      const { number: given, issue, why } = call.body
      const order = objectIn(call.body.document, '/document')
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, (books, author, fits) =>
        createOrder(books, { document: order, issue: issue === true, author, ...(given === undefined ? {} : { number: given }) }, fits),
      )
      return { body: commandedBody(result), after: ring }
    },
  }),
  writeRoute({
    id: 'amendPurchaseOrder',
    method: 'POST',
    path: '/v1/purchase-orders/amend',
    tag,
    scope: 'write',
    audit: { act: 'purchase-order-amended', asked: ['key', 'why'], answered: ['version'] },
    summary: {
      en: 'Change a purchase order of the hub: fields that are given change, null clears one, lines are known by their keys; nothing that was received or confirmed is taken back',
      zh: '变更采购订单：仅改动所给字段，null 为清除，行以行键识别；不得低于已收或已确认数量',
    },
    body: fields({
      key: orderKey,
      changes: described(document, 'fields of a purchase order; `lines` with their keys, new ones without'),
      ...commandShape,
    }),
    answer: commanded,
    effect: async (tx, call) => {
      const { key: name, seen, why } = call.body
      const changes = objectIn(call.body.changes, '/changes')
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, (books, author, fits) =>
        amendOrder(books, { key: name, changes, author, ...(seen === undefined ? {} : { seen }) }, fits),
      )
      return { body: commandedBody(result), after: ring }
    },
  }),
  move('issue', 'issued', 'draft', { en: 'Issue a draft: routes take it to the seller', zh: '下发草稿订单：由路由送达供应商' }),
  move('close', 'closed', undefined, {
    en: 'Close an order: nothing more is expected, and what did not come is a finding',
    zh: '关闭订单：不再等待到货，未到部分记为问题',
  }),
  move('reopen', 'issued', 'closed', { en: 'Open a closed order again', zh: '重新打开已关闭的订单' }),
  move('cancel', 'cancelled', undefined, {
    en: 'Cancel an order of which nothing was received; routes take that to the seller',
    zh: '取消尚未收货的订单，并由路由告知供应商',
  }),
  writeRoute({
    id: 'respondToPurchaseOrder',
    method: 'POST',
    path: '/v1/purchase-orders/respond',
    tag,
    scope: 'write',
    party: 'own',
    status: 201,
    audit: { act: 'purchase-order-answered', asked: ['key', 'kind', 'why'], answered: ['key'] },
    summary: {
      en: "Write down the seller's answer to an order, line by line; of several answers to a line the latest counts, and the order stays as it is until the buyer amends it",
      zh: '登记供应商对订单的逐行回复；同一行以最新回复为准，订单本身须由采购方变更',
    },
    body: fields({
      key: described(key, 'key of the order, whoever keeps it'),
      kind: described(oneOf<OrderAnswer['kind']>(...kinds), 'accepted and rejected without lines are about the whole order'),
      lines: optional(
        list(
          fields({
            line: described(text(255), 'key of the line, or its number'),
            action: oneOf<LineAnswer['action']>(...actions),
            quantity: optional(decimalText),
            unit: optional(text(8)),
            unitPrice: optional(decimalText),
            promisedDate: optional(day),
            substitute: optional(described(document, 'the product that comes instead: `{sku, name, ref}`')),
            reason: optional(note),
          }),
          20_000,
        ),
      ),
      note: optional(text(10_000)),
      why: commandShape.why,
    }),
    answer: commanded,
    effect: async (tx, call) => {
      const { key: order, kind, lines, note: said, why } = call.body
      await wantSeller(tx, call, order)
      const told = (lines ?? []).map(
        ({ substitute, ...line }, place): LineAnswer => ({
          ...line,
          ...(substitute === undefined ? {} : { substitute: objectIn(substitute, `/lines/${place}/substitute`) }),
        }),
      )
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, (books, author, fits) =>
        answerOrder(books, { order, kind, lines: told, author, ...(said === undefined ? {} : { note: said }) }, fits),
      )
      return { body: commandedBody(result), after: ring }
    },
  }),
]

/** A key of a party answers for the orders it sells; those of others are not there for it. @throws HubError (reject) `no-document` */
async function wantSeller(tx: Tx, { hub, who, now }: Pick<Call, 'hub' | 'who' | 'now'>, order: string): Promise<void> {
  const { party, organisation } = who
  if (party === null) return
  const today = businessDay(now, hub.settings.timeZone)
  const rows = await partyRowsOf(tx, hub.tenant, 'purchase-order', [order])
  const isSeller = rows.some(
    (row) =>
      row.party === party &&
      row.role === 'supplier' &&
      (organisation === null || row.organisation === organisation) &&
      row.valid_from <= today &&
      (row.valid_to === null || row.valid_to >= today),
  )
  if (!isSeller) throw reject('no-document', `there is no purchase order ${order}`)
}
