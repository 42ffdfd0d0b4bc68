/** For tests: what is known of a purchase of two lines, in plain numbers, told by the buyer here and by partners in any order. */
export type Line = 'a' | 'b'
export type Status = 'draft' | 'issued' | 'closed' | 'cancelled'
export const lineNames: readonly Line[] = ['a', 'b']

export interface Goods {
  readonly line: Line
  readonly accepted: number
  readonly rejected: number
}
/** One thing that happens. Those of partners name their record; told again with other content, it is another version of it. */
export type Happening =
  | { readonly does: 'create'; readonly a: number; readonly b: number; readonly issue: boolean }
  | { readonly does: 'amend'; readonly line: Line; readonly quantity: number }
  | { readonly does: 'cancel-line'; readonly line: Line }
  | { readonly does: 'issue' | 'close' | 'reopen' | 'cancel' }
  | { readonly does: 'answer'; readonly line: Line; readonly quantity: number }
  | ({ readonly does: 'receive' | 'return' } & Goods)
  | { readonly does: 'reverse'; readonly which: number }
  | { readonly does: 'partner-answers'; readonly record: number; readonly line: Line; readonly quantity: number; readonly second: number }
  | ({ readonly does: 'partner-receives' | 'partner-returns'; readonly record: number; readonly posted: boolean } & Goods)
  | { readonly does: 'partner-invoices'; readonly record: number; readonly line: Line; readonly quantity: number; readonly credit: boolean }
  | { readonly does: 'partner-pays'; readonly record: number; readonly amount: number; readonly captured: boolean }

interface Receipt extends Goods {
  readonly isReturn: boolean
  posted: boolean
}
export interface Purchase {
  status: Status | undefined
  readonly lines: Record<Line, { quantity: number; cancelled: boolean }>
  readonly answers: Map<string, { readonly line: Line; readonly quantity: number; readonly at: number }>
  readonly receipts: Map<string, Receipt>
  readonly invoices: Map<string, { readonly line: Line; readonly quantity: number }>
  readonly payments: Map<string, number>
}

export const newPurchase = (): Purchase => ({
  status: undefined,
  lines: { a: { quantity: 0, cancelled: false }, b: { quantity: 0, cancelled: false } },
  answers: new Map(),
  receipts: new Map(),
  invoices: new Map(),
  payments: new Map(),
})

const total = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0)
const postedOf = ({ receipts }: Purchase, line: Line, isReturn: boolean) =>
  [...receipts.values()].filter((receipt) => receipt.posted && receipt.line === line && receipt.isReturn === isReturn)
const receivedOf = (purchase: Purchase, line: Line): number =>
  total(postedOf(purchase, line, false).map(({ accepted, rejected }) => accepted + rejected))

/** The latest answer by time, then by the key of its document. */
function answerOf({ answers }: Purchase, line: Line): number | undefined {
  return [...answers]
    .filter(([, answer]) => answer.line === line)
    .sort(([a, x], [b, y]) => x.at - y.at || (a < b ? -1 : 1))
    .at(-1)?.[1].quantity
}

/** Figures of a line as the ledger has to have them; a draft, and an order that is not there, has none. */
export function figuresOf(purchase: Purchase): readonly object[] {
  const { status, lines } = purchase
  if (status === undefined || status === 'draft') return []
  return lineNames.map((line) => {
    const { quantity, cancelled } = lines[line]
    const answer = answerOf(purchase, line)
    const received = receivedOf(purchase, line)
    const isOff = status === 'cancelled' || cancelled
    return {
      line,
      quantity,
      cancelled: isOff ? Math.max(0, quantity - received) : answer === undefined ? 0 : Math.max(0, quantity - answer),
      confirmed: answer ?? 0,
      received,
      rejected: total(postedOf(purchase, line, false).map(({ rejected }) => rejected)),
      invoiced: total([...purchase.invoices.values()].filter((invoice) => invoice.line === line).map((invoice) => invoice.quantity)),
      open: isOff ? 0 : Math.max(0, (answer ?? 0) - received),
    }
  })
}

export const paidOf = ({ payments }: Purchase): number => total(payments.values())

/** Findings of over and short receipts: code and line. */
export function findingsOf(purchase: Purchase): readonly string[] {
  if (purchase.status === undefined || purchase.status === 'draft') return []
  return lineNames.flatMap((line) => {
    const { quantity, cancelled } = purchase.lines[line]
    const accepted = total(postedOf(purchase, line, false).map((receipt) => receipt.accepted))
    const received = receivedOf(purchase, line)
    const answer = answerOf(purchase, line)
    const due = cancelled ? Math.min(quantity, received) : Math.min(quantity, answer ?? quantity)
    return [
      ...(accepted > quantity ? [`over-received ${line}`] : []),
      ...(purchase.status === 'closed' && received < due ? [`short-received ${line}`] : []),
    ]
  })
}

/** Why a command has to be refused; undefined: it is done. What partners tell is never refused. */
export function refusal(purchase: Purchase, happening: Happening): string | undefined {
  const { status, lines, receipts } = purchase
  switch (happening.does) {
    case 'create':
      return status === undefined ? undefined : 'number-taken'
    case 'amend':
    case 'cancel-line': {
      if (status === undefined) return 'no-document'
      if (status === 'closed' || status === 'cancelled') return 'order-over'
      const { line } = happening
      const received = status === 'draft' ? 0 : receivedOf(purchase, line)
      if (happening.does === 'cancel-line') return !lines[line].cancelled && received > 0 ? 'already-received' : undefined
      if (lines[line].cancelled || happening.quantity === lines[line].quantity) return undefined
      if (happening.quantity < received) return 'below-received'
      return status === 'issued' && happening.quantity < (answerOf(purchase, line) ?? 0) ? 'below-confirmed' : undefined
    }
    case 'issue':
      return status === undefined ? 'no-document' : status === 'draft' || status === 'issued' ? undefined : 'illegal-transition'
    case 'reopen':
      return status === undefined ? 'no-document' : status === 'closed' || status === 'issued' ? undefined : 'illegal-transition'
    case 'close':
      return status === undefined ? 'no-document' : status === 'issued' || status === 'closed' ? undefined : 'illegal-transition'
    case 'cancel':
      if (status === undefined) return 'no-document'
      if (status !== 'draft' && lineNames.some((line) => receivedOf(purchase, line) > 0)) return 'already-received'
      return status === 'closed' ? 'illegal-transition' : undefined
    case 'answer':
      return status === undefined ? 'no-document' : status === 'issued' ? undefined : 'order-over'
    case 'receive':
      return status === undefined ? 'no-document' : undefined
    case 'return':
      if (status === undefined) return 'no-document'
      return isTooMuch(purchase, happening.line, { accepted: happening.accepted, rejected: happening.rejected }, 1)
        ? 'more-than-received'
        : undefined
    case 'reverse': {
      const receipt = receipts.get(`hub/${happening.which}`)
      if (receipt === undefined) return 'no-document'
      return receipt.posted && !receipt.isReturn && isTooMuch(purchase, receipt.line, receipt, -1) ? 'more-than-received' : undefined
    }
    default:
      return undefined
  }
}

/** Whether more would have gone back than came, with goods that go back (1), or that did not come (-1). */
function isTooMuch(purchase: Purchase, line: Line, goods: Omit<Goods, 'line'>, sign: 1 | -1): boolean {
  return (['accepted', 'rejected'] as const).some((what) => {
    const came = total(postedOf(purchase, line, false).map((receipt) => receipt[what])) - (sign < 0 ? goods[what] : 0)
    const back = total(postedOf(purchase, line, true).map((receipt) => receipt[what])) + (sign > 0 ? goods[what] : 0)
    return back > came
  })
}

const moves = { issue: 'issued', reopen: 'issued', close: 'closed', cancel: 'cancelled' } as const

/** Lets it happen. `key`, `at`: of the document that the ledger made for an answer or for goods. */
export function happen(purchase: Purchase, happening: Happening, made: { readonly key: string; readonly at: number }): void {
  const { lines, answers, receipts, invoices, payments } = purchase
  switch (happening.does) {
    case 'create':
      purchase.status = happening.issue ? 'issued' : 'draft'
      lines.a.quantity = happening.a
      lines.b.quantity = happening.b
      break
    case 'amend':
      lines[happening.line].quantity = happening.quantity
      break
    case 'cancel-line':
      lines[happening.line].cancelled = true
      break
    case 'issue':
    case 'reopen':
    case 'close':
    case 'cancel':
      purchase.status = moves[happening.does]
      break
    case 'answer':
      answers.set(made.key, { line: happening.line, quantity: happening.quantity, at: made.at })
      break
    case 'receive':
    case 'return':
      receipts.set(made.key, { ...happening, isReturn: happening.does === 'return', posted: true })
      break
    case 'reverse': {
      const receipt = receipts.get(`hub/${happening.which}`)
      if (receipt !== undefined) receipt.posted = false
      break
    }
    case 'partner-answers':
      answers.set(made.key, { line: happening.line, quantity: happening.quantity, at: made.at })
      break
    case 'partner-receives':
    case 'partner-returns':
      receipts.set(made.key, { ...happening, isReturn: happening.does === 'partner-returns' })
      break
    case 'partner-invoices':
      invoices.set(made.key, { line: happening.line, quantity: happening.credit ? -happening.quantity : happening.quantity })
      break
    case 'partner-pays':
      payments.set(made.key, happening.captured ? happening.amount : 0)
  }
}
