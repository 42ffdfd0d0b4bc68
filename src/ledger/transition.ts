/**
 * Steps that the statuses of a document may take (canonical model, section 7). A shop may cancel or open again what it had closed: whether that came too late is told by the goods
 * (`cancel-too-late`, `deleted-after-shipment`), and the same whichever of its versions were seen.
 */
const steps: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'sales-order': { draft: ['open'], open: ['closed', 'cancelled'], closed: ['open', 'cancelled'], cancelled: ['open'] },
  'purchase-order': { draft: ['issued', 'cancelled'], issued: ['closed', 'cancelled'], closed: ['issued'] },
  'goods-receipt': { draft: ['posted'], posted: ['reversed'] },
  'stock-movement': { posted: ['reversed'] },
  'stock-transfer': { draft: ['sent', 'cancelled'], sent: ['received', 'cancelled'] },
  shipment: {
    planned: ['packed', 'cancelled'],
    packed: ['shipped', 'cancelled'],
    shipped: ['delivered', 'returned', 'lost'],
    delivered: ['returned'],
    lost: ['delivered', 'returned'],
  },
  refund: { pending: ['done', 'failed', 'cancelled'] },
  return: {
    requested: ['approved', 'rejected', 'closed'],
    approved: ['travelling', 'received', 'closed'],
    rejected: ['closed'],
    travelling: ['received', 'closed'],
    received: ['closed'],
  },
  invoice: { draft: ['posted', 'cancelled'], posted: ['cancelled'] },
  payment: {
    pending: ['authorised', 'failed', 'cancelled'],
    authorised: ['captured', 'failed', 'cancelled'],
    captured: ['settled', 'reversed'],
    settled: ['reversed'],
  },
  payout: {
    planned: ['in-transit', 'paid', 'failed', 'cancelled'],
    'in-transit': ['paid', 'failed', 'cancelled'],
    paid: ['failed'],
  },
  product: { proposed: ['approved'], approved: ['active'], active: ['delisted'], delisted: ['active', 'deleted'] },
  party: { prospect: ['active'], active: ['suspended', 'ended'], suspended: ['active', 'ended'] },
  location: { active: ['closed'] },
  contract: {
    draft: ['in-review'],
    'in-review': ['draft', 'signed', 'rejected'],
    rejected: ['draft'],
    signed: ['active', 'ended'],
    active: ['suspended', 'ended'],
    suspended: ['active', 'ended'],
  },
  replenishment: {
    suggested: ['approved', 'rejected', 'superseded'],
    approved: ['ordered', 'superseded'],
    ordered: ['received', 'superseded'],
  },
  'price-list': { active: ['withdrawn'], withdrawn: ['active'] },
  tier: { active: ['retired'], retired: ['active'] },
  'tier-assignment': { 'in-review': ['approved', 'rejected', 'withdrawn'], rejected: ['in-review'], approved: ['withdrawn'] },
  'deposit-change': { proposed: ['approved', 'rejected'] },
}

/**
 * Whether a document may come from one status to another, in one step or in several: steps between may have been missed (an older version that arrives late is
 * never applied). What the tables do not know is expected.
 */
export function isExpected(type: string, from: string, to: string): boolean {
  const table = steps[type]
  if (table === undefined || from === to || !isKnown(table, from) || !isKnown(table, to)) return true
  const reached = new Set([from])
  for (const status of reached) for (const next of table[status] ?? []) reached.add(next)
  return reached.has(to)
}

/** Whether a document may come from one status to another in one step, as a command has to. A type without a table has no steps to keep to. */
export const isStep = (type: string, from: string, to: string): boolean =>
  steps[type] === undefined || from === to || (steps[type][from] ?? []).includes(to)

const isKnown = (table: Readonly<Record<string, readonly string[]>>, status: string): boolean =>
  status in table || Object.values(table).some((next) => next.includes(status))
