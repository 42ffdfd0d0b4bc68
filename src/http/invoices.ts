import { acceptInvoice, holdCodes, rejudge } from '../ledger/match/accept-invoice.ts'
import { verdicts } from '../ledger/match/match-order.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { invoiceMatchesOf, invoicePage } from '../store/invoice.ts'
import { noDocument } from './absent.ts'
import { freeHeld } from './finding-act.ts'
import { listedInvoice, matchAnswer, matchView, shownInvoices } from './invoice-match.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { route, writeRoute } from './route.ts'
import { count, day, described, fields, flag, list, mapOf, oneOf, optional, text } from './shape.ts'
import { key, note } from './values.ts'

const tag = 'invoices'
const invoiceKey = described(key, 'key of the invoice; it may hold slashes, so it stands here and not in the path')

export const invoiceRoutes = [
  route({
    id: 'listInvoices',
    method: 'GET',
    path: '/v1/invoices',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'Invoices and credit notes in the order of their keys: how they agree with orders and receipts, and what holds their payment',
      zh: '发票与贷项通知单（按键排序）：与订单、收货的匹配情况及付款冻结原因',
    },
    query: {
      supplier: optional(described(key, 'key of the party that issued it, else its tax number or its name, as the list shows it')),
      match: optional(oneOf(...verdicts)),
      held: optional(described(flag, 'true: those whose payment waits')),
      kind: optional(text(50)),
      status: optional(text(50)),
      number: optional(text(200)),
      taxNumber: optional(described(text(64), 'number of its tax document')),
      taxCode: optional(described(text(64), 'code of its tax document')),
      dueBefore: optional(described(day, 'due before this day')),
      from: optional(described(day, 'issued on this day or later')),
      to: optional(described(day, 'issued on this day or earlier')),
      ...paging,
    },
    answer: pageOf(listedInvoice),
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      const { limit: asked, after, held, ...filter } = query
      const limit = pageLimit(asked)
      const holding = held === undefined ? {} : { held: { is: held, codes: [...holdCodes] } }
      const rows = await invoicePage(read, hub.tenant, { ...filter, ...holding }, readCursor(after, 1)?.[0] ?? '', limit + 1)
      const shown = new Map((await shownInvoices(read, hub.tenant, rows.slice(0, limit))).map((one) => [one.key, one]))
      const page = toPage(
        rows,
        limit,
        (row) => [row.key],
        (row) => row.key,
      )
      return { body: { items: page.items.flatMap((one) => shown.get(one) ?? []), next: page.next } }
    },
  }),
  route({
    id: 'getInvoiceMatch',
    method: 'GET',
    path: '/v1/invoices/match',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'One invoice beside its orders and receipts: each line with its goods, its variances and the arithmetic',
      zh: '一张发票的匹配明细：每行对应的收货、差异与计算过程',
    },
    query: { key: invoiceKey },
    answer: matchAnswer,
    handle: async ({ hub, query, desk, who }) => {
      const { read } = hub.database
      const [row] = await invoiceMatchesOf(read, hub.tenant, [query.key])
      if (row === undefined) throw noDocument(desk.options, 'invoice', query.key)
      return { body: await matchView(read, hub.tenant, row, who.party === null) }
    },
  }),
  writeRoute({
    id: 'acceptInvoice',
    method: 'POST',
    path: '/v1/invoices/accept',
    tag,
    scope: 'write',
    audit: { act: 'invoice-accepted', asked: ['key', 'why'], answered: ['state', 'codes'] },
    summary: {
      en: 'Pay an invoice as it is, with a reason: what holds it is accepted; above the limit of the workspace a second person has to say the same',
      zh: '附理由按现状接受发票并解除冻结；超过限额时须由第二人复核',
    },
    body: fields({ key, why: note }),
    answer: fields({
      key: text(),
      state: described(oneOf('accepted', 'waiting'), 'waiting: for a second person'),
      codes: list(text()),
      amounts: described(mapOf(text()), 'what the differences are worth, by currency'),
    }),
    effect: async (tx, { hub, who, body, now }) => {
      const author = { actor: who.id, why: body.why }
      const rules = hub.catalogue().matching
      const { result, ring } = await writeLedger(tx, hub, (books) => acceptInvoice(books, { key: body.key, author, rules }))
      const freed =
        result.state === 'accepted' ? await freeHeld(tx, hub.tenant, { type: 'invoice', key: body.key, code: '', path: '' }, now) : []
      return {
        body: { key: body.key, ...result },
        after: () => {
          ring()
          for (const connection of freed) hub.bell.ring({ kind: 'deliver', connection })
        },
      }
    },
  }),
  writeRoute({
    id: 'rematchInvoices',
    method: 'POST',
    path: '/v1/invoices/rematch',
    tag,
    scope: 'write',
    audit: { act: 'invoices-rematched', asked: ['keys', 'why'], answered: ['judged'] },
    summary: {
      en: 'Judge invoices again by the tolerances of today: an invoice keeps those it was first judged by',
      zh: '按现行容差重新判定发票（发票默认沿用首次判定时的容差）',
    },
    body: fields({ keys: list(key, 100), why: optional(note) }),
    answer: fields({ judged: count }),
    effect: async (tx, { hub, who, body, desk }) => {
      const wanted = [...new Set(body.keys)]
      const known = new Set((await invoiceMatchesOf(tx, hub.tenant, wanted)).map((row) => row.key))
      const missing = wanted.find((one) => !known.has(one))
      if (missing !== undefined) throw noDocument(desk.options, 'invoice', missing)
      const { ring } = await writeLedger(tx, hub, async (books) => {
        books.data.cause = { ...books.data.cause, author: { actor: who.id, why: body.why ?? null } }
        rejudge(books, wanted)
      })
      return { body: { judged: wanted.length }, after: ring }
    },
  }),
]
