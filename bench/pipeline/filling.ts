import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loopbackPort } from '../../src/acceptance/loopback-port.ts'
import { type HubSetUp, openHub } from './crossdock.ts'
import { cpuMs, memoryMb, startProgram, untilAnswers } from './processes.ts'

export interface Filling {
  /** of hub and database, from the first request to the last order in the ledger; the start of the hub is in it */
  readonly cpuMsPerOrder: number
  readonly perSecond: number
  readonly mostMb: number
}

const limitMs = 3_600_000

/** The whole way of orders that a hub polls: read, cut and applied, every one in the ledger. */
export async function measureFilling(folder: string, servers: HubSetUp['servers'], documents: number): Promise<Filling> {
  const name = servers === undefined ? 'filled-embedded' : 'filled'
  const workspace = join(folder, `${name}-workspace`)
  cpSync(join(import.meta.dirname, 'workspace'), workspace, { recursive: true })
  const file = join(workspace, 'crossdock.json')
  const whole = JSON.parse(readFileSync(file, 'utf8'))
  whole.connections.shop.streams = { orders: { every: '30d' } }
  whole.connections.shop.allowPrivate = ['127.0.0.0/8']
  writeFileSync(file, JSON.stringify(whole))
  const port = await loopbackPort()
  const url = `http://127.0.0.1:${port}`
  const command = [process.execPath, join(import.meta.dirname, 'shop-process.ts'), String(documents), String(port)]
  const shop = startProgram(command, process.env, join(folder, `${name}-shop.log`))
  try {
    await untilAnswers(shop, `${url}/orders?size=1`)
    const before = servers === undefined ? 0 : cpuMs(servers.pids)
    const began = performance.now()
    const hub = await openHub({ name, folder, workspace, environment: { SHOP_URL: url }, ...(servers === undefined ? {} : { servers }) })
    try {
      const applied = async () => Number((await hub.ask("select count(*) as n from record where tenant = 'default'"))[0]?.n)
      while ((await applied()) < documents) {
        if (performance.now() - began > limitMs) throw new Error(`only ${await applied()} of ${documents} orders were applied`)
        await wait(500)
      }
      const ms = performance.now() - began
      const cpu = cpuMs(hub.pids) - before
      return {
        cpuMsPerOrder: Number((cpu / documents).toPrecision(3)),
        perSecond: Math.round((1000 * documents) / ms),
        mostMb: Math.round(memoryMb(hub.program.pid, 'most')),
      }
    } finally {
      await hub.stop()
    }
  } finally {
    await shop.stop()
  }
}
