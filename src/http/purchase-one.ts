import { type Behind, type Figure, type PurchaseLineView, type PurchaseView, purchaseView } from '../ledger/purchase-view.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import type { Context } from '../pipeline/context.ts'
import { deliveriesOf } from '../store/delivery.ts'
import { findingsOf } from '../store/finding.ts'
import { grouped } from '../store/in-list.ts'
import { journalRange } from '../store/journal.ts'
import { linksTo } from '../store/link.ts'
import type { FindingTable } from '../store/tables.ts'
import { noDocument } from './absent.ts'
import { sellerOf } from './purchase-orders.ts'
import { payableOf, purchasePayable } from './purchase-payable.ts'
import { route } from './route.ts'
import { anything, count, decimal, described, fields, flag, list, nullable, type Of, text, time } from './shape.ts'
import { document, iso, isoOrNull, key, stored } from './values.ts'

const behind = fields({
  type: text(),
  key: text(),
  version: count,
  path: described(text(), 'JSON pointer into the document'),
  value: described(text(), 'its part of the figure'),
})
const figure = described(fields({ value: decimal, behind: list(behind) }), 'a figure with every document that it follows from')
const line = fields({
  key: text(),
  number: text(),
  line: described(document, 'the line as it stands in the order'),
  product: described(
    nullable(text()),
    'key of the product; quantities are in its base unit. null: not known, and they are in the unit of the line',
  ),
  requestedDate: nullable(text()),
  promisedDate: described(nullable(text()), 'by the answer that counts'),
  ordered: figure,
  confirmed: figure,
  accepted: figure,
  rejected: figure,
  returned: figure,
  invoiced: figure,
  paid: described(figure, 'its share of payments to the order and to its invoices, by the amounts of lines; in the currency of the order'),
  received: described(decimal, 'accepted and rejected'),
  cancelled: decimal,
  open: decimal,
  over: described(decimal, 'accepted above what was ordered'),
  short: described(decimal, 'due and not received, once the order or line is closed'),
})
const related = fields({
  type: text(),
  key: text(),
  version: count,
  origin: text(),
  number: nullable(text()),
  status: nullable(text()),
  businessDate: nullable(text()),
  document,
})
const documents = list(related)
const answer = fields({
  key: text(),
  version: count,
  origin: text(),
  number: nullable(text()),
  status: text(),
  fulfilment: text(),
  payment: text(),
  currency: text(),
  seller: fields({ key: nullable(text()), name: nullable(text()) }),
  grandTotal: described(nullable(text()), 'as the order states it'),
  paid: described(decimal, 'captured and allocated, to the order or to one of its invoices'),
  document,
  lines: list(line),
  responses: documents,
  receipts: documents,
  returns: described(documents, 'goods that went back to the supplier'),
  invoices: documents,
  payments: list(
    fields({
      key: text(),
      version: count,
      number: nullable(text()),
      status: nullable(text()),
      paidAt: nullable(text()),
      amount: described(text(), 'what of it goes to this order'),
      invoice: described(nullable(text()), 'by which invoice; null: to the order itself'),
      counts: described(flag, 'its money is there'),
      lines: list(fields({ line: text(), amount: text() })),
    }),
  ),
  payable: purchasePayable,
  others: documents,
  findings: list(fields({ type: text(), key: text(), code: text(), path: text(), detail: anything, openedAt: time })),
  links: described(list(fields({ connection: text(), externalKey: text(), linkedBy: text(), at: time })), 'its keys at other systems'),
  deliveries: described(
    list(
      fields({
        id: text(),
        route: text(),
        connection: text(),
        action: text(),
        op: text(),
        version: count,
        state: text(),
        reason: nullable(text()),
        partnerKey: described(nullable(text()), 'its key there'),
        shadow: flag,
        createdAt: time,
        settledAt: nullable(time),
      }),
    ),
    'whether it was sent, to whom, when, and what became of that: the last 100',
  ),
  journal: described(
    list(
      fields({
        id: text(),
        at: time,
        kind: text(),
        version: nullable(count),
        detail: anything,
        actor: nullable(text()),
        why: nullable(text()),
      }),
    ),
    'what happened to it, the last 100',
  ),
})

export const purchaseOneRoutes = [
  route({
    id: 'getPurchaseOrder',
    method: 'GET',
    path: '/v1/purchase-orders/one',
    tag: 'purchase orders',
    scope: 'read',
    party: 'own',
    summary: {
      en: 'All that is known of a purchase: order, answers, receipts, returns, invoices and payments, each figure with the documents behind it',
      zh: '采购订单全貌：订单、回复、收货、退供、发票、付款，各数字附来源单据',
    },
    query: { key: described(key, 'key of the order') },
    answer,
    handle: async ({ hub, desk, query, who }) => {
      const view = await purchaseView(hub.database.read, hub.tenant, query.key)
      if (view === undefined) throw noDocument(desk.options, 'purchase-order', query.key)
      return { body: { ...shownView(view), ...(await around(hub, view)), payable: await payableOf(hub, view, who.party) } }
    },
  }),
]

type Answer = Of<typeof answer>
const most = 100

async function around(
  { database: { read }, tenant }: Context,
  view: PurchaseView,
): Promise<Pick<Answer, 'findings' | 'links' | 'deliveries' | 'journal'>> {
  const { order } = view
  const name = { type: order.type, key: order.key }
  const links = await linksTo(read, tenant, name.type, [name.key])
  const deliveries = await deliveriesOf(read, tenant, name, most)
  const journal = await journalRange(read, tenant, { ...name, order: 'newest', limit: most })
  return {
    findings: (await findingsAbout(read, tenant, view)).map((one) => ({
      type: one.type,
      key: one.key,
      code: one.code,
      path: one.path,
      detail: stored(one.detail),
      openedAt: iso(one.opened_at),
    })),
    links: links.map((one) => ({ connection: one.connection, externalKey: one.external_key, linkedBy: one.linked_by, at: iso(one.at) })),
    deliveries: deliveries.map((one) => ({
      id: one.id,
      route: one.route,
      connection: one.connection,
      action: one.action,
      op: one.op,
      version: one.document_version,
      state: one.state,
      reason: one.reason,
      partnerKey: one.partner_key,
      shadow: one.shadow === 1,
      createdAt: iso(one.created_at),
      settledAt: isoOrNull(one.settled_at),
    })),
    journal: journal.map(({ id, at, kind, version, detail, actor, why }) => ({
      id,
      at: iso(at),
      kind,
      version,
      detail: stored(detail),
      actor,
      why,
    })),
  }
}

/** Open findings of the order, and those of its documents that name it or no order. */
async function findingsAbout(read: Context['database']['read'], tenant: string, view: PurchaseView): Promise<FindingTable[]> {
  const { order, responses, receipts, returns, invoices, payments, others } = view
  const about = [order, ...responses, ...receipts, ...returns, ...invoices, ...others, ...payments.map(({ payment }) => payment)]
  const rows: FindingTable[] = []
  for (const [type, group] of grouped(about, (one) => one.type))
    rows.push(
      ...(await findingsOf(
        read,
        tenant,
        type,
        group.map((one) => one.key),
      )),
    )
  return rows.filter((row) => {
    const { order: named } = JSON.parse(row.detail) as { readonly order?: unknown }
    return row.state === 'open' && (named === undefined || named === order.key)
  })
}

function shownView(view: PurchaseView): Omit<Answer, 'findings' | 'links' | 'deliveries' | 'journal' | 'payable'> {
  const { order, state } = view
  const { totals } = order.body
  return {
    key: order.key,
    version: order.version,
    origin: order.origin,
    number: order.number,
    status: state.status,
    fulfilment: state.fulfilment,
    payment: state.payment,
    currency: state.currency,
    seller: sellerOf(order.body.seller),
    grandTotal: textIn(totals, 'grandTotal'),
    paid: view.paid,
    document: order.body,
    lines: view.lines.map(shownLine),
    responses: view.responses.map(shownDocument),
    receipts: view.receipts.map(shownDocument),
    returns: view.returns.map(shownDocument),
    invoices: view.invoices.map(shownDocument),
    payments: view.payments.map(({ payment, invoice, amount, counts, shares }) => ({
      key: payment.key,
      version: payment.version,
      number: payment.number,
      status: payment.status,
      paidAt: textIn(payment.body, 'paidAt'),
      amount,
      invoice: invoice?.key ?? null,
      counts,
      lines: [...shares].map(([name, share]) => ({ line: name, amount: share })),
    })),
    others: view.others.map(shownDocument),
  }
}

const shownLine = (view: PurchaseLineView): Of<typeof line> => ({
  ...view,
  ordered: shownFigure(view.ordered),
  confirmed: shownFigure(view.confirmed),
  accepted: shownFigure(view.accepted),
  rejected: shownFigure(view.rejected),
  returned: shownFigure(view.returned),
  invoiced: shownFigure(view.invoiced),
  paid: shownFigure(view.paid),
})
const shownFigure = ({ value, behind: parts }: Figure): { readonly value: string; readonly behind: readonly Behind[] } => ({
  value,
  behind: parts,
})

const shownDocument = ({ type, key: name, version, origin, number, status, businessDate, body }: LedgerDocument): Of<typeof related> => ({
  type,
  key: name,
  version,
  origin,
  number,
  status,
  businessDate,
  document: body,
})

const textIn = (value: unknown, name: string): string | null => {
  const field = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
  return typeof field === 'string' ? field : null
}
