import { setTimeout as wait } from 'node:timers/promises'
import { isObject } from '../../model/json.ts'
import type { HubProcess } from '../hub-process.ts'
import { untilAtRest, untilBaseline } from '../hub-rest.ts'
import { planTrouble } from '../trouble.ts'
import { buyersDesk, dockDesk, packersDesk, type ShopDesk, shopDesk } from './shop-desks.ts'
import type { ShopHouse, ShopSystems } from './shop-house.ts'
import { proveShop, type Row } from './shop-proof.ts'

export interface ShopRunOptions {
  readonly seed: number
  readonly pace: number
  readonly kills: number
  readonly flushes: number
}
export interface ShopRun {
  readonly orders: number
  readonly rows: readonly Row[]
  readonly trouble: { readonly kills: number; readonly flushes: number; readonly restarts: number }
  readonly problems: readonly string[]
}

export const isClean = ({ rows, problems }: ShopRun): boolean =>
  problems.length === 0 && rows.every(({ wrong, shop, books }) => wrong.length === 0 && shop === books)

const lookMs = 400
/** The day is given up when nothing moved for so long. */
const patienceMs = 120_000

/** Everyone at work at once while the hub is killed, Redis emptied, and Tryton and Vendure are killed once; then both systems are read back. */
export async function playShop({ house, flush }: ShopSystems, options: ShopRunOptions, tell: (line: string) => void): Promise<ShopRun> {
  await untilBaseline(house.hub)
  tell('the hub has read the morning; the shop opens')
  const erp = {
    crash: async () => {
      await house.harbour.server.crash()
      await house.server.crash()
    },
  }
  const trouble = planTrouble({ ...options, hub: house.hub, erp, ...(flush ? { flush } : {}) })
  const problems = [...(await work(house, options.pace, trouble, tell))]
  if (problems.length === 0) problems.push(...(await untilAtRest(house.hub)))
  problems.push(...(await stopped(house.hub)))
  return { orders: house.orders.length, rows: await proveShop(house), trouble: trouble.done(), problems }
}

/** What the hub gave to people to decide: nothing of this day should be. */
async function stopped(hub: HubProcess): Promise<readonly string[]> {
  const found = await Promise.all(
    (['dead', 'parked'] as const).map(async (state) =>
      Promise.all(
        (await hub.list('/v1/deliveries', { state })).map(async (row) => {
          const { attempts } = await hub.get(`/v1/deliveries/${String(row.id)}`)
          const last = Array.isArray(attempts) ? attempts.filter(isObject).at(-1) : undefined
          return `${String(row.action)} ${String(row.operation)} of ${String(row.key)} is ${state} (${String(row.reason)}): ${String(last?.message ?? '')}`
        }),
      ),
    ),
  )
  return found.flat()
}

async function work(
  house: ShopHouse,
  pace: number,
  trouble: ReturnType<typeof planTrouble>,
  tell: (line: string) => void,
): Promise<readonly string[]> {
  const desks: readonly ShopDesk[] = [dockDesk(house), buyersDesk(house, pace), shopDesk(house), packersDesk(house)]
  const waiting = new Map<string, readonly string[]>()
  let moved = performance.now()
  let stopped = false
  const troubled = trouble.run()
  const watching = (async () => {
    for (let told = 0; !stopped; await wait(500)) {
      if (performance.now() - moved > patienceMs) stopped = true
      if (performance.now() - told < 10_000) continue
      told = performance.now()
      tell([...waiting].map(([name, left]) => `${name} ${left.length}`).join(', '))
    }
  })()
  try {
    await Promise.all(
      desks.map(async (desk) => {
        for (let left: readonly string[] = ['the day']; left.length > 0 && !stopped; await wait(lookMs)) {
          left = await trouble.passing(() => desk.work())
          if (left.length !== waiting.get(desk.name)?.length) moved = performance.now()
          waiting.set(desk.name, left)
        }
      }),
    )
    await troubled
  } finally {
    stopped = true
    await watching
    await trouble.stop()
    await troubled
  }
  return [...waiting].flatMap(([name, left]) =>
    left.length === 0 ? [] : [`${name} still waits for ${left.length}: ${left.slice(0, 3).join('; ')}`],
  )
}

/** The table, what is wrong, and one last line. */
export function shopText(run: ShopRun): string {
  const cells = [
    ['record', 'Vendure', 'Tryton or ledger', 'wrong'],
    ...run.rows.map(({ name, shop, books, wrong }) => [name, String(shop), String(books), String(wrong.length)]),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const table = cells.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
  )
  const wrong = [...run.problems, ...run.rows.flatMap((row) => row.wrong)].slice(0, 40)
  const { kills, flushes, restarts } = run.trouble
  const last = `${run.orders} orders; the hub was killed ${kills} times, Redis emptied ${flushes} times, Tryton and Vendure killed ${restarts} time(s): ${isClean(run) ? 'nothing lost, nothing doubled, nothing different' : 'NOT CLEAN'}`
  return [...table, ...(wrong.length === 0 ? [] : ['', ...wrong]), '', last].join('\n')
}
