import type { ShopName } from './plan-sizes.ts'

/** Pieces of the whole house. */
export type PieceFigures = {
  readonly opening: number
  readonly receiptsAccepted: number
  readonly shipped: number
  readonly returned: number
  readonly closing: number
  readonly reserved: number
  readonly available: number
  readonly ordered: number
  readonly cutAndRefused: number
  readonly confirmed: number
  readonly arrived: number
  readonly inTransit: number
  readonly sold: number
  readonly cancelled: number
  readonly open: number
  /** Broken on arrival, set apart. */
  readonly quarantined: number
}

/** Orders and money of one shop; amounts in its currency with two decimals. */
export type ShopFigures = {
  readonly currency: string
  readonly orders: number
  readonly shipped: number
  readonly open: number
  readonly cancelled: number
  readonly refunds: number
  /** After discounts, as entered in the shop: without tax in the United States, with tax inside in Europe. */
  readonly goods: string
  readonly shipping: string
  /** By line and rounded by line, as the shop says. */
  readonly tax: string
  /** The same, had it been taken once from the sum. */
  readonly taxOfSum: string
  readonly placed: string
  readonly cancelledMoney: string
  readonly refundedMoney: string
  /** Captured payments less money given back. */
  readonly net: string
  /** Pieces that the shop shows as sellable at rest: the sum of max(0, available). */
  readonly shown: number
}

/** What Harbour owes Ningbo, in yuan. The prepayment of the day stands in no system and is not counted here. */
export type SupplierFigures = {
  readonly purchases: number
  readonly accepted: number
  readonly cut: number
  readonly refused: number
  readonly casesOrdered: number
  readonly casesConfirmed: number
  readonly casesArrived: number
  readonly casesBroken: number
  /** For the cases that were accepted at the dock. */
  readonly owed: string
  readonly invoiced: string
  /** Invoiced for goods that were broken. */
  readonly variance: string
}

/** Every figure of the day: what the plan foresees, or what the systems' own records say. */
export type DayFigures = {
  readonly pieces: PieceFigures
  readonly shops: Readonly<Record<ShopName, ShopFigures>>
  readonly supplier: SupplierFigures
}
