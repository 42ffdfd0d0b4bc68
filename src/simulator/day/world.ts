import { createFaultBoard, type FaultBoard } from '../faults.ts'
import { createDayBook, type DayBook } from './day-book.ts'
import type { PairName } from './pair-names.ts'
import { pairs } from './pairs.ts'
import { type DayPlan, planDay } from './plan.ts'
import { type LeftOut, leaveOut } from './plan-left-out.ts'
import { type ShopName, shopNames } from './plan-sizes.ts'
import type { BuyerErp, DayShop, SellerErp, Start } from './system.ts'

export const systemNames = [...shopNames, 'harbour-erp', 'ningbo-erp'] as const
/** The four systems, named as their connections in the hub's workspace. */
export type SystemName = (typeof systemNames)[number]

export type WorldOptions = {
  readonly seed: number
  /** 0.01 to 1; 1 when absent. */
  readonly scale?: number
  /** Whether things go wrong from 13:00 on. */
  readonly faults: 'on' | 'off'
  /** About how many seconds the day lasts, if nobody has to wait; 25 when absent. */
  readonly pace?: number
  /** Which systems trade; WooCommerce and Tryton when absent. */
  readonly pair?: PairName
}

/** Where the hub listens for each shop's webhooks. A shop that is not named gets no subscription. */
export type Hooks = Readonly<Partial<Record<ShopName, string>>>

export type World = {
  /** Without what these systems cannot play. */
  readonly plan: DayPlan
  readonly leftOut: readonly LeftOut[]
  readonly faultsOn: boolean
  readonly pace: number
  readonly shops: Readonly<Record<ShopName, DayShop>>
  readonly harbour: BuyerErp
  readonly ningbo: SellerErp
  readonly boards: Readonly<Record<SystemName, FaultBoard>>
  readonly book: DayBook
  /** What the workspace of the pair reads from the environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Subscribes the hub to created, changed and deleted orders of the shops. */
  setHooks(hooks: Hooks): Promise<void>
  /** Stops all systems at once. */
  close(): Promise<void>
}

const boardsFor = (seed: number): Record<SystemName, FaultBoard> => ({
  'shop-us': createFaultBoard(seed + 1),
  'shop-eu': createFaultBoard(seed + 2),
  'harbour-erp': createFaultBoard(seed + 3),
  'ningbo-erp': createFaultBoard(seed + 4),
})

const environmentOf = (systems: readonly { readonly environment: Readonly<Record<string, string>> }[]): Record<string, string> =>
  Object.assign({}, ...systems.map(({ environment }) => environment))

/** One reason for each part, of whichever system said it first. */
const leftOutBy = (systems: readonly { readonly leftOut: readonly LeftOut[] }[]): readonly LeftOut[] => [
  ...new Map(systems.flatMap(({ leftOut }) => leftOut.map((each) => [each.part, each] as const)).reverse()).values(),
]

/** The four systems at 08:00 of the day, on free ports of the loopback interface. Nothing moves until the day is played. */
export const startWorld = async ({ seed, scale = 1, faults, pace = 25, pair = 'woocommerce+tryton' }: WorldOptions): Promise<World> => {
  const whole = planDay(seed, scale)
  const boards = boardsFor(seed)
  const { startShop, startBuyer, startSeller } = pairs[pair]
  const start = (name: SystemName): Start => ({ articles: whole.articles, seed, board: boards[name] })
  const [american, european, harbour, ningbo] = await Promise.all([
    startShop('shop-us', start('shop-us')),
    startShop('shop-eu', start('shop-eu')),
    startBuyer(start('harbour-erp')),
    startSeller(start('ningbo-erp')),
  ])
  const shops = { 'shop-us': american, 'shop-eu': european }
  const systems = [american, european, harbour, ningbo]
  const leftOut = leftOutBy(systems)
  return {
    plan: leaveOut(whole, leftOut),
    leftOut,
    faultsOn: faults === 'on',
    pace,
    shops,
    harbour,
    ningbo,
    boards,
    book: createDayBook(),
    environment: environmentOf(systems),
    async setHooks(hooks) {
      for (const name of shopNames) {
        const url = hooks[name]
        if (url !== undefined) await shops[name].subscribe(url)
      }
    },
    async close() {
      await Promise.all(systems.map((system) => system.close()))
    },
  }
}
