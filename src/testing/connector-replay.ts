import type { Access, Checkpoint, PageRead, ReadOptions } from '../connector/access.ts'
import type { Limiter } from '../connector/limiter.ts'
import { openAccess } from '../connector/open.ts'
import { placeholders } from '../connector/template.ts'
import type { Connector, Stream } from '../connector/types.ts'
import { systemClock } from '../model/clock.ts'
import { canonicalJson, type Json, type JsonObject, parseJson } from '../model/json.ts'
import type { ConnectorFixtures, Exchange, RecordedAnswer, RecordedRequest } from './connector-fixtures.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from './loopback-partner.ts'

/** A partner that knows its recorded lines only. */
export interface Replay {
  readonly access: Access
  readonly requests: readonly PartnerRequest[]
  /** recorded exchanges nobody asked for */
  unused(): readonly Exchange[]
  /** requests that are not in the recording */
  readonly strange: readonly string[]
}
export interface ReplayOptions {
  /** instead of the recorded answer; undefined: as recorded */
  readonly twist?: (request: PartnerRequest, recorded: Exchange | undefined) => PartnerAnswer | undefined
  readonly timeoutMs?: number
}

const free: Limiter = { take: async () => () => {}, hold: () => {} }

/** Runs `act` against the real engine and the recorded answers, each of which is given once. */
export async function replay<T>(
  connector: Connector,
  fixtures: ConnectorFixtures,
  exchanges: readonly Exchange[],
  act: (replay: Replay) => Promise<T>,
  options: ReplayOptions = {},
): Promise<T> {
  const left = [...exchanges]
  const strange: string[] = []
  const date = new Date(fixtures.now).toUTCString()
  const partner = await startPartner((request) => {
    const recorded = fixtures.login !== undefined && fits(fixtures.login.request, request) ? fixtures.login : take(left, request)
    const twisted = options.twist?.(request, recorded)
    if (twisted !== undefined) return typeof twisted === 'object' ? { ...twisted, headers: { date, ...twisted.headers } } : twisted
    if (recorded === undefined) {
      strange.push(shown(request))
      return { status: 400, headers: { date }, body: { message: 'not in the recording' } }
    }
    return answerOf(recorded.answer, date)
  })
  const clock = { now: () => Date.parse(fixtures.now), sleep: systemClock.sleep }
  const config = relocated(connector, fixtures.config, partner.url)
  const access = openAccess(
    { name: 'replay', connector, config, concurrency: 4, allowPrivate: ['127.0.0.0/8'], timeoutMs: options.timeoutMs ?? 5_000 },
    { clock, limiter: free },
  )
  try {
    return await act({ access, requests: partner.requests, unused: () => left, strange })
  } finally {
    await access.close()
    await partner.close()
  }
}

function take(left: Exchange[], request: PartnerRequest): Exchange | undefined {
  const place = left.findIndex((exchange) => fits(exchange.request, request))
  return place < 0 ? undefined : left.splice(place, 1)[0]
}

/** Whether a request is the recorded one, to the last parameter. */
export function fits(recorded: RecordedRequest, request: PartnerRequest): boolean {
  return (
    (recorded.method ?? 'GET') === request.method &&
    recorded.path === request.path &&
    canonicalJson({ ...recorded.query }) === canonicalJson(Object.fromEntries(request.query)) &&
    Object.entries(recorded.headers ?? {}).every(([name, value]) => request.headers[name.toLowerCase()] === value) &&
    bodyFits(recorded, request.body)
  )
}

function bodyFits(recorded: RecordedRequest, body: string): boolean {
  if (recorded.form !== undefined)
    return canonicalJson({ ...recorded.form }) === canonicalJson(Object.fromEntries(new URLSearchParams(body)))
  if (recorded.json === undefined) return body === ''
  try {
    return canonicalJson(parseJson(body)) === canonicalJson(recorded.json)
  } catch {
    return false
  }
}

/** A request as one would write it into a recording. */
export function shown(request: PartnerRequest): string {
  const query = [...request.query].length === 0 ? {} : { query: Object.fromEntries(request.query) }
  const form = request.headers['content-type'] === 'application/x-www-form-urlencoded'
  const body =
    request.body === '' ? {} : form ? { form: Object.fromEntries(new URLSearchParams(request.body)) } : { json: readable(request.body) }
  return JSON.stringify({ method: request.method, path: request.path, ...query, ...body })
}

function readable(text: string): Json {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

export function answerOf(recorded: RecordedAnswer, date: string): Exclude<PartnerAnswer, string> {
  return { status: recorded.status ?? 200, headers: { date, ...recorded.headers }, body: recorded.text ?? recorded.body }
}

/** The config with the partner's address, and that of its tokens, moved to the replay, their paths kept. */
export function relocated({ http }: Connector, config: JsonObject, origin: string): JsonObject {
  const nameOf = (template: string): string | undefined => placeholders(template)[0]?.path.split('.')[1]
  const names = [nameOf(http.baseUrl) ?? 'url', ...(http.auth.kind === 'oauth2' ? [nameOf(http.auth.tokenUrl)] : [])]
  return {
    ...config,
    ...Object.fromEntries(names.flatMap((name) => (name === undefined ? [] : [[name, moved(String(config[name] ?? ''), origin)]]))),
  }
}
function moved(address: string, origin: string): string {
  const recorded = URL.parse(address)
  return recorded === null ? origin : `${origin}${recorded.pathname.replace(/\/$/, '')}${recorded.search}`
}

const isCounted = (stream: Stream | undefined): boolean => stream?.cursor?.format === 'counter'
const placeOf = (stream: Stream | undefined, from: string | null): Checkpoint | null =>
  from === null ? null : isCounted(stream) ? { time: null, counter: Number(from) } : { time: from }
/** Where a reading came to, as a recording has it: a time, or the number of a list that is counted. */
export function placeAfter(stream: Stream | undefined, pages: readonly PageRead[]): string | null {
  const { time = null, counter } = pages.at(-1)?.checkpoint ?? {}
  return isCounted(stream) ? String(counter) : time
}

/** All pages of one reading. */
export async function readAll(
  access: Access,
  [name, stream]: readonly [string, Stream | undefined],
  from: string | null,
  options: ReadOptions = {},
): Promise<readonly PageRead[]> {
  const pages: PageRead[] = []
  for await (const page of access.read(name, placeOf(stream, from), options)) pages.push(page)
  return pages
}
