import type { FaultBoard } from '../faults.ts'
import type { PlannedArticle } from './plan-articles.ts'
import type { LeftOut } from './plan-left-out.ts'
import type { PlannedOrder } from './plan-orders.ts'
import type { PlannedPurchase } from './plan-purchases.ts'
import type { ShopName } from './plan-sizes.ts'
import type { SaleEvent, SaleSheet } from './sale-sheets.ts'
import type { ShopOrder } from './shop-record.ts'
import type { TradeOrder } from './truth.ts'

/** What a system starts with. Credentials follow from `seed`; they protect nothing. */
export type Start = { readonly articles: readonly PlannedArticle[]; readonly seed: number; readonly board: FaultBoard }

type System = {
  readonly url: string
  /** What the workspace of the pair reads from the environment. */
  readonly environment: Readonly<Record<string, string>>
  /** What this kind of system cannot do; the plan does without it, and the report says so. */
  readonly leftOut: readonly LeftOut[]
  /** Arms what goes wrong in it from 13:00 on; answers the switches that end it. */
  trouble(): readonly (() => void)[]
  close(): Promise<void>
}

/** What a shop's webhooks came to. */
export type WebhookFigures = {
  /** Got an answer from the hub, of whatever kind. */
  readonly answered: number
  /** Left the shop and got no answer. */
  readonly failed: number
  /** Never left: kept quiet by the plan, dropped by a fault, or of a subscription that died silently. */
  readonly missing: number
  readonly silent: number
  /** Sent a second time. */
  readonly duplicates: number
}

/** After-sale documents of a shop, by the id under which the hub knows them. Lines are known by their place, from 0. */
export type ShopAftersales = {
  /** A buyer asks to send pieces of a line back for so much money. */
  ask(order: number, line: number, quantity: number, amount: string): string
  refuse(order: number, id: string): void
  agree(order: number, id: string): void
  /** The goods are there: on the shop's own shelf, or left beside it. */
  countIn(order: number, id: string, isSellable: boolean): void
  /** The money goes back, and the case is over. */
  settle(order: number, id: string, amount: string): void
}

/** A shop of the day, whatever software it runs on. Orders are known by the shop's own id. */
export type DayShop = System & {
  /** Id of an article's product in this shop, as the hub's crosswalk names it. */
  productKey(code: string): string
  /** Throws a RangeError when the shop has not enough left. */
  place(order: PlannedOrder): number
  edit(id: number, order: PlannedOrder): void
  pay(id: number): void
  cancel(id: number): void
  /** Gives back what the plan says. Goods are not put on the shop's shelf: its stock comes from the ERP, where they were counted in. */
  payBack(id: number, order: PlannedOrder): void
  /** Left out where this kind of shop has refunds only. */
  readonly aftersales?: ShopAftersales
  /** Sends the webhooks of an order that were held back, the newest first. */
  releaseWebhooks(id: number): void
  /** Whether the shop shows that the goods are on their way. */
  isCompleted(id: number): boolean
  /** Sends a properly signed webhook that nobody can read. */
  sendGarbled(): void
  /** Subscribes the hub to created, changed and deleted orders, as the shop's owner would. Rejects with a HubError when the shop refuses. */
  subscribe(address: string): Promise<void>
  stockOf(sku: string): number | undefined
  /** The shop's own records of all its orders. */
  orders(): readonly ShopOrder[]
  /** Every tracking number that a client of the API wrote, in order. */
  tracked(): readonly { readonly id: number; readonly number: string | undefined }[]
  webhooks(): WebhookFigures
}

/** One line of a purchase as the dock counted it, by its place from 1, in the unit of the purchase. */
export type CountedLine = { readonly line: number; readonly accepted: number; readonly rejected: number }
export type LineQuantity = { readonly line: number; readonly quantity: number }

/** Pieces that really moved on the day, by the ERP's own stock moves. */
export type MovedPieces = {
  readonly opening: number
  readonly receiptsAccepted: number
  readonly shipped: number
  readonly returned: number
  readonly arrived: number
  readonly quarantined: number
}

/** Everything that the buyer's ERP says at one moment. */
export type BuyerRecords = {
  readonly sales: readonly TradeOrder[]
  readonly purchases: readonly TradeOrder[]
  readonly moved: MovedPieces
  /** Amounts of the posted supplier invoices, on the basis of the orders' prices. */
  readonly invoices: readonly string[]
}

/** Harbour's own ERP: its warehouse, its purchases, and the shops' orders as sales. */
export type BuyerErp = System & {
  /** Id of each article's product. */
  readonly products: ReadonlyMap<string, number>
  /** Name of the call that creates a sale, for faults that wait for it. */
  readonly createsSale: RegExp
  /** Writes and confirms a purchase order. */
  purchase(lines: PlannedPurchase['lines']): number
  /** Numbers of purchases by id, as the ERP tells them. */
  purchaseNumbers(): Promise<ReadonlyMap<number, string>>
  /** Counts a truck in and posts the supplier's invoice for all that came. */
  receive(purchase: number, lines: readonly CountedLine[], deliveryNote: string, invoice: string): void
  /** The first sale with this reference. */
  saleOf(reference: string): number | undefined
  /** Whether the warehouse may pack it. */
  isReady(sale: number): boolean
  isSent(sale: number): boolean
  /** What API clients wrote last of a sale. */
  sheet(sale: number): SaleSheet | undefined
  /** What API clients did to sales, in order. */
  events(): readonly SaleEvent[]
  ship(sale: number, tracking: string): void
  takeBack(sale: number, line: LineQuantity, reference: string): void
  /** Sellable pieces on hand. */
  quantity(code: string): number
  /** Breaks every connection and comes back after so many ms. */
  restart(downMs: number): Promise<void>
  /** Rejects with a HubError when the ERP does not answer. */
  records(): Promise<BuyerRecords>
}

/** The seller's answer to a sale: all of it, nothing, or these lines with less. */
export type SaleAnswer = 'accept' | 'refuse' | { readonly cut: readonly LineQuantity[] }

/** The supplier's ERP. */
export type SellerErp = System & {
  /** A sale with this reference that nobody has answered. */
  openSale(reference: string): number | undefined
  answer(sale: number, answer: SaleAnswer): void
  /** Whether what was ordered under this reference is loaded on the truck. */
  isLoaded(reference: string): boolean
  /** Rejects with a HubError when the ERP does not answer. */
  sales(): Promise<readonly TradeOrder[]>
}

/** One kind of shop and one kind of ERP that trade with each other; a new one is a file for each and a line in `pairs.ts`. */
export type Pair = {
  startShop(name: ShopName, start: Start): Promise<DayShop>
  startBuyer(start: Start): Promise<BuyerErp>
  startSeller(start: Start): Promise<SellerErp>
}
