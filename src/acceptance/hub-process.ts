import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { codeRoot, codeSuffix } from '../package-root.ts'
import { loopbackPort } from './loopback-port.ts'

/** The hub as a process of its own, so that it can be killed at any instant; it is known by its HTTP API only. */
export interface HubProcess {
  /** `http://127.0.0.1:<port>`, the same one after a restart */
  readonly address: string
  /** how often it was killed */
  readonly kills: () => number
  /** SIGKILL, and a new process on the same data at once; resolves when that one answers */
  kill(): Promise<void>
  /** reads from the API; waits for a hub that is starting. @throws Error when it refuses, or does not come up */
  get(path: string, query?: Readonly<Record<string, string>>): Promise<JsonObject>
  send(method: 'POST' | 'PUT', path: string, body: Json): Promise<JsonObject>
  /** every row of a list */
  list(path: string, query?: Readonly<Record<string, string>>): Promise<readonly JsonObject[]>
  /** ends it by its process id, with time to finish */
  stop(): Promise<void>
}

export interface HubSetUp {
  readonly folder: string
  readonly workspace: string
  /** addresses and keys that the workspace refers to */
  readonly environment: Readonly<Record<string, string>>
  readonly database?: string
  readonly redis?: string
}

const upLimitMs = 60_000
const run = promisify(execFile)

/** Migrates the database and starts the hub. @throws Error with where the log lies when it does not come up */
export async function startHubProcess({ folder, workspace, environment, database, redis }: HubSetUp): Promise<HubProcess> {
  const port = await loopbackPort()
  const address = `http://127.0.0.1:${port}`
  const data = join(folder, 'hub')
  const logFile = join(folder, 'hub.log')
  const cli = join(codeRoot, 'src', `cli${codeSuffix}`)
  const env = { ...process.env, ...environment }
  if (database !== undefined) await run(process.execPath, [cli, 'migrate', '--database', database], { env })
  const args = [cli, 'serve', '--workspace', workspace, '--data', data, '--port', String(port), '--log', 'warn']
  if (database !== undefined) args.push('--database', database)
  if (redis !== undefined) args.push('--redis', redis)

  const start = (): ChildProcess => {
    const log = openSync(logFile, 'a')
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', log, log] })
    closeSync(log)
    return child
  }
  const untilUp = async (child: ChildProcess): Promise<void> => {
    const limit = performance.now() + upLimitMs
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the hub ended with code ${child.exitCode}: ${lastLines(logFile)}`)
      const ready = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
      if (ready?.ok) return
      if (performance.now() > limit) throw new Error(`the hub does not answer on ${address}: ${lastLines(logFile)}`)
      await wait(50)
    }
  }

  let kills = 0
  let hub = start()
  await untilUp(hub)
  const key = readFileSync(join(data, 'local.key'), 'utf8').trim()

  const ask = async (method: string, path: string, query: Readonly<Record<string, string>> = {}, body?: Json): Promise<JsonObject> => {
    const url = new URL(address + path)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const limit = performance.now() + upLimitMs
    for (;;) {
      const answer = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      })
        .then(async (response) => ({ status: response.status, text: await response.text() }))
        .catch((error: unknown) => ({ status: 0, text: String(error) }))
      if (answer.status >= 200 && answer.status < 300) {
        const value = JSON.parse(answer.text) as Json
        return isObject(value) ? value : {}
      }
      const starting = answer.status === 0 || answer.status === 503
      if (!starting || performance.now() > limit)
        throw new Error(`the hub answered ${method} ${path} with ${answer.status}: ${answer.text.slice(0, 300)}`)
      await wait(100)
    }
  }

  return {
    address,
    kills: () => kills,
    async kill() {
      const gone = once(hub, 'exit')
      hub.kill('SIGKILL')
      await gone
      kills += 1
      hub = start()
      await untilUp(hub)
    },
    get: (path, query) => ask('GET', path, query),
    send: (method, path, body) => ask(method, path, {}, body),
    async list(path, query = {}) {
      const all: JsonObject[] = []
      for (let after: string | undefined; ; ) {
        const page = await ask('GET', path, { ...query, limit: '500', ...(after === undefined ? {} : { after }) })
        if (Array.isArray(page.items)) all.push(...page.items.filter(isObject))
        if (typeof page.next !== 'string') return all
        after = page.next
      }
    },
    async stop() {
      if (hub.exitCode !== null || hub.signalCode !== null) return
      const gone = once(hub, 'exit')
      hub.kill('SIGTERM')
      const late = setTimeout(() => hub.kill('SIGKILL'), 10_000)
      await gone
      clearTimeout(late)
    },
  }
}

const lastLines = (file: string): string => `${readFileSync(file, 'utf8').trim().split('\n').slice(-5).join(' / ')} (${file})`
