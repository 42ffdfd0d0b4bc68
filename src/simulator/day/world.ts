import { createFaultBoard, type FaultBoard } from '../faults.ts'
import type { Erp } from '../tryton/erp.ts'
import { type Credentials, seededCredentials } from './credentials.ts'
import { createDayBook, type DayBook } from './day-book.ts'
import { type DayPlan, planDay } from './plan.ts'
import { type ShopName, shopNames } from './plan-sizes.ts'
import type { StartedErp } from './world-erps.ts'
import { startHarbour, startNingbo } from './world-erps.ts'
import type { StartedShop } from './world-shops.ts'
import { startDayShop, subscribe } from './world-shops.ts'

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
}

/** Where the hub listens for each shop's webhooks. A shop that is not named gets no subscription. */
export type Hooks = Readonly<Partial<Record<ShopName, string>>>

export type World = {
  readonly plan: DayPlan
  readonly faultsOn: boolean
  readonly pace: number
  readonly shops: Readonly<Record<ShopName, StartedShop>>
  readonly harbour: StartedErp
  readonly ningbo: StartedErp
  readonly boards: Readonly<Record<SystemName, FaultBoard>>
  readonly credentials: Credentials
  readonly book: DayBook
  /** What the workspace `demo` reads from the environment. */
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

const environmentOf = (urls: Readonly<Record<SystemName, string>>, { shops, harbourPassword, ningboPassword }: Credentials) => ({
  HARBOUR_URL: urls['harbour-erp'],
  HARBOUR_PASSWORD: harbourPassword,
  NINGBO_URL: urls['ningbo-erp'],
  NINGBO_PASSWORD: ningboPassword,
  SHOP_US_URL: urls['shop-us'],
  SHOP_US_KEY: shops['shop-us'].consumerKey,
  SHOP_US_SECRET: shops['shop-us'].consumerSecret,
  SHOP_US_WEBHOOK_SECRET: shops['shop-us'].webhookSecret,
  SHOP_EU_URL: urls['shop-eu'],
  SHOP_EU_KEY: shops['shop-eu'].consumerKey,
  SHOP_EU_SECRET: shops['shop-eu'].consumerSecret,
  SHOP_EU_WEBHOOK_SECRET: shops['shop-eu'].webhookSecret,
})

/** The four systems at 08:00 of the day, on free ports of the loopback interface. Nothing moves until the day is played. */
export const startWorld = async ({ seed, scale = 1, faults, pace = 25 }: WorldOptions): Promise<World> => {
  const plan = planDay(seed, scale)
  const credentials = seededCredentials(seed)
  const boards = boardsFor(seed)
  const [american, european, harbour, ningbo] = await Promise.all([
    startDayShop('shop-us', plan.articles, credentials.shops['shop-us'], boards['shop-us']),
    startDayShop('shop-eu', plan.articles, credentials.shops['shop-eu'], boards['shop-eu']),
    startHarbour(plan.articles, credentials.harbourPassword, boards['harbour-erp']),
    startNingbo(plan.articles, credentials.ningboPassword, boards['ningbo-erp']),
  ])
  const shops = { 'shop-us': american, 'shop-eu': european }
  const urls = {
    'shop-us': american.shop.url,
    'shop-eu': european.shop.url,
    'harbour-erp': harbour.erp.url,
    'ningbo-erp': ningbo.erp.url,
  }
  const erps: readonly Erp[] = [harbour.erp, ningbo.erp]
  return {
    plan,
    faultsOn: faults === 'on',
    pace,
    shops,
    harbour,
    ningbo,
    boards,
    credentials,
    book: createDayBook(),
    environment: environmentOf(urls, credentials),
    async setHooks(hooks) {
      for (const name of shopNames) {
        const url = hooks[name]
        if (url !== undefined) await subscribe(shops[name].shop, credentials.shops[name], url)
      }
    },
    async close() {
      await Promise.all([...shopNames.map((name) => shops[name].shop.close()), ...erps.map((erp) => erp.close())])
    },
  }
}
