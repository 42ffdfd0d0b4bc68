import { type Chance, dealt, shuffled } from './chance.ts'
import type { ShopName, ShopSizes } from './plan-sizes.ts'

export type Fate = 'shipped' | 'open' | 'cancelled'

/** What befalls an order besides its fate. */
export type Part = 'red' | 'unknown' | 'late-cancel' | 'edit-quantity' | 'edit-address' | 'edit-note' | 'goods-back' | 'money-back'

/** How an order's webhooks leave the shop. */
export type Announcing = 'sent' | 'quiet' | 'twice' | 'reversed'

/** A line while the day is planned; the discount is in cents as entered in the shop. Fixed ones keep article and full price. */
export type DraftLine = { article: number; quantity: number; discount: bigint; readonly fixed: boolean }

export type Draft = {
  readonly shop: ShopName
  readonly fate: Fate
  readonly pieces: number
  part?: Part
  announcing: Announcing
  readonly lines: DraftLine[]
}

const group = (chance: Chance, shop: ShopName, fate: Fate, count: number, pieces: number): Draft[] =>
  dealt(chance, pieces, count, 1, 4).map((each) => ({ shop, fate, pieces: each, announcing: 'sent', lines: [] }))

/** Five pieces in two orders on average, exactly. */
const averagePieces = (count: number): number => Math.round(count * 2.5)

const give = (from: readonly Draft[], count: number, part: Part, fits: (draft: Draft) => boolean = () => true): void => {
  const chosen = from.filter((draft) => draft.part === undefined && fits(draft)).slice(0, count)
  if (chosen.length < count) throw new RangeError(`only ${chosen.length} of ${count} orders can be given the part ${part}`)
  for (const draft of chosen) draft.part = part
}

const announce = (from: readonly Draft[], count: number, announcing: Announcing, fits: (draft: Draft) => boolean): void => {
  const chosen = from.filter((draft) => draft.announcing === 'sent' && fits(draft)).slice(0, count)
  if (chosen.length < count) throw new RangeError(`only ${chosen.length} of ${count} orders can be announced ${announcing}`)
  for (const draft of chosen) draft.announcing = announcing
}

const redOrders = (shop: ShopName, sizes: ShopSizes): Draft[] =>
  sizes.red.map((pieces) => ({ shop, fate: 'open', pieces, part: 'red', announcing: 'sent', lines: [] }))

const openOrders = (chance: Chance, shop: ShopName, sizes: ShopSizes): Draft[] => {
  const red = redOrders(shop, sizes)
  const others = sizes.open - red.length
  const left = averagePieces(sizes.open) - red.reduce((sum, { pieces }) => sum + pieces, 0)
  return [...red, ...group(chance, shop, 'open', others, Math.min(Math.max(left, others), others * 4))]
}

/** The orders of one shop, without articles: fates, pieces, parts and how they are announced. */
export const draftOrders = (chance: Chance, shop: ShopName, sizes: ShopSizes): Draft[] => {
  const shipped = group(chance, shop, 'shipped', sizes.shipped, averagePieces(sizes.shipped))
  const open = openOrders(chance, shop, sizes)
  const cancelled = group(chance, shop, 'cancelled', sizes.cancelled, averagePieces(sizes.cancelled))

  give(shipped, sizes.refundsWithGoods, 'goods-back', ({ pieces }) => pieces >= 2)
  give(shipped, sizes.refundsOfMoney, 'money-back', ({ pieces }) => pieces >= 2)
  give(shipped, sizes.unknownArticle, 'unknown')
  give(shipped, sizes.lateCancels, 'late-cancel')
  give(shipped, sizes.quantityEdits, 'edit-quantity')
  give(shipped, sizes.addressEdits, 'edit-address')
  give(shipped, sizes.noteEdits, 'edit-note')

  const all = shuffled(chance, [...shipped, ...open, ...cancelled])
  const early = all.filter(({ part }) => part === 'money-back').slice(0, Math.ceil(sizes.refundsOfMoney / 2))
  for (const draft of early) draft.announcing = 'reversed'
  announce(all, sizes.reversed - early.length, 'reversed', ({ fate, part }) => fate !== 'cancelled' && part === undefined)
  announce(all, sizes.twice, 'twice', ({ part }) => part !== 'red')
  announce(all, sizes.quiet, 'quiet', ({ part }) => part !== 'red')
  return all
}
