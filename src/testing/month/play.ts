import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readOnce, untilAtRest, untilBaseline } from '../../acceptance/hub-rest.ts'
import { loopbackPort } from '../../acceptance/loopback-port.ts'
import { seededRandom } from '../../simulator/faults.ts'
import { takeBack } from './aftersales.ts'
import { openMonthBooks } from './books.ts'
import { planCast } from './cast.ts'
import { realNow, setAhead } from './clock.ts'
import { dayMs } from './days.ts'
import { enterCrosswalk, enterMasterData, enterOpeningStock, giveKeys } from './desk.ts'
import { lookAtFunds } from './funds.ts'
import { openMonthHub } from './hub.ts'
import { enterMoney, moveMoney, openMoney } from './money.ts'
import type { Month } from './month.ts'
import { askAgain, numberOrders, openNumberBooks, openNumbers } from './numbers.ts'
import { type MonthOutcome, outcomeOf } from './outcome.ts'
import { arrivals, buy } from './purchases.ts'
import { buyersCome, buyersDecide } from './sales.ts'
import { openShops } from './shops.ts'
import { settleStatements } from './statements.ts'
import { openTrouble } from './trouble.ts'
import { pack } from './warehouse.ts'
import { writeMonthWorkspace } from './workspace.ts'

export interface MonthOptions {
  readonly seed: number
  readonly days: number
  readonly merchants: number
  readonly suppliers: number
  readonly warehouses: number
  /** times that the hub is killed at work, besides each night */
  readonly kills: number
  readonly folder: string
}

const morningMs = dayMs / 4

/** All of a day is played after six in the morning (UTC): no run is so long that it comes to the next date. */
const untilMorning = (): number => morningMs - (realNow() % dayMs)

/** Plays the month a day at a time. Each night the hub is killed, and it starts again on the next day: both its clock and the shops' are moved. */
export async function playMonth(options: MonthOptions, tell: (line: string) => void): Promise<MonthOutcome> {
  const { seed, days, folder } = options
  const chance = seededRandom(seed)
  const cast = planCast(chance, options)
  const morning = untilMorning()
  setAhead(morning - days * dayMs)
  const shops = await openShops(cast, seed)
  const place = { workspace: join(folder, 'workspace'), data: join(folder, 'data'), log: join(folder, 'hub.log') }
  mkdirSync(place.data, { recursive: true, mode: 0o700 })
  writeMonthWorkspace(place.workspace, cast)
  const environment = Object.assign({}, ...shops.map((open) => open.environment))
  const hub = openMonthHub({ ...place, port: await loopbackPort(), environment })
  const month: Month = {
    ...{ cast, chance, shops, hub, books: openMonthBooks(cast), keys: new Map(), day: 0 },
    ...{ numbers: openNumberBooks(), ...openMoney(cast), isEve: false },
  }
  const numbersChance = seededRandom(seed + 2)
  const moneyChance = seededRandom(seed + 3)
  const ahead = () => morning + (month.day - days) * dayMs
  const trouble = openTrouble(hub, seededRandom(seed + 1), ahead)
  const rest = async () => {
    const problems = await untilAtRest(hub)
    if (problems.length > 0) throw new Error(problems.join('\n'))
  }
  try {
    await hub.start(ahead())
    await enterMasterData(month)
    await giveKeys(month)
    await enterCrosswalk(month)
    await enterOpeningStock(month)
    await openNumbers(month)
    await enterMoney(month, moneyChance)
    await untilBaseline(hub)
    await subscribe(month)
    await rest()
    const killsUntil = (day: number) => Math.floor((options.kills * day) / days)
    const nextDay = async () => {
      month.day++
      await hub.kill()
      setAhead(ahead())
      await hub.start(ahead())
    }
    while (month.day < days) {
      const began = performance.now()
      await nextDay()
      // one kill in two comes while goods are traded, the others while money moves
      const kills = killsUntil(month.day) - killsUntil(month.day - 1)
      const killsInTrade = (kills + (killsUntil(month.day) % 2)) >> 1
      // half of the month is stated in its middle, the rest when it is over
      const isStated = month.isEve
      if (isStated) await trouble.around(kills - killsInTrade, () => settleStatements(month))
      month.isEve = month.day === Math.ceil(days / 2) || month.day === days
      await trouble.around(killsInTrade, async () => {
        await Promise.all([trade(month), numberOrders(month, numbersChance)])
      })
      await askAgain(month)
      await readOnce(hub)
      await lookAtFunds(month)
      buyersDecide(month)
      await readOnce(hub)
      await lookAtFunds(month)
      await trouble.around(isStated ? 0 : kills - killsInTrade, () => moveMoney(month, moneyChance))
      await pack(month)
      await takeBack(month)
      await buy(month)
      if (month.isEve) await readOnce(hub)
      tell(
        `day ${month.day}: ${month.books.orders.size} orders, ${month.books.posted.shipments} shipments, ${month.books.purchases.size} purchases, ${((performance.now() - began) / 1000).toFixed(1)} s`,
      )
    }
    await lookAtFunds(month)
    await nextDay()
    await settleStatements(month)
    await rest()
    return await outcomeOf(month, trouble.kills + days + 1)
  } catch (error) {
    // where the books went apart the month may come to something that cannot be done: what was found before says why
    const found = month.moneyDifferences.map((one) => `${one.what}: books ${one.books}, hub ${one.hub}`)
    throw found.length === 0 ? error : new Error(`the month cannot go on after\n${found.join('\n')}`, { cause: error })
  } finally {
    await hub.stop()
    await Promise.all(shops.map(({ shop }) => shop.close()))
  }
}

async function trade(month: Month): Promise<void> {
  await arrivals(month)
  await buyersCome(month)
}

async function subscribe({ hub, shops }: Month): Promise<void> {
  for (const { merchant, shop } of shops) {
    const { current } = await hub.get(`/v1/connections/${merchant.connection}/hook`)
    await shop.subscribe(`${hub.address}${String(current)}`)
  }
}
