/** Matching as a person would do it on paper: every piece by itself, one after another. Shares no code with the ledger. For tests. */

export interface PaperOrder {
  readonly key: string
  readonly pieces: number
  /** cents for a piece */
  readonly price: number
}
export interface PaperReceipt {
  readonly key: string
  readonly order: string
  readonly at: number
  readonly accepted: number
  readonly rejected: number
  readonly isReturn: boolean
}
export interface PaperInvoice {
  readonly key: string
  readonly number: string
  /** the receipt or (of a credit note) the invoice that it names; where it names one, it names no order */
  readonly names: string | undefined
  readonly order: string
  readonly day: number
  readonly pieces: number
  readonly price: number
  readonly isCredit: boolean
  readonly isPosted: boolean
  readonly currency: string
}
export interface Paper {
  readonly orders: Map<string, PaperOrder>
  readonly receipts: Map<string, PaperReceipt>
  readonly invoices: Map<string, PaperInvoice>
}
export const blankPaper = (): Paper => ({ orders: new Map(), receipts: new Map(), invoices: new Map() })

/** `invoice basis what` -> pieces; credit notes below zero. And the verdict of each invoice. */
export interface PaperMatch {
  readonly pieces: Readonly<Record<string, number>>
  readonly verdicts: Readonly<Record<string, string>>
  readonly doubles: readonly string[]
}

const inTime = <T extends { readonly key: string }>(all: Iterable<T>, timeOf: (one: T) => number): T[] =>
  [...all].sort((a, b) => timeOf(a) - timeOf(b) || (a.key < b.key ? -1 : 1))

/** The order an invoice is for, by what it names; undefined while that is not known. */
export function orderOf({ orders, receipts, invoices }: Paper, invoice: PaperInvoice): string | undefined {
  if (invoice.names === undefined) return orders.has(invoice.order) ? invoice.order : undefined
  const receipt = receipts.get(invoice.names)
  if (receipt !== undefined) return !invoice.isCredit && orders.has(receipt.order) ? receipt.order : undefined
  const other = invoices.get(invoice.names)
  return invoice.isCredit && other !== undefined && !other.isCredit ? orderOf({ orders, receipts, invoices }, other) : undefined
}

export function matchOnPaper(paper: Paper): PaperMatch {
  const pieces: Record<string, number> = {}
  const count = (name: string, by: number) => {
    pieces[name] = (pieces[name] ?? 0) + by
  }
  const verdicts: Record<string, string> = {}
  for (const invoice of paper.invoices.values()) verdicts[invoice.key] = invoice.isPosted ? 'no-order' : 'exempt'
  for (const order of paper.orders.values()) {
    const bills = inTime(paper.invoices.values(), ({ day }) => day).filter((one) => one.isPosted && orderOf(paper, one) === order.key)
    const all = inTime(paper.receipts.values(), ({ at }) => at).filter((one) => one.order === order.key)
    const shelf = all.filter(({ isReturn }) => !isReturn).flatMap(({ key, accepted }) => Array.from({ length: accepted }, () => key))
    for (const { accepted, isReturn } of all) if (isReturn) shelf.splice(Math.max(0, shelf.length - accepted))
    const received = all.some((one) => !one.isReturn && one.accepted + one.rejected > 0)
    let room = Math.max(0, order.pieces - shelf.length)
    const invoices = bills.filter(({ isCredit }) => !isCredit)
    const open = new Map(invoices.map((one) => [one.key, one.pieces]))
    const parts = new Map(invoices.map((one) => [one.key, { waiting: 0, over: 0, credited: 0, credit: 0 }]))
    for (const credit of bills.filter(({ isCredit }) => isCredit)) {
      const from = credit.names === undefined ? [...invoices].reverse() : invoices.filter(({ key }) => key === credit.names)
      verdicts[credit.key] = credit.currency === 'CNY' ? 'matched' : 'not-comparable'
      for (let piece = 0; piece < credit.pieces; piece++) {
        const invoice = from.find(({ key }) => (open.get(key) ?? 0) > 0)
        if (invoice === undefined) {
          count(`${credit.key} over`, -1)
          verdicts[credit.key] = 'over-credited'
          continue
        }
        open.set(invoice.key, (open.get(invoice.key) ?? 0) - 1)
        count(`${invoice.key} credited ${credit.key}`, 1)
        count(`${credit.key} credit ${invoice.key}`, -1)
        const part = parts.get(invoice.key)
        if (part) part.credited++
        if (part) part.credit += credit.price
      }
    }
    const take = (invoice: PaperInvoice, basis: string, may: (receipt: string) => boolean) => {
      for (;;) {
        const at = shelf.findIndex(may)
        if (at < 0 || (open.get(invoice.key) ?? 0) === 0) return
        count(`${invoice.key} ${basis} ${shelf[at]}`, 1)
        shelf.splice(at, 1)
        open.set(invoice.key, (open.get(invoice.key) ?? 0) - 1)
      }
    }
    for (const invoice of invoices) if (invoice.names !== undefined) take(invoice, 'named', (receipt) => receipt === invoice.names)
    for (const invoice of invoices) take(invoice, 'order', () => true)
    for (const invoice of invoices) {
      const part = parts.get(invoice.key) ?? { waiting: 0, over: 0, credited: 0, credit: 0 }
      for (let left = open.get(invoice.key) ?? 0; left > 0; left--) {
        const basis = room > 0 ? 'waiting' : 'over'
        part[basis]++
        room--
        count(`${invoice.key} ${basis}`, 1)
      }
      const difference = invoice.pieces * invoice.price - part.credit - (invoice.pieces - part.credited) * order.price
      verdicts[invoice.key] =
        part.credit > invoice.pieces * invoice.price
          ? 'over-credited'
          : invoice.currency !== 'CNY'
            ? 'not-comparable'
            : part.waiting + part.over > 0
              ? received
                ? part.over > 0
                  ? 'over-invoiced'
                  : 'quantity-variance'
                : 'no-receipt'
              : difference > 1
                ? 'price-variance'
                : difference < -1
                  ? 'within-tolerance'
                  : 'matched'
    }
  }
  return { pieces, verdicts, doubles: doublesOf(paper) }
}

/** All but the first of those with one number and kind. */
function doublesOf({ invoices }: Paper): readonly string[] {
  const posted = inTime(invoices.values(), ({ day }) => day).filter(({ isPosted }) => isPosted)
  const groups = Map.groupBy(posted, ({ number, isCredit }) => `${number} ${isCredit}`)
  return [...groups.values()].flatMap(([, ...others]) => others.map(({ key }) => key)).sort()
}
