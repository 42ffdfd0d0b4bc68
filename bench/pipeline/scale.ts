import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loopbackPort } from '../../src/acceptance/loopback-port.ts'
import { openHub } from './crossdock.ts'
import { cpuMs, memoryMb, type Program, startProgram } from './processes.ts'

export interface Scale {
  /** the most memory the hub had while it read all documents */
  readonly backfillRssMb: number
  readonly backfillPerSecond: number
  readonly documents: number
  /** CPU ms of an order that comes by webhook when so many documents are there */
  readonly scale: { readonly '10k': number; readonly '1m': number; readonly ratio: number }
}

const few = 10_000
const limitMs = 4 * 3_600_000

/** Fills a hub by its own polling, first with 10,000 orders of one line, then with all of them, and sends orders by webhook at both sizes. */
export async function measureScale(
  folder: string,
  servers: { readonly database: string; readonly redis: string; readonly pids: readonly number[] },
  { documents, orders, from }: { readonly documents: number; readonly orders: number; readonly from: number },
): Promise<Scale> {
  const workspace = join(folder, 'polled')
  cpSync(join(import.meta.dirname, 'workspace'), workspace, { recursive: true })
  const file = join(workspace, 'crossdock.json')
  const whole = JSON.parse(readFileSync(file, 'utf8'))
  whole.connections.shop.streams = { orders: { every: '30d' } }
  whole.connections.shop.allowPrivate = ['127.0.0.0/8']
  writeFileSync(file, JSON.stringify(whole))
  const port = await loopbackPort()
  const openShop = (total: number): Program =>
    startProgram(
      [process.execPath, join(import.meta.dirname, 'shop-process.ts'), String(total), String(port)],
      process.env,
      join(folder, 'shop.log'),
    )
  let shop = openShop(few)
  const hub = await openHub({ name: 'scale', folder, servers, workspace, environment: { SHOP_URL: `http://127.0.0.1:${port}` } })
  const key = readFileSync(join(folder, 'scale', 'local.key'), 'utf8').trim()
  const stored = async () => Number((await hub.ask("select count(*) as n from record where tenant = 'default'"))[0]?.n)

  const untilStored = async (wanted: number): Promise<number> => {
    const began = performance.now()
    while ((await stored()) < wanted) {
      if (performance.now() - began > limitMs)
        throw new Error(`only ${await stored()} of ${wanted} documents after ${limitMs / 60_000} minutes`)
      await wait(wanted > few ? 5000 : 500)
    }
    return performance.now() - began
  }
  const cost = async (first: number): Promise<number> => {
    await hub.run(first, Math.ceil(orders / 2))
    await wait(1000)
    const before = cpuMs(hub.pids)
    await hub.run(first + orders, orders)
    return (cpuMs(hub.pids) - before) / orders
  }
  try {
    await untilStored(few)
    const atFew = await cost(from)
    const already = await stored()
    await shop.stop()
    shop = openShop(documents)
    await wait(1000)
    const answer = await fetch(`${hub.address}/v1/connections/shop/streams/orders/pull`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{}',
    })
    if (!answer.ok) throw new Error(`the hub answered ${answer.status}: ${await answer.text()}`)
    const ms = await untilStored(already + documents - few)
    const backfillRssMb = Math.round(memoryMb(hub.program.pid, 'most'))
    await wait(5000)
    const atAll = await cost(from + 3 * orders)
    const short = (value: number) => Number(value.toPrecision(3))
    return {
      backfillRssMb,
      backfillPerSecond: Math.round((1000 * (documents - few)) / ms),
      documents,
      scale: { '10k': short(atFew), '1m': short(atAll), ratio: short(atAll / atFew) },
    }
  } finally {
    await hub.stop()
    await shop.stop()
  }
}
