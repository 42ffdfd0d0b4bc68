import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loopbackPort } from '../loopback-port.ts'

/** A running Vendure with a database of its own. */
export interface ShopServer {
  /** `http://127.0.0.1:<port>`, the same one after a restart */
  readonly address: string
  /** ends it and starts it again, its plugin posting to this address from now on */
  hook(url: string): Promise<void>
  /** kills the process as a power cut would and starts it again on the same port */
  crash(): Promise<void>
  /** ends it by its process id */
  stop(): Promise<void>
}

/** Of the superadmin of a server that listens on the loopback interface only. */
export const shopPassword = 'lamp-shop-83'
export const hookSecret = `whsec_${Buffer.from('acceptance-of-a-real-vendure-026').toString('base64')}`
const startLimitMs = 120_000

/** Starts Vendure from where it is installed, on `database` (`mysql://…`): on SQLite its requests share one connection, and the rollback of one undoes what others were answered. @throws Error when it does not come up */
export async function startShopServer(folder: string, installed: string, node: string, database: string): Promise<ShopServer> {
  const place = join(folder, 'vendure')
  mkdirSync(place, { recursive: true })
  const port = await loopbackPort()
  const address = `http://127.0.0.1:${port}`
  let hook = ''
  const start = async (): Promise<ChildProcess> => {
    const log = openSync(join(place, 'vendure.log'), 'a')
    const child = spawn(node, ['server.cjs'], {
      cwd: installed,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        PORT: String(port),
        DATABASE: database,
        PASSWORD: shopPassword,
        COOKIE: 'a'.repeat(32),
        ...(hook === '' ? {} : { HOOK_URL: hook, HOOK_SECRET: hookSecret }),
      },
    })
    closeSync(log)
    const limit = performance.now() + startLimitMs
    for (;;) {
      if (child.exitCode !== null) throw new Error(`Vendure ended with code ${child.exitCode} before it answered: see ${place}/vendure.log`)
      const answer = await fetch(`${address}/health`, { signal: AbortSignal.timeout(3000) }).catch(() => undefined)
      if (answer !== undefined) return child
      if (performance.now() > limit) throw new Error(`Vendure does not answer on ${address}: see ${place}/vendure.log`)
      await wait(100)
    }
  }
  let server = await start()
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill(signal)
    const late = setTimeout(() => server.kill('SIGKILL'), 10_000)
    await gone
    clearTimeout(late)
  }
  return {
    address,
    async hook(url) {
      hook = url
      await end('SIGTERM')
      server = await start()
    },
    async crash() {
      await end('SIGKILL')
      server = await start()
    },
    stop: () => end('SIGTERM'),
  }
}
