import { spoken } from '../connector/dialect.ts'
import { openAccess } from '../connector/open.ts'
import { secretValues } from '../connector/secrets.ts'
import { placeholders } from '../connector/template.ts'
import type { Connector, Stream } from '../connector/types.ts'
import { at, isObject, type Json, type JsonObject, namesOf } from '../model/json.ts'
import type { ConnectionSetup } from '../pipeline/context.ts'
import type { ConnectorFixtures, Exchange, KeyReading, StreamReading } from './connector-fixtures.ts'
import { placeAfter, readAll, relocated, replay } from './connector-replay.ts'
import { startRecorder } from './recorder.ts'
import { type Redacted, redactRecording } from './redact-recording.ts'

export interface StreamRecording {
  /** the whole conversation, with what was known before */
  readonly fixtures: ConnectorFixtures
  readonly redacted: readonly Redacted[]
}

/**
 * Reads a stream of a real partner, from the beginning and from a checkpoint, no more than `pages` pages each, and one record by its key. A list that goes on is cut at the end of its last page, as if it ended there.
 * @throws HubError what the engine throws when the partner does not answer as the connector says
 */
export async function recordStream(
  setup: ConnectionSetup,
  name: string,
  { pages, known }: { readonly pages: number; readonly known?: ConnectorFixtures },
): Promise<StreamRecording> {
  const { connector, config } = setup
  const stream = connector.streams[name]
  if (stream === undefined) throw new Error(`no stream ${name}`)
  const address = new URL(String(config[addressField(connector)]))
  const recorder = await startRecorder(address.origin)
  const access = openAccess({
    name: setup.name,
    connector,
    config: relocated(connector, config, recorder.url),
    concurrency: setup.concurrency,
    allowPrivate: [...setup.allowPrivate, '127.0.0.0/8'],
  })
  let seen = 0
  const next = (): Exchange[] => {
    const fresh = recorder.exchanges.slice(seen)
    seen = recorder.exchanges.length
    return fresh
  }
  try {
    const now = known?.now ?? new Date().toISOString()
    await access.check()
    const begun = next()
    const login = spoken(connector.http, config).http.auth.kind === 'session' ? begun[0] : undefined
    const check = begun.at(-1)
    if (check === undefined) throw new Error('the check sent nothing')
    const whole = await readSome(connector, stream, config, pages, () => access.read(name, null, {}), next)
    const from = stream.cursor === null ? undefined : middle(whole.times)
    const later =
      from === undefined ? undefined : await readSome(connector, stream, config, pages, () => access.read(name, { time: from }, {}), next)
    const [key] = whole.keys
    const isReadAgain = stream.byKey !== undefined && key !== undefined
    if (isReadAgain) await access.readKey(name, key)
    const again = isReadAgain ? next() : undefined
    const standIns = standInsOf(connector, setup)
    const raw = {
      config: standInConfig(connector, config, address),
      ...(login === undefined ? {} : { login }),
      check,
      whole: whole.exchanges,
      later: later?.exchanges ?? [],
      again: again ?? [],
      key: key ?? '',
    }
    const plain = JSON.parse(JSON.stringify(raw).replaceAll(recorder.url, '').replaceAll(address.origin, '')) as JsonObject
    const { recording, redacted } = redactRecording(plain, standIns)
    const clean = JSON.parse(JSON.stringify(recording)) as typeof raw
    const base: ConnectorFixtures = {
      ...known,
      config: { ...clean.config, ...known?.config },
      now,
      ...(clean.login === undefined ? {} : { login: known?.login ?? clean.login }),
      check: known?.check ?? clean.check,
      streams: known?.streams ?? {},
    }
    const readings = [
      await reading(connector, base, name, null, clean.whole),
      ...(from === undefined ? [] : [await reading(connector, base, name, from, clean.later)]),
    ]
    const byKey: Readonly<Record<string, KeyReading>> = {
      ...base.byKey,
      ...(again === undefined ? {} : { [name]: { key: clean.key, exchanges: clean.again } }),
    }
    return {
      fixtures: { ...base, streams: { ...base.streams, [name]: readings }, ...(Object.keys(byKey).length === 0 ? {} : { byKey }) },
      redacted,
    }
  } finally {
    await access.close()
    await recorder.close()
  }
}

/** What the redacted exchanges give when they are played: keys and checkpoint are those of the recording, not of the partner. */
async function reading(
  connector: Connector,
  fixtures: ConnectorFixtures,
  name: string,
  from: string | null,
  exchanges: readonly Exchange[],
): Promise<StreamReading> {
  const pages = await replay(connector, fixtures, exchanges, ({ access }) => readAll(access, [name, connector.streams[name]], from))
  const keyOf = (record: { readonly stream: string; readonly key: string }): string =>
    record.stream === name ? record.key : `${record.stream.slice(name.length + 1)}/${record.key}`
  return {
    from,
    exchanges,
    keys: pages.flatMap(({ records }) => records.map(keyOf)),
    checkpoint: placeAfter(connector.streams[name], pages),
  }
}

async function readSome(
  connector: Connector,
  stream: Stream,
  config: JsonObject,
  most: number,
  read: () => ReturnType<ReturnType<typeof openAccess>['read']>,
  next: () => Exchange[],
) {
  const keys: string[] = []
  const times: string[] = []
  let pages = 0
  let last = false
  for await (const page of read()) {
    for (const record of page.records) {
      keys.push(record.key)
      if (record.version !== null && record.version !== undefined && /^\d{4}-/.test(record.version)) times.push(record.version)
    }
    last = page.last
    if (++pages >= most) break
  }
  const exchanges = next()
  const { answer } = spoken(connector.http, config)
  return {
    keys,
    times,
    exchanges: last ? exchanges : ended(stream, [answer, stream.records].filter((path) => path !== '').join('.'), exchanges),
  }
}

/** A time in the middle of those seen, so that a reading from it finds something. */
const middle = (times: readonly string[]): string | undefined => {
  const sorted = [...times].sort()
  const time = sorted[Math.floor((sorted.length - 1) / 2)]
  return time === undefined ? undefined : new Date(time).toISOString()
}

/** The last page of a list as if nothing came after it: not full, and without the address of another. */
function ended({ page }: Stream, records: string, exchanges: readonly Exchange[]): readonly Exchange[] {
  const place = exchanges.findLastIndex(({ answer }) => Array.isArray(at(answer.body, records)))
  return exchanges.map((exchange, one) => {
    if (one !== place || exchange.answer.body === undefined) return exchange
    const rows = at(exchange.answer.body, records)
    const fewer = Array.isArray(rows) && 'size' in page && rows.length >= page.size ? rows.slice(0, page.size - 1) : (rows ?? null)
    const closing = page.kind === 'nextLink' ? page.path : page.kind === 'token' ? (page.more ?? page.next) : undefined
    const cut = put(exchange.answer.body, namesOf(records), fewer)
    const body =
      closing === undefined || at(cut, closing) === undefined
        ? cut
        : put(cut, namesOf(closing), page.kind === 'token' && page.more !== undefined ? false : null)
    const { link: _, ...headers } = exchange.answer.headers ?? {}
    return {
      request: exchange.request,
      answer: { ...exchange.answer, ...(exchange.answer.headers === undefined ? {} : { headers }), body },
    }
  })
}

function put(value: Json, [name, ...rest]: readonly string[], leaf: Json): Json {
  if (name === undefined) return leaf
  if (Array.isArray(value)) return value.map((item: Json, place) => (String(place) === name ? put(item, rest, leaf) : item))
  return isObject(value) ? { ...value, [name]: put(value[name] ?? null, rest, leaf) } : value
}

const addressField = ({ http }: Connector): string => placeholders(http.baseUrl)[0]?.path.split('.')[1] ?? 'url'

/** Every value that must not be told, with what stands for it: of a field of the config always the same. */
function standInsOf({ config: schema }: Connector, { config, secrets = [] }: ConnectionSetup): ReadonlyMap<string, string> {
  const named = Object.entries(config).flatMap(([field, value]) =>
    typeof value === 'string' && secretValues(schema, { [field]: value }).length > 0 ? [[value, standIn(field, value)] as const] : [],
  )
  const parts = secretValues(schema, config).map((value) => [value, 'redacted-secret'] as const)
  return new Map([...secrets.map((value) => [value, 'redacted-value'] as const), ...parts, ...named])
}
const standIn = (field: string, value: string): string =>
  value.startsWith('whsec_') ? `whsec_${Buffer.alloc(24, 7).toString('base64')}` : `redacted-${field.toLowerCase()}`

function standInConfig({ name, config: schema, http }: Connector, config: JsonObject, address: URL): JsonObject {
  const field = placeholders(http.baseUrl)[0]?.path.split('.')[1] ?? 'url'
  return {
    ...Object.fromEntries(
      Object.entries(config).map(([one, value]) => [
        one,
        typeof value === 'string' && secretValues(schema, { [one]: value }).length > 0 ? standIn(one, value) : value,
      ]),
    ),
    [field]: `https://${name}.example${address.pathname.replace(/\/$/, '')}`,
  }
}
