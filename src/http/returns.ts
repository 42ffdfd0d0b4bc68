import { replaceGoods, requestReturn, stepReturn } from '../ledger/return-commands.ts'
import { openReturns } from '../ledger/return-row.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import { isObject } from '../model/json.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { aftersalePage, aftersalesOf, type Deadlines, deadlineOf } from '../store/aftersale.ts'
import { documentsByKey } from '../store/document.ts'
import type { Reader } from '../store/in-list.ts'
import { referencesFrom } from '../store/reference.ts'
import type { AftersaleTable } from '../store/tables.ts'
import { noDocument } from './absent.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { invalid } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { count, described, fields, list, nullable, type Of, oneOf, optional, text, time, whole } from './shape.ts'
import { document, epochOr, iso, isoOrNull, key, name, note, stored } from './values.ts'

const head = {
  key: text(),
  number: nullable(text()),
  origin: text(),
  kind: text(),
  status: text(),
  order: described(nullable(text()), 'key of the sales order, once it is known'),
  reason: nullable(text()),
  requestedAt: time,
  deadline: described(nullable(time), 'by when the next step has to be taken: what the document says, else the settings of the workspace'),
  refund: nullable(text()),
  shipment: nullable(text()),
  replacement: described(nullable(text()), 'key of the order by which goods were sent once more'),
}
const headShape = fields(head)
const kinds = ['refund-only', 'return', 'exchange', 'resend'] as const
const answer = fields({ key: text(), version: count, document })
const shown = ({ key: of, version, body }: LedgerDocument): Of<typeof answer> => ({ key: of, version, document: body })

const tag = 'returns'
const keyQuery = { key: described(key, 'key of the document; it may hold slashes, so it stands here and not in the path') }

async function heads(
  read: Reader,
  tenant: string,
  rows: readonly AftersaleTable[],
  deadlines: Deadlines,
): Promise<readonly Of<typeof headShape>[]> {
  const keys = rows.map((row) => row.key)
  const documents = new Map((await documentsByKey(read, tenant, 'return', keys)).map((row) => [row.key, row]))
  const references = Map.groupBy(await referencesFrom(read, tenant, 'return', keys), (row) => row.from_key)
  return rows.map((row) => {
    const found = documents.get(row.key)
    const body = stored(found?.body ?? null)
    const to = (path: string) => references.get(row.key)?.find((one) => one.path === path)?.to_key ?? null
    return {
      key: row.key,
      number: found?.number ?? null,
      origin: row.origin,
      kind: row.kind,
      status: row.status,
      order: to('order'),
      reason: isObject(body) && typeof body.reason === 'string' ? body.reason : null,
      requestedAt: iso(row.requested_at),
      deadline: isoOrNull(deadlineOf(row, openReturns, deadlines)),
      refund: to('refund'),
      shipment: to('shipment'),
      replacement: to('replacement'),
    }
  })
}

export const returnRoutes = [
  route({
    id: 'listReturns',
    method: 'GET',
    path: '/v1/returns',
    tag,
    scope: 'read',
    summary: {
      en: 'After-sale documents, the newest first; with dueBefore the open ones, the most urgent first',
      zh: '售后单，最新在前；带 dueBefore 时为未结的，最紧急在前',
    },
    query: {
      status: optional(text(50)),
      kind: optional(oneOf(...kinds, 'unknown')),
      origin: optional(name),
      order: optional(key),
      dueBefore: optional(time),
      ...paging,
    },
    answer: pageOf(headShape),
    handle: async ({ hub, query }) => {
      const { limit: asked, after: cursor, dueBefore, ...filter } = query
      const { read } = hub.database
      const deadlines = hub.catalogue().returns?.deadlines ?? {}
      const limit = pageLimit(asked)
      const due = epochOr('dueBefore', dueBefore)
      const sort = due === undefined ? 'requested' : 'due'
      const place = readCursor(cursor, 3)
      if (place !== undefined && (place[0] !== sort || !/^-?\d{1,16}$/.test(place[1])))
        throw invalid([{ in: 'query', path: 'after', message: 'must be the `next` of the page before, asked with the same filters' }])
      const rows = await aftersalePage(
        read,
        hub.tenant,
        { ...filter, ...(due === undefined ? {} : { dueBefore: due }) },
        {
          open: openReturns,
          deadlines,
          limit: limit + 1,
          ...(place === undefined ? {} : { after: { at: Number(place[1]), key: place[2] } }),
        },
      )
      const found = new Map((await heads(read, hub.tenant, rows.slice(0, limit), deadlines)).map((one) => [one.key, one]))
      const page = toPage(
        rows,
        limit,
        (row) => [sort, String((due === undefined ? row.requested_at : deadlineOf(row, openReturns, deadlines)) ?? 0), row.key],
        (row) => row.key,
      )
      return { body: { items: page.items.flatMap((one) => found.get(one) ?? []), next: page.next } }
    },
  }),
  route({
    id: 'getReturn',
    method: 'GET',
    path: '/v1/returns/one',
    tag,
    scope: 'read',
    summary: { en: 'One after-sale document with what belongs to it', zh: '一张售后单及其关联单据' },
    query: keyQuery,
    answer: fields({ ...head, version: count, document }),
    handle: async ({ hub, query, desk }) => {
      const { read } = hub.database
      const deadlines = hub.catalogue().returns?.deadlines ?? {}
      const [one] = await heads(read, hub.tenant, await aftersalesOf(read, hub.tenant, [query.key]), deadlines)
      const [row] = await documentsByKey(read, hub.tenant, 'return', [query.key])
      if (one === undefined || row === undefined) throw noDocument(desk.options, 'return', query.key)
      return { body: { ...one, version: row.version, document: stored(row.body) } }
    },
  }),
  writeRoute({
    id: 'requestReturn',
    method: 'POST',
    path: '/v1/returns',
    tag,
    scope: 'write',
    audit: { act: 'return-requested', asked: ['order', 'kind', 'reason'], answered: ['key', 'version'] },
    summary: {
      en: 'Ask for a refund, a return, an exchange or a resend of a sales order; a rule of the workspace may approve it at once',
      zh: '为销售订单申请仅退款、退货、换货或补发；符合规则的自动通过',
    },
    body: fields({
      number: described(text(100), 'its key is hub/<number>; given once'),
      order: described(key, 'key of the sales order'),
      kind: oneOf(...kinds),
      reason: note,
      amount: optional(text(40)),
      deadline: optional(time),
      lines: optional(list(document, 1000)),
    }),
    status: 201,
    answer,
    effect: async (tx, { hub, who, body }) => {
      const { number, order, lines, deadline, ...asked } = body
      const catalogue = hub.catalogue()
      const { result, ring } = await writeLedger(tx, hub, (books) =>
        requestReturn(
          books,
          {
            number,
            order,
            asked: {
              ...asked,
              ...(deadline === undefined ? {} : { deadline: new Date(epochOr('deadline', deadline) ?? 0).toISOString() }),
              ...(lines === undefined ? {} : { lines: lines.filter(isObject) }),
            },
            author: { actor: who.id, why: body.reason },
          },
          catalogue.validate,
          catalogue.returns?.autoApprove ?? (() => undefined),
        ),
      )
      return { body: shown(result), after: ring }
    },
  }),
  writeRoute({
    id: 'stepReturn',
    method: 'POST',
    path: '/v1/returns/step',
    tag,
    scope: 'write',
    audit: { act: 'return-stepped', asked: ['key', 'to', 'why', 'refund', 'shipment', 'deadline'], answered: ['version'] },
    summary: {
      en: 'Approve, reject, receive or close an after-sale document of the hub, or say which refund and shipment belong to it',
      zh: '通过、拒绝、收货或关闭售后单，或登记其退款单与退货发货单',
    },
    body: fields({
      key,
      to: optional(oneOf('approved', 'rejected', 'travelling', 'received', 'closed')),
      why: optional(note),
      seen: optional(described(whole(0, 1_000_000_000), 'version that you saw: a later one refuses the command')),
      deadline: optional(described(time, 'by when the next step has to be taken')),
      refund: optional(described(key, 'key of the refund that gave the money back')),
      shipment: optional(described(key, 'key of the shipment by which the goods come back')),
    }),
    answer,
    effect: async (tx, { hub, who, body }) => {
      const { why, to, seen, deadline, refund, shipment } = body
      const { validate } = hub.catalogue()
      const { result, ring } = await writeLedger(tx, hub, (books) =>
        stepReturn(
          books,
          {
            key: body.key,
            author: { actor: who.id, why: why ?? null },
            ...(to === undefined ? {} : { to }),
            ...(seen === undefined ? {} : { seen }),
            ...(deadline === undefined ? {} : { deadline: new Date(epochOr('deadline', deadline) ?? 0).toISOString() }),
            ...(refund === undefined ? {} : { refund }),
            ...(shipment === undefined ? {} : { shipment }),
          },
          validate,
        ),
      )
      return { body: shown(result), after: ring }
    },
  }),
  writeRoute({
    id: 'replaceReturn',
    method: 'POST',
    path: '/v1/returns/replace',
    tag,
    scope: 'write',
    audit: { act: 'return-replaced', asked: ['key', 'why'], answered: ['order'] },
    summary: {
      en: 'Send the goods of an approved resend or exchange: a supplementary order, in the same unit of work',
      zh: '为已通过的补发或换货发出商品：在同一事务内生成补单',
    },
    body: fields({
      key,
      why: optional(note),
      lines: optional(described(list(document, 1000), 'lines of the order; the same goods at no price when left out')),
    }),
    answer: fields({ key: text(), version: count, document, order: described(text(), 'key of the supplementary order') }),
    effect: async (tx, { hub, who, body }) => {
      const { validate } = hub.catalogue()
      const { result, ring } = await writeLedger(tx, hub, (books) =>
        replaceGoods(
          books,
          {
            key: body.key,
            author: { actor: who.id, why: body.why ?? null },
            ...(body.lines === undefined ? {} : { lines: body.lines.filter(isObject) }),
          },
          validate,
        ),
      )
      return { body: { ...shown(result.aftersale), order: result.order.key }, after: ring }
    },
  }),
]
