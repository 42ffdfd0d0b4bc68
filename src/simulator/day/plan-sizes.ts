export const shopNames = ['shop-us', 'shop-eu'] as const
/** The shops, named as their connections in the hub's workspace. */
export type ShopName = (typeof shopNames)[number]

/** How many orders of a shop get which fate. Shipped, open and cancelled are disjoint; the others are picked among them. */
export type ShopSizes = {
  readonly shipped: number
  readonly open: number
  readonly cancelled: number
  /** Shipped ones that the shop cancels when the truck has left. */
  readonly lateCancels: number
  readonly quantityEdits: number
  readonly addressEdits: number
  readonly noteEdits: number
  /** Orders whose webhooks are never sent. */
  readonly quiet: number
  /** Orders whose webhooks each go out twice. */
  readonly twice: number
  /** Orders that are paid later and whose webhooks arrive late and backwards. */
  readonly reversed: number
  /** Refunds of two pieces that came back. */
  readonly refundsWithGoods: number
  readonly refundsOfMoney: number
  /** Orders that hold the article which the ERP knows under another name. */
  readonly unknownArticle: number
  /** Pieces of LAMP-RED in each of the orders placed in the same minute. */
  readonly red: readonly number[]
}

export type PurchaseSizes = {
  readonly accepted: number
  readonly cut: number
  readonly refused: number
  readonly casesAccepted: number
  readonly casesBeforeCut: number
  readonly casesCutOff: number
  readonly casesRefused: number
  readonly casesArrived: number
  readonly casesBroken: number
}

export type DaySizes = {
  readonly openingPieces: number
  readonly redOpening: number
  readonly shops: Readonly<Record<ShopName, ShopSizes>>
  readonly purchases: PurchaseSizes
}

const shopSizes = (part: (full: number, least?: number) => number, share: number, red: readonly number[], unknown: number): ShopSizes => {
  const of = (us: number, eu: number): number => part(share === 1 ? us : eu)
  const open = of(144, 96)
  const [shipped, cancelled] = [of(1020, 680), of(36, 24)]
  return {
    shipped,
    open,
    cancelled,
    lateCancels: of(3, 2),
    quantityEdits: of(12, 8),
    addressEdits: of(6, 4),
    noteEdits: of(6, 4),
    quiet: Math.floor((shipped + open + cancelled) / 2),
    twice: of(120, 80),
    reversed: of(120, 80),
    refundsWithGoods: of(18, 12),
    refundsOfMoney: of(12, 8),
    unknownArticle: unknown === 0 ? 0 : part(unknown),
    red: open >= red.length ? red : [red.reduce((sum, pieces) => sum + pieces, 0)],
  }
}

/**
 * Counts of a day. At scale 1 they are those of the main job (2,000 orders, 12,000 pieces, 900 cases); a smaller one divides them, but every
 * kind of thing still happens at least once, and 1,200 pieces are always there, so that only LAMP-RED can be oversold.
 * Throws a RangeError for a scale outside 0.01 to 1.
 */
export const daySizes = (scale: number): DaySizes => {
  if (!(scale >= 0.01 && scale <= 1)) throw new RangeError(`scale ${scale} is not between 0.01 and 1`)
  const part = (full: number, least = 1): number => Math.max(least, Math.round(full * scale))
  const accepted = part(180)
  const [cut, refused] = [part(15), part(5)]
  const casesBroken = part(5)
  return {
    openingPieces: part(12_000, 1_200),
    redOpening: 10,
    shops: { 'shop-us': shopSizes(part, 1, [4, 3], 7), 'shop-eu': shopSizes(part, 2, [3, 2], 0) },
    purchases: {
      accepted,
      cut,
      refused,
      casesAccepted: Math.round((accepted * 790) / 180),
      casesBeforeCut: cut * 6,
      casesCutOff: Math.round((cut * 40) / 15),
      casesRefused: refused * 4,
      casesArrived: part(600, casesBroken + 1),
      casesBroken,
    },
  }
}
