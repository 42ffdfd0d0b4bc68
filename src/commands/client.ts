import { type ConfigFlags, type Role, readConfig } from '../config.ts'
import { FolderLockedError, localKey, runningHub } from '../data-folder.ts'
import { isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { WorkspaceFaultsError } from '../workspace-faults.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import type { Shell } from './shell.ts'

export interface HubFlags extends ConfigFlags {
  /** address of a hub on another machine; its key is in CROSSDOCK_API_KEY */
  readonly url?: string
}
export type Query = Readonly<Record<string, string | number | undefined>>

/** The API of one hub, wherever it is. Every refusal is a CommandError that says what to do next. */
export interface Client {
  /** the address, or the data folder when no hub runs */
  readonly where: string
  /** no hub runs: what is asked for is stored, and done when one starts */
  readonly offline: boolean
  /** `limitMs`: how long the answer may take, where it is more than usual */
  get(path: string, query?: Query, limitMs?: number): Promise<JsonObject>
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: Json, query?: Query, limitMs?: number): Promise<JsonObject>
  /** sends bytes and reads a JSON answer */
  upload(path: string, contentType: string, body: string, query?: Query): Promise<JsonObject>
  bytes(path: string, query?: Query): Promise<Uint8Array>
  /** the same as it comes, for what may be large: it has `limitMs` to the end */
  stream(path: string, query: Query, limitMs: number): Promise<ReadableStream<Uint8Array>>
  /** rows of a list, page after page, never more than `most` */
  rows(path: string, query: Query, most: number): AsyncGenerator<JsonObject>
  close(): Promise<void>
}

type Ask = (request: Request) => Response | Promise<Response>

/**
 * The hub at --url; else the one that runs on this data folder; else the data folder itself, opened under its lock without workers; `bare`: also with a workspace that does not hold.
 * @throws CommandError usage, unreachable
 */
export async function openClient(shell: Shell, flags: HubFlags, how: { readonly bare: boolean } = { bare: false }): Promise<Client> {
  const url = flags.url ?? shell.env.CROSSDOCK_URL
  if (url !== undefined) {
    if (!/^https?:\/\//.test(url)) throw usage(shell.say('client.badUrl', { url }))
    const key = shell.env.CROSSDOCK_API_KEY
    if (!key) throw usage(shell.say('client.noKey'))
    return clientOf(shell, { base: url.replace(/\/+$/, ''), key, ask: fetch, where: url, offline: false })
  }
  const config = configOf(shell, flags)
  const running = runningHub(config.data)
  if (running)
    return clientOf(shell, { base: running.address, key: localKey(config.data), ask: fetch, where: running.address, offline: false })
  try {
    const { app, localKey: key, close } = await shell.openLocal({ ...config, logLevel: flags.log ? config.logLevel : 'error' }, how)
    return clientOf(shell, {
      base: 'http://127.0.0.1',
      key,
      ask: (request) => app.fetch(request),
      where: config.data,
      offline: true,
      close,
    })
  } catch (error) {
    if (error instanceof FolderLockedError) throw new CommandError(exitCode.unreachable, 'folder-locked', error.message, error)
    if (error instanceof WorkspaceFaultsError) throw new CommandError(exitCode.usage, 'workspace-faults', error.message, error)
    throw error
  }
}

/** Settings of the flags and the environment. @throws CommandError usage */
export function configOf(shell: Shell, flags: ConfigFlags, role?: Role) {
  try {
    return readConfig(flags, { ...shell.env, INIT_CWD: shell.folder }, role)
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}

/** Runs work with a client and closes it, whatever happens. */
export async function withClient<T>(shell: Shell, flags: HubFlags, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await openClient(shell, flags)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

interface Line {
  readonly base: string
  readonly key: string
  readonly ask: Ask
  readonly where: string
  readonly offline: boolean
  readonly close?: () => Promise<void>
}

const requestLimitMs = 60_000

function clientOf(shell: Shell, line: Line): Client {
  const call = async (
    method: string,
    path: string,
    query: Query = {},
    body?: string,
    contentType?: string,
    limitMs = requestLimitMs,
  ): Promise<Response> => {
    const url = new URL(line.base + path)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
    const request = new Request(url, {
      method,
      headers: { authorization: `Bearer ${line.key}`, ...(contentType ? { 'content-type': contentType } : {}) },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(limitMs),
    })
    const answer = await reach(shell, line, request)
    if (!answer.ok) throw refusal(shell, answer.status, await answer.text(), `${method} ${path}`)
    return answer
  }
  const read = async (answer: Response): Promise<JsonObject> => {
    const text = await answer.text()
    const value = text === '' ? {} : parseJson(text)
    return isObject(value) ? value : { value }
  }
  return {
    where: line.where,
    offline: line.offline,
    get: async (path, query, limitMs) => read(await call('GET', path, query, undefined, undefined, limitMs)),
    send: async (method, path, body, query, limitMs) =>
      read(await call(method, path, query, body === undefined ? undefined : JSON.stringify(body), 'application/json', limitMs)),
    upload: async (path, contentType, body, query) => read(await call('POST', path, query, body, contentType)),
    bytes: async (path, query) => new Uint8Array(await (await call('GET', path, query)).arrayBuffer()),
    stream: async (path, query, limitMs) =>
      (await call('GET', path, query, undefined, undefined, limitMs)).body ?? ReadableStream.from<Uint8Array>([]),
    async *rows(path, query, most) {
      let left = most
      let after: string | undefined
      while (left > 0) {
        const page = await read(await call('GET', path, { ...query, limit: Math.min(left, 500), after }))
        const items = Array.isArray(page.items) ? page.items.filter(isObject) : []
        for (const item of items.slice(0, left)) yield item
        left -= items.length
        // a page that looked through its part of a long list and found nothing has a `next` as well
        if (typeof page.next !== 'string') return
        after = page.next
      }
    },
    close: async () => line.close?.(),
  }
}

async function reach(shell: Shell, line: Line, request: Request): Promise<Response> {
  try {
    return await line.ask(request)
  } catch (cause) {
    const why = cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : String(cause)
    throw new CommandError(exitCode.unreachable, 'unreachable', shell.say('client.unreachable', { where: line.where, why }), cause)
  }
}

/** What a problem answer means for the command: its own words, and the exit code of its status. */
function refusal(shell: Shell, status: number, text: string, asked: string): CommandError {
  const problem = problemOf(text)
  const code = typeof problem.type === 'string' ? (problem.type.split(':').at(-1) ?? '') : `http-${status}`
  const detail = typeof problem.detail === 'string' ? problem.detail : shell.say('client.noProblem', { status })
  if (status === 404) return new CommandError(exitCode.notFound, code, code === 'not-found' ? `${detail} (${asked})` : detail)
  if (status === 400) return new CommandError(exitCode.usage, code, detail)
  if (status >= 500) return new CommandError(exitCode.unreachable, code, detail)
  return new CommandError(exitCode.refused, code, detail)
}

function problemOf(text: string): JsonObject {
  try {
    const value = parseJson(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}
