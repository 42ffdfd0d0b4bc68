import type { PartyRole } from './party-roles.ts'

/**
 * What a party is shown of a document, by type and by its role in it: names of fields, all the rest is masked (R104, X5). A field that is new is masked until it stands here. `[me]` after a list: only the items that
 * name the party. docs/parties.md is made from this table.
 */
export type PartyViews = Readonly<Record<string, Readonly<Partial<Record<PartyRole, readonly string[]>>>>>

const master = ['number', 'status', 'zone', 'deleted', 'deleteReason']
const head = [...master, 'issuedAt']
const money = ['currency', 'taxBasis', 'discounts', 'charges', 'taxes', 'totals']

const purchase = [
  ...head,
  ...money,
  'revision',
  'issueDate',
  'buyer',
  'seller',
  'shipTo',
  'requestedDate',
  'paymentTerms',
  'incoterm',
  'contract',
  'note',
  'lines',
]
const sale = [
  ...head,
  ...money,
  'placedAt',
  'issueDate',
  'channel',
  'clientSource',
  'placedVia',
  'seller',
  'buyer',
  'shipTo',
  'billTo',
  'note',
  'holds',
  'lines',
]
const response = ['number', 'issuedAt', 'zone', 'deleted', 'deleteReason', 'order', 'kind', 'respondedAt', 'seller', 'note', 'lines']
const receipt = [...head, 'kind', 'receivedAt', 'location', 'supplier', 'order', 'deliveryNote', 'shipment', 'lines']
const shipment = [...head, 'direction', 'order', 'shippedAt', 'from', 'to', 'carrier', 'parcels', 'takenAt', 'deliveredAt', 'note', 'lines']
const refund = [...head, 'order', 'amount', 'currency', 'reason', 'refundedAt', 'toMethod', 'note', 'lines']
const back = [
  ...head,
  ...[
    'order',
    'kind',
    'reason',
    'requestedAt',
    'deadline',
    'receivedAt',
    'amount',
    'currency',
    'refund',
    'shipment',
    'replacement',
    'note',
    'lines',
  ],
]
const invoice = [
  ...head,
  ...money,
  'kind',
  'issueDate',
  'dueDate',
  'issuer',
  'recipient',
  'order',
  'invoice',
  'paymentTerms',
  'taxDocument',
  'note',
  'lines',
]
const payment = [...head, 'kind', 'amount', 'currency', 'payer', 'payee', 'paidAt', 'method', 'reference', 'allocations', 'note']
const payout = [
  ...head,
  ...['issueDate', 'provider', 'reference', 'payer', 'payee', 'period', 'paidAt', 'currency', 'total', 'note', 'lines'],
]
const level = ['location', 'product', 'lot', 'condition', 'unit', 'onHand', 'available', 'measure', 'method', 'asOf', 'zone', 'deleted']
const goods = [
  ...master,
  'sku',
  'name',
  'baseUnit',
  'gtins',
  'barcode',
  'family',
  'category',
  'brand',
  'kind',
  'packs',
  'tracking',
  'weight',
  'originCountry',
  'hsCode',
]
const place = [...master, 'code', 'name', 'kind', 'address', 'owner', 'gln']
const person = [...master, 'name', 'legalName', 'roles', 'taxIds', 'gln', 'contacts', 'addresses', 'currency', 'paymentTerms']
const scan = [...master, 'tracking', 'carrier', 'sourceCarrier', 'sourceCode', 'sourceStatus', 'at', 'place', 'text']

export const partyViews: PartyViews = {
  contract: {
    self: [
      'number',
      'status',
      'zone',
      'kind',
      'party',
      'organisation',
      'signedAt',
      'validFrom',
      'validTo',
      'terms',
      'priceLists',
      'deposit',
      'channels',
    ],
  },
  'deposit-change': {
    self: [
      'number',
      'status',
      'zone',
      'kind',
      'party',
      'currency',
      'amount',
      'lowBelow',
      'order',
      'reference',
      'validFrom',
      'validTo',
      'reason',
      'decidedAt',
    ],
  },
  'tier-assignment': { self: ['number', 'status', 'zone', 'party', 'tier', 'validFrom', 'validTo'] },
  party: { self: person, books: person },
  product: { supplier: [...goods, 'supplierItems[me]'], books: [...goods, 'taxClass', 'components', 'supplierItems'] },
  location: { owner: place, books: place },
  'stock-level': { supplier: level, owner: [...level, 'owner'], books: [...level, 'owner'] },
  'purchase-order': { supplier: purchase, buyer: purchase },
  'order-response': { supplier: response, buyer: response, books: response },
  'goods-receipt': { supplier: receipt, buyer: receipt, books: receipt },
  'sales-order': { merchant: sale, buyer: sale },
  shipment: { supplier: shipment, merchant: shipment, buyer: shipment, books: shipment },
  'tracking-event': { supplier: scan, merchant: scan, buyer: scan, books: scan },
  refund: { merchant: refund, buyer: refund, books: refund },
  return: { merchant: back, buyer: back, books: back },
  invoice: { issuer: invoice, recipient: invoice, books: invoice },
  payout: { books: payout },
  payment: { payer: payment, payee: payment, supplier: payment, merchant: payment, buyer: payment, books: payment },
}

/** Figures of a whole document: masked where a part of it belongs to others. */
export const wholeFields: ReadonlySet<string> = new Set(['amount', 'totals', 'discounts', 'charges', 'taxes'])
/** Findings whose arithmetic is of the document alone. */
export const toldFindings: ReadonlySet<string> = new Set(['does-not-foot', 'too-many-digits', 'unexpected-transition'])
/** Effects whose detail is of the document alone. */
export const toldEffects: ReadonlySet<string> = new Set(['order-state-changed', 'deposit-changed', 'deposit-low'])
