import { amountScale, currencyDigits, DecimalError, fromScaled, toScaled } from '../model/decimal.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { FootFinding } from './foot.ts'
import { listOf, textOf } from './shelf.ts'
import type { LedgerDocument } from './types.ts'

export const payoutType = 'payout'

export type PayoutKind =
  | 'sale'
  | 'refund'
  | 'fee'
  | 'commission'
  | 'shipping'
  | 'tax'
  | 'discount-subsidy'
  | 'chargeback'
  | 'adjustment'
  | 'reserve'
  | 'unknown'

/** Whether a line of the kind adds to a payout or takes away (canonical model, rule 7: amounts are positive, the kind says the direction). What is not known adds. */
const takesAway: ReadonlySet<string> = new Set(['refund', 'fee', 'commission', 'shipping', 'tax', 'chargeback', 'reserve'])
/** Lines that have to be of an order. */
const ofOrders: ReadonlySet<string> = new Set(['sale', 'refund', 'discount-subsidy', 'chargeback', 'commission'])

/** One line of a payout as it counts. Amounts x 10^4. */
export interface PayoutLine {
  /** its place in the document */
  readonly position: number
  readonly kind: PayoutKind
  /** positive in the direction of its kind */
  readonly amount: bigint
  readonly fee: bigint
  /** what it moves: amount by the direction of its kind, less the fee */
  readonly net: bigint
  readonly currency: string
  /** the payout is in another one: the line is in no sum */
  readonly isForeign: boolean
  readonly order: JsonObject | undefined
  readonly body: JsonObject
}

const known = new WeakMap<JsonObject, readonly PayoutLine[]>()

/** The lines of a payout's body, in their order. Read once for each body: an order asks for one line of thousands. */
export function payoutLines(body: JsonObject): readonly PayoutLine[] {
  const found = known.get(body) ?? read(body)
  known.set(body, found)
  return found
}

function read(body: JsonObject): readonly PayoutLine[] {
  const own = textOf(body.currency) ?? ''
  return listOf(body.lines).map((line, position) => {
    const [amount, fee] = [money(line.amount), money(line.fee)]
    const kind = (textOf(line.kind) ?? 'unknown') as PayoutKind
    const currency = textOf(line.currency) ?? own
    const order = line.order
    return {
      position,
      kind,
      amount,
      fee,
      net: (takesAway.has(kind) ? -amount : amount) - fee,
      currency,
      isForeign: currency !== own,
      order: typeof order === 'object' && order !== null && !Array.isArray(order) ? (order as JsonObject) : undefined,
      body: line,
    }
  })
}

/** Whether a line without an order is one that nobody can tell whose it is; the others belong to the account. */
export const needsOrder = (kind: PayoutKind): boolean => ofOrders.has(kind)

/** A payout that failed, was called off or was deleted paid nothing. */
export const paysNothing = ({ status, deleted }: LedgerDocument): boolean => deleted || status === 'failed' || status === 'cancelled'

/** A payout that arrived; before that it is announced. */
export const hasArrived = ({ status, body, deleted }: LedgerDocument): boolean =>
  !deleted && (status === 'paid' || (status === null && body.paidAt !== undefined))

/** The connection whose platform paid: the one that told of it; of a bill that the hub was given the one it names. */
export const platformOf = ({ origin, body }: LedgerDocument): string =>
  (origin === hubOrigin ? textOf(body.connection) : undefined) ?? origin

/** The sum of a payout's lines in its own currency. */
export const linesTotal = (body: JsonObject): bigint => payoutLines(body).reduce((sum, line) => (line.isForeign ? sum : sum + line.net), 0n)

/** Checks that the total is the sum of the lines. One without lines is not judged: they come later. */
export function footPayout(body: JsonObject): readonly FootFinding[] {
  if (listOf(body.lines).length === 0) return []
  const [expected, found] = [linesTotal(body), money(body.total)]
  if (expected === found) return []
  const text = (value: bigint) => amountText(value, textOf(body.currency) ?? '')
  return [{ code: 'does-not-foot', path: '/total', expected: text(expected), found: text(found), difference: text(found - expected) }]
}

/** An amount x 10^4 with the digits of its currency. */
export const amountText = (value: bigint, currency: string): string => fromScaled(value, amountScale, currencyDigits(currency) ?? 2)

/** What is absent, or beyond the range of SQL, is none. */
export function money(value: Json | undefined): bigint {
  if (typeof value !== 'string') return 0n
  try {
    return toScaled(value, amountScale)
  } catch (error) {
    if (error instanceof DecimalError) return 0n
    throw error
  }
}
