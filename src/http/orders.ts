import { placeOrder } from '../ledger/place-order.ts'
import { writeJournal } from '../ledger/write-journal.ts'
import { reject } from '../model/errors.ts'
import { isObject } from '../model/json.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { replayDelivery } from '../pipeline/replay.ts'
import { idsSettleMs } from '../pipeline/settled-ids.ts'
import type { Reader } from '../store/in-list.ts'
import { ownKeys } from '../store/party-document.ts'
import { manyRows } from '../store/party-reader.ts'
import { type SaleFilter, salePage, saleStretch, saleTotals } from '../store/sale.ts'
import { noDocument } from './absent.ts'
import { orderView, viewShape } from './order-view.ts'
import { pageLimit, pageOf, paging, readCursor, toPart } from './page.ts'
import { invalid } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { amount, saleFilter, saleFilters, saleHeads, saleShape } from './sale-list.ts'
import { count, decimal, described, fields, flag, list, optional, text } from './shape.ts'
import { document, key, note } from './values.ts'

const tag = 'orders'
/** Orders that a sum goes over at most. */
const mostSummed = 100_000

/** A party with few orders among many is asked for those, and not every order whether it is one of them. */
async function ofParty(read: Reader, tenant: string, party: string | null, filter: SaleFilter): Promise<SaleFilter> {
  const keys = party === null ? undefined : await ownKeys(read, tenant, 'sales-order', manyRows)
  return keys === undefined ? filter : { ...filter, keys }
}

export const orderRoutes = [
  route({
    id: 'listOrders',
    method: 'GET',
    path: '/v1/orders',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'Sales orders of all platforms, the newest first; with updatedSince the longest unchanged first, for reading on',
      zh: '所有平台的销售订单，最新在前；带 updatedSince 时按更新时间从早到晚，便于续读',
    },
    query: { ...saleFilters, ...paging },
    answer: pageOf(saleShape),
    handle: async ({ hub, query, who }) => {
      const { limit: most, after: cursor, ...filters } = query
      const { read } = hub.database
      const limit = pageLimit(most)
      const catalogue = hub.catalogue()
      const asked = await ofParty(read, hub.tenant, who.party, saleFilter(catalogue, filters))
      const sort = asked.updatedSince === undefined ? 'placed' : 'updated'
      const filter = sort === 'placed' ? asked : { ...asked, updatedBefore: (await hub.database.now()) - idsSettleMs }
      const place = readCursor(cursor, 3)
      if (place !== undefined && (place[0] !== sort || !/^-?\d{1,16}$/.test(place[1])))
        throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before, asked with the same filters' }])
      const after = place && { at: Number(place[1]), key: place[2] }
      const end = who.party === null ? await saleStretch(read, hub.tenant, filter, after) : undefined
      const rows = await salePage(read, hub.tenant, filter, after, limit + 1, end)
      const heads = new Map((await saleHeads(read, hub.tenant, catalogue, rows.slice(0, limit))).map((head) => [head.key, head]))
      const page = toPart(
        rows,
        limit,
        (row) => [sort, String(sort === 'placed' ? row.placed_at : row.updated_at), row.key],
        (row) => row.key,
        end && [sort, String(end.at), end.key],
      )
      return { body: { items: page.items.flatMap((one) => heads.get(one) ?? []), next: page.next } }
    },
  }),
  route({
    id: 'sumOrders',
    method: 'GET',
    path: '/v1/orders/totals',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: `Totals of the sales orders that the list would show, by currency, over at most the newest ${mostSummed}`,
      zh: `列表所示销售订单按币种的合计，最多最新 ${mostSummed} 单`,
    },
    query: saleFilters,
    answer: fields({
      items: list(
        fields({
          currency: text(),
          orders: count,
          total: described(decimal, 'of orders that count: without drafts, and those that others count in the place of'),
          paid: decimal,
          refunded: decimal,
        }),
      ),
      whole: described(flag, 'false: there are more orders than were added up'),
    }),
    handle: async ({ hub, query, who }) => {
      const { read } = hub.database
      const filter = await ofParty(read, hub.tenant, who.party, saleFilter(hub.catalogue(), query))
      const rows = await saleTotals(read, hub.tenant, filter, mostSummed)
      const items = rows.map((row) => ({
        currency: row.currency,
        orders: row.orders,
        total: amount(row.total),
        paid: amount(row.paid),
        refunded: amount(row.refunded),
      }))
      return { body: { items, whole: rows.reduce((all, { orders }) => all + orders, 0) < mostSummed } }
    },
  }),
  route({
    id: 'getOrder',
    method: 'GET',
    path: '/v1/orders/one',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'One sales order with all that bears on it: goods, information, documents, business and money',
      zh: '一张销售订单的全貌：物流、信息流、单证流、商流、资金流',
    },
    query: { key: described(key, 'key of the order; it may hold slashes, so it stands here and not in the path') },
    answer: viewShape,
    handle: async ({ hub, query, desk }) => {
      const view = await orderView(hub.database.read, hub.tenant, hub.catalogue(), query.key)
      if (view === undefined) throw noDocument(desk.options, 'sales-order', query.key)
      return { body: view }
    },
  }),
  writeRoute({
    id: 'placeOrder',
    method: 'POST',
    path: '/v1/orders',
    tag,
    scope: 'write',
    audit: { act: 'order-placed', asked: ['supplements', 'reason'], answered: ['key', 'version'] },
    summary: {
      en: 'Place a sales order by hand, or one that supplements another; what it leaves out is taken from that one',
      zh: '手工下单或补单；未填写的内容取自被补充的订单',
    },
    body: fields({
      order: document,
      reason: described(note, 'why it is placed by hand; kept in the order'),
      supplements: optional(described(key, 'key of the order that it adds goods to')),
    }),
    status: 201,
    answer: fields({ key: text(), version: count, document }),
    effect: async (tx, { hub, who, body }) => {
      const { order, reason, supplements } = body
      if (!isObject(order)) throw invalid([{ in: 'body', path: '/order', message: 'must be an object' }])
      const { validate } = hub.catalogue()
      const { result, ring } = await writeLedger(tx, hub, (books) =>
        placeOrder(
          books,
          { order, reason, author: { actor: who.id, why: reason }, ...(supplements === undefined ? {} : { supplements }) },
          validate,
        ),
      )
      return { body: { key: result.key, version: result.version, document: result.body }, after: ring }
    },
  }),
  route({
    id: 'resendOrder',
    method: 'POST',
    path: '/v1/orders/resend',
    tag,
    scope: 'replay',
    audit: { act: 'order-resent', asked: ['key', 'reason'], answered: ['deliveries'] },
    summary: {
      en: 'Send what failed of a sales order once more, with the bytes and the effect key of before: a partner that has it already does nothing twice',
      zh: '以原有字节和幂等键重发订单失败的投递，对方若已收到也不会重复',
    },
    body: fields({ key, reason: note }),
    answer: fields({ key, deliveries: described(list(text()), 'those that go again') }),
    handle: async ({ hub, who, body }) => {
      const { database, tenant } = hub
      const failed = await database.read
        .selectFrom('delivery')
        .select('id')
        .where('tenant', '=', tenant)
        .where('type', '=', 'sales-order')
        .where('key', '=', body.key)
        .where((is) => is.or([is('state', '=', 'dead'), is.and([is('state', '=', 'parked'), is('reason', '=', 'unknown')])]))
        .orderBy('id')
        .limit(100)
        .execute()
      if (failed.length === 0)
        throw reject(
          'not-replayable',
          `nothing of sales order ${body.key} failed: \`crossdock deliveries --type sales-order --key ${body.key}\` shows what was sent`,
        )
      for (const { id } of failed) await replayDelivery(hub, id, 'same')
      const now = await database.now()
      const line = {
        tenant,
        at: now,
        kind: 'order-resent',
        type: 'sales-order',
        key: body.key,
        version: null,
        envelope: null,
        detail: null,
      }
      const told = await database.write((tx) =>
        writeJournal(
          tx,
          tenant,
          failed.map(({ id }) => ({ ...line, id: hub.newId(), delivery: id, actor: who.id, why: body.reason })),
          now,
        ),
      )
      for (const subscription of told) hub.bell.ring({ kind: 'events', subscription })
      return { body: { key: body.key, deliveries: failed.map(({ id }) => id) } }
    },
  }),
]
