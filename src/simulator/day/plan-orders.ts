import { money } from '../woocommerce/money.ts'
import { between, type Chance, shuffled } from './chance.ts'
import type { Announcing, Draft, Fate } from './plan-draft.ts'
import { articleAt, type Shelves } from './plan-lines.ts'
import { type PlannedBuyer, planBuyer } from './plan-people.ts'
import { type PlannedRefund, shippingPrice } from './plan-refunds.ts'
import type { ShopName } from './plan-sizes.ts'

export type PlannedLine = {
  /** Code in the ERP. */
  readonly article: string
  /** What the buyer wants in the end. */
  readonly quantity: number
  /** What the buyer put into the cart first; differs where the quantity is edited. */
  readonly firstQuantity: number
  /** Off the whole line, as entered in the shop. */
  readonly discount: string
}

/** Times are minutes of the day in Harbour's office: 870 is 14:30. */
export type PlannedEdit =
  | { readonly kind: 'quantity'; readonly at: number }
  | { readonly kind: 'address'; readonly at: number; readonly street: string }
  | { readonly kind: 'note'; readonly at: number; readonly note: string }

export type PlannedOrder = {
  /** Place in the plan, from 1; says nothing about the shop's own number. */
  readonly number: number
  readonly shop: ShopName
  readonly placedAt: number
  readonly lines: readonly PlannedLine[]
  readonly shipping: string
  readonly buyer: PlannedBuyer
  readonly fate: Fate
  readonly announcing: Announcing
  /** Absent: paid at the checkout. A cancelled order is on hold and never paid. */
  readonly paidAt?: number
  /** `reversed`: when the webhooks that were held back go out, the newest first. */
  readonly releasedAt?: number
  readonly cancelledAt?: number
  readonly edit?: PlannedEdit
  readonly refund?: PlannedRefund & { readonly at: number }
  /** `shipped`: when the warehouse may pack it at the earliest. */
  readonly packedFrom?: number
  /** The shop cancels it once its parcel is on the way. */
  readonly lateCancel: boolean
}

export const redMinute = 14 * 60 + 10
export const refundsFrom = 17 * 60
const shopsOpen = 8 * 60 + 35
const lastOrder = 16 * 60
const packingEnds = 17 * 60

type Times = Omit<PlannedOrder, 'number' | 'shop' | 'lines' | 'shipping' | 'buyer' | 'fate' | 'announcing' | 'lateCancel'>

const placedBefore = (draft: Draft): number => {
  if (draft.part === 'unknown') return 10 * 60 + 30
  if (draft.part?.startsWith('edit-')) return 12 * 60 + 45
  if (draft.fate === 'cancelled') return 15 * 60
  return lastOrder
}

const editOf = (chance: Chance, draft: Draft, at: number): PlannedEdit | undefined => {
  switch (draft.part) {
    case 'edit-quantity':
      return { kind: 'quantity', at }
    case 'edit-address':
      return { kind: 'address', at, street: `${between(chance, 201, 399)} New Quay` }
    case 'edit-note':
      return { kind: 'note', at, note: `Please ring twice, door ${between(chance, 1, 99)}` }
    default:
      return undefined
  }
}

const timesOf = (chance: Chance, draft: Draft, refund: PlannedRefund | undefined): Times => {
  if (draft.part === 'red') return { placedAt: redMinute }
  const placedAt = between(chance, shopsOpen, placedBefore(draft))
  const edit = editOf(chance, draft, placedAt + between(chance, 40, 80))
  const reversed = draft.announcing === 'reversed'
  const paidAt = edit?.kind === 'quantity' ? edit.at + 10 : reversed ? placedAt + between(chance, 8, 12) : undefined
  const early = reversed && refund?.kind === 'money'
  const settled = Math.max(placedAt, edit?.at ?? 0, paidAt ?? 0)
  return {
    placedAt,
    ...(edit ? { edit } : {}),
    ...(paidAt === undefined ? {} : { paidAt }),
    ...(reversed ? { releasedAt: placedAt + between(chance, 24, 40) } : {}),
    ...(draft.fate === 'cancelled' ? { cancelledAt: placedAt + between(chance, 40, 110) } : {}),
    ...(refund ? { refund: { ...refund, at: early ? placedAt + between(chance, 14, 20) : refundsFrom + between(chance, 0, 10) } } : {}),
    ...(draft.fate === 'shipped' ? { packedFrom: Math.min(packingEnds, settled + between(chance, 30, 120)) } : {}),
  }
}

const linesOf = (chance: Chance, shelves: Shelves, draft: Draft): PlannedLine[] =>
  draft.lines.map(({ article, quantity, discount }, at) => {
    const edited = draft.part === 'edit-quantity' && at === 0
    const before = quantity >= 2 && chance() < 0.5 ? quantity - 1 : quantity + 1
    return {
      article: articleAt(shelves, article).code,
      quantity,
      firstQuantity: edited ? before : quantity,
      discount: money(discount),
    }
  })

/** The orders of the day in the order in which they are placed. */
export const planOrders = (
  chance: Chance,
  shelves: Shelves,
  drafts: readonly Draft[],
  refunds: ReadonlyMap<Draft, PlannedRefund>,
): readonly PlannedOrder[] =>
  shuffled(chance, drafts)
    .map((draft) => ({
      shop: draft.shop,
      fate: draft.fate,
      announcing: draft.announcing,
      lines: linesOf(chance, shelves, draft),
      shipping: shippingPrice[draft.shop],
      buyer: planBuyer(chance, draft.shop),
      lateCancel: draft.part === 'late-cancel',
      ...timesOf(chance, draft, refunds.get(draft)),
    }))
    .sort((a, b) => a.placedAt - b.placedAt)
    .map((order, at) => ({ number: at + 1, ...order }))
