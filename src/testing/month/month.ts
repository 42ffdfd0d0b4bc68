import type { Json, JsonObject } from '../../model/json.ts'
import type { Chance } from '../../simulator/day/chance.ts'
import type { MonthBooks } from './books.ts'
import type { Cast } from './cast.ts'
import type { DepositBook } from './deposit-books.ts'
import type { MonthHub } from './hub.ts'
import type { NumberBooks } from './numbers.ts'
import type { PayoutBooks } from './payout-books.ts'
import type { PriceBooks } from './price-books.ts'
import type { Difference } from './proof.ts'
import type { OpenShop } from './shops.ts'
import type { Stated } from './statements.ts'
import type { SupplierBooks } from './supplier-books.ts'

/** Everything of the month while it is played. */
export interface Month extends Money {
  readonly cast: Cast
  readonly chance: Chance
  readonly shops: readonly OpenShop[]
  readonly hub: MonthHub
  readonly books: MonthBooks
  /** API keys of suppliers and merchants, by party: each sees what is its own; and that of a second person, `checker` */
  readonly keys: Map<string, string>
  readonly numbers: NumberBooks
  /** from 1 */
  day: number
  /** statements are made in the morning after it */
  isEve: boolean
}

/** What the generator knows of money, and what it found. */
export interface Money {
  readonly prices: PriceBooks
  /** by connection of the merchant */
  readonly deposits: Map<string, DepositBook>
  readonly suppliers: SupplierBooks
  readonly payouts: PayoutBooks
  /** by order: its refunds that payouts took back, in cents; orders that are not in it were not paid out */
  readonly paidOut: Map<string, readonly bigint[]>
  /** numbers of all that were made */
  readonly statements: Set<string>
  /** by party and currency */
  readonly stated: Map<string, Stated>
  /** receipts that hold a case that is not there, and what they should say */
  readonly mistyped: { readonly receipt: string; readonly supplier: string; readonly document: JsonObject }[]
  readonly moneyDifferences: Difference[]
}

/** What has to be refused is asked for: anything else is a difference. */
export async function demandRefusal({ hub, moneyDifferences }: Month, code: string, path: string, body: Json, key?: string): Promise<void> {
  const answer = await hub.refusal(path, body, key)
  if (answer !== code) moneyDifferences.push({ what: `POST ${path}`, books: `refused: ${code}`, hub: answer === '' ? 'done' : answer })
}
