import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { packageRoot } from '../../package-root.ts'

/** The hub of the month, a process of its own that is killed again and again, and people and programs that ask it until it answers. */
export interface MonthHub {
  readonly address: string
  start(aheadMs: number): Promise<void>
  /** SIGKILL, at whatever it is doing */
  kill(): Promise<void>
  stop(): Promise<void>
  /** asks until there is an answer that is no outage. @throws Error when it refuses */
  get(path: string): Promise<JsonObject>
  /** the body of an answer as it is */
  text(path: string): Promise<string>
  /** a text is sent as a CSV file */
  send(method: 'POST' | 'PUT', path: string, body: Json): Promise<JsonObject>
  /** asks for what has to be refused. Answers the code of the refusal, empty when it was done all the same */
  refusal(path: string, body: Json, key?: string): Promise<string>
  /** every row of a list that has pages */
  rows(path: string): Promise<readonly JsonObject[]>
  /** the same for somebody with another key than that of this machine */
  as(key: string): Pick<MonthHub, 'get' | 'send'>
}

interface Answer {
  readonly text: string
  /** empty where it is no object */
  readonly body: JsonObject
}

/** The hub will not do it, and says why: `code` of the problem. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export interface HubPlace {
  readonly workspace: string
  readonly data: string
  readonly log: string
  readonly port: number
  readonly environment: Readonly<Record<string, string>>
}

const cli = join(packageRoot, 'src', 'cli.ts')
const preload = join(import.meta.dirname, 'clock-preload.ts')
const startLimitMs = 90_000

export function openMonthHub(place: HubPlace): MonthHub {
  const address = `http://127.0.0.1:${place.port}`
  let child: ChildProcess | undefined
  let ready: Promise<void> = Promise.resolve()
  let commands = 0
  const isUp = () => child !== undefined && child.exitCode === null && child.signalCode === null
  const end = async (signal: NodeJS.Signals) => {
    const ending = child
    if (ending === undefined || !isUp()) return
    const gone = once(ending, 'exit')
    ending.kill(signal)
    await gone
  }
  const localKey = () => readFileSync(join(place.data, 'local.key'), 'utf8').trim()
  const hub: MonthHub = {
    address,
    async start(aheadMs) {
      const out = openSync(place.log, 'a')
      const flags = ['--workspace', place.workspace, '--data', place.data, '--port', String(place.port)]
      child = spawn(process.execPath, ['--import', preload, cli, 'serve', ...flags], {
        env: { ...process.env, ...place.environment, MONTH_AHEAD_MS: String(aheadMs), NO_COLOR: '1' },
        stdio: ['ignore', out, out],
      })
      closeSync(out)
      ready = untilReady()
      await ready
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    get: async (path) => (await ask('GET', path)).body,
    text: async (path) => (await ask('GET', path)).text,
    send: async (method, path, body) => (await ask(method, path, body)).body,
    as: (key) => ({
      get: async (path) => (await ask('GET', path, undefined, key)).body,
      send: async (method, path, body) => (await ask(method, path, body, key)).body,
    }),
    async refusal(path, body, key) {
      try {
        await ask('POST', path, body, key)
        return ''
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error
        return error.code
      }
    },
    async rows(path) {
      const found: JsonObject[] = []
      for (let after: Json | undefined = ''; ; ) {
        const mark = path.includes('?') ? '&' : '?'
        const page = await hub.get(`${path}${mark}limit=200${after === '' ? '' : `&after=${encodeURIComponent(String(after))}`}`)
        found.push(...(Array.isArray(page.items) ? page.items.filter(isObject) : []))
        after = page.next
        if (after == null) return found
      }
    },
  }

  async function ask(method: string, path: string, body?: Json, key?: string): Promise<Answer> {
    let command = `month-${process.pid}-${commands++}`
    for (const limit = performance.now() + startLimitMs; ; await wait(50)) {
      const answer = await askOnce(method, path, body, key, command)
      if (typeof answer !== 'string') return answer
      // a hub that was killed in a command of many transactions holds its key for minutes; such a command does what is missing when it is given anew
      if (answer.includes('idempotency-key-running')) command = `month-${process.pid}-${commands++}`
      if (performance.now() > limit) throw new Error(`${method} ${path} found nobody: ${answer}`)
    }
  }

  async function untilReady(): Promise<void> {
    for (const limit = performance.now() + startLimitMs; ; await wait(25)) {
      const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined)
      if (answer?.ok) return
      if (!isUp() || performance.now() > limit)
        throw new Error(`the hub is not ready: ${readFileSync(place.log, 'utf8').trim().split('\n').slice(-5).join(' / ')} (${place.log})`)
    }
  }

  /** the answer, or why there was none */
  async function askOnce(
    method: string,
    path: string,
    body: Json | undefined,
    key: string | undefined,
    command: string,
  ): Promise<Answer | string> {
    let answer: Response
    let text: string
    try {
      answer = await fetch(`${address}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key ?? localKey()}`,
          ...(method === 'GET' || path === '/v1/keys' ? {} : { 'idempotency-key': command }),
          ...(body === undefined ? {} : { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(60_000),
      })
      text = await answer.text()
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
    if (answer.status >= 500 || answer.status === 429 || text.includes('problem:idempotency-key-running'))
      return `${answer.status} ${text.slice(0, 200)}`
    if (!answer.ok)
      throw new RefusedError(
        /urn:crossdock:problem:([\w-]+)/.exec(text)?.[1] ?? '',
        `${method} ${path} was refused: ${answer.status} ${text}\n${JSON.stringify(body ?? null).slice(0, 2000)}`,
      )
    const value: Json = text === '' ? {} : JSON.parse(text)
    return { text, body: isObject(value) ? value : {} }
  }
  return hub
}
