import type { CutRecord, PageRead } from '../connector/access.ts'
import { spoken } from '../connector/dialect.ts'
import { joinRecord } from '../connector/join.ts'
import type { Connector, Stream } from '../connector/types.ts'
import { isHubError } from '../model/errors.ts'
import { at, isObject, type Json, type JsonObject, namesOf } from '../model/json.ts'
import { compileSchemas } from '../model/schema.ts'
import { type Claim, claim, claimEqual } from './connector-claims.ts'
import { uncutClaims } from './connector-claims-uncut.ts'
import type { ConnectorFixtures, Exchange, KeyReading, StreamReading } from './connector-fixtures.ts'
import { placeAfter, type Replay, readAll, replay, shown } from './connector-replay.ts'

export function streamClaims(connector: Connector, fixtures: ConnectorFixtures): readonly Claim[] {
  const readings = Object.entries(fixtures.streams).flatMap(([name, list]) =>
    list.map((reading, place) => ({ name, reading, label: list.length > 1 ? `${name} (${place + 1})` : name })),
  )
  return [
    ...readings.flatMap(({ name, reading, label }) => {
      const stream = connector.streams[name]
      if (stream === undefined) return [unknown(name)]
      const { answer } = spoken(connector.http, fixtures.config)
      const records = [answer, stream.records].filter((path) => path !== '').join('.')
      return [...readingClaims(connector, fixtures, name, { ...stream, records }, reading, label)]
    }),
    ...Object.entries(fixtures.byKey ?? {}).map(([name, reading]) => keyClaim(connector, fixtures, name, reading)),
  ]
}

const unknown = (name: string): Claim => ({
  name: `stream ${name}: exists`,
  run: async () => claim(false, `the connector has no stream ${name}`),
})

function readingClaims(
  connector: Connector,
  fixtures: ConnectorFixtures,
  name: string,
  stream: Stream,
  reading: StreamReading,
  label: string,
): readonly Claim[] {
  const read = () =>
    replay(connector, fixtures, reading.exchanges, async (partner) => ({
      pages: await pagesOf(partner, [name, stream], reading.from),
      partner,
      unused: partner.unused().length,
      asked: partner.requests.map(shown),
    }))
  return [
    {
      name: `stream ${label}: reads what was recorded, then stops`,
      run: async () => {
        const { pages, unused } = await read()
        claimEqual(keysOf(pages, name), reading.keys, 'keys')
        claim(unused === 0, `${unused} recorded page(s) were never asked for`)
        claim(
          pages.at(-1)?.last === true && pages.filter((page) => page.last).length === 1,
          'exactly the last page says that it is the last',
        )
        for (const [key, version] of Object.entries(reading.versions ?? {}))
          claimEqual(recordOf(pages, name, key)?.version, version, `version of ${key}`)
      },
    },
    {
      name: `stream ${label}: stands where it should afterwards`,
      run: async () => {
        const { pages } = await read()
        claimEqual(placeAfter(stream, pages), reading.checkpoint, 'checkpoint')
      },
    },
    {
      name: `stream ${label}: no request twice, and the same requests again from the same checkpoint`,
      run: async () => {
        const [first, second] = [(await read()).asked, (await read()).asked]
        claimEqual(
          first.length,
          new Set(first.filter((request) => !isLogin(fixtures, request))).size +
            first.filter((request) => isLogin(fixtures, request)).length,
          'different requests',
        )
        claimEqual(second, first, 'requests of a second reading')
      },
    },
    {
      name: `stream ${label}: records fit their schema and have keys of their own`,
      run: async () => {
        const { pages } = await read()
        const fits = validator(stream)
        for (const { record, value } of valuesOf(connector, pages)) {
          claim(!record.key.startsWith('#'), `a record has no key at "${stream.key}"`)
          const fault = record.stream === name || record.poke ? fits(value) : undefined
          claim(fault === undefined, `record ${record.key}: ${fault}`)
        }
        const keys = keysOf(pages, name)
        claimEqual(new Set(keys).size, keys.length, 'different keys')
      },
    },
    ...uncutClaims(connector, fixtures, [name, connector.streams[name] ?? stream], reading, label),
    ...(emptied(stream, reading) === undefined ? [] : [emptyClaim(connector, fixtures, name, stream, reading, label)]),
    ...(hostile(stream, reading) === undefined ? [] : [hostileClaim(connector, fixtures, name, stream, reading, label)]),
  ]
}

async function pagesOf(partner: Replay, stream: readonly [string, Stream], from: string | null): Promise<readonly PageRead[]> {
  try {
    return await readAll(partner.access, stream, from)
  } catch (error) {
    if (!isHubError(error)) throw error
    return claim(
      false,
      `${error.message}${partner.strange.length === 0 ? '' : `\nasked for what is not in the recording:\n${partner.strange.join('\n')}`}`,
    ) as never
  }
}

const isLogin = (fixtures: ConnectorFixtures, request: string): boolean =>
  fixtures.login !== undefined && request.includes(`"path":${JSON.stringify(fixtures.login.request.path)}`) && request.includes('login')
const nameIn = (stream: string, record: Pick<CutRecord, 'stream' | 'key' | 'poke'>): string =>
  record.poke
    ? `${record.stream}/${record.key}`
    : record.stream === stream
      ? record.key
      : `${record.stream.slice(stream.length + 1)}/${record.key}`
const keysOf = (pages: readonly PageRead[], stream: string): readonly string[] =>
  pages.flatMap((page) => page.records.map((record) => nameIn(stream, record)))
const recordOf = (pages: readonly PageRead[], stream: string, key: string) =>
  pages.flatMap((page) => page.records).find((record) => nameIn(stream, record) === key)
const valuesOf = (connector: Connector, pages: readonly PageRead[]) =>
  pages.flatMap((page) =>
    page.records.map((record) => ({
      record,
      value: joinRecord(
        record.slices,
        page.bodies.map((body) => body.bytes),
        connector.http.codec,
        connector.streams[record.stream],
      ),
    })),
  )

function validator(stream: Stream): (value: Json) => string | undefined {
  const { validators, faults } = compileSchemas([{ file: 'stream', text: JSON.stringify({ ...stream.schema, $id: 'record' }) }])
  const validate = validators.get('record')
  claim(validate !== undefined, `the schema does not compile: ${faults.map((fault) => fault.message).join('; ')}`)
  return (value) => {
    const fault = validate(value)
    return fault === undefined ? undefined : `${fault.path} ${fault.message}`
  }
}

/** The first exchange with other rows; undefined where the recording is not JSON. */
function withRows(stream: Stream, exchange: Exchange | undefined, rows: (old: readonly Json[]) => readonly Json[]): Exchange | undefined {
  const body = exchange?.answer.text === undefined ? exchange?.answer.body : (JSON.parse(exchange.answer.text) as Json)
  const old = at(body, stream.records)
  if (exchange === undefined || body === undefined || !Array.isArray(old)) return undefined
  const { link: _, ...headers } = exchange.answer.headers ?? {}
  return {
    request: exchange.request,
    answer: {
      ...exchange.answer,
      text: undefined,
      headers,
      body: alone(stream, placed(body, stream.records === '' ? [] : stream.records.split('.'), rows(old))),
    } as Exchange['answer'],
  }
}

/** The answer without the address of a next page. */
const alone = ({ page }: Stream, body: Json): Json =>
  page.kind === 'nextLink' && at(body, page.path) !== undefined ? placed(body, namesOf(page.path), null) : body

function placed(value: Json, [name, ...rest]: readonly string[], leaf: Json): Json {
  if (name === undefined) return leaf
  if (Array.isArray(value)) return value.map((item: Json, place) => (String(place) === name ? placed(item, rest, leaf) : item))
  return isObject(value) ? { ...value, [name]: placed(value[name] ?? null, rest, leaf) } : value
}

const oneList = (stream: Stream): boolean => ['single', 'number', 'offset', 'link', 'nextLink', 'keyset'].includes(stream.page.kind)
const isSliced = ({ cursor }: Stream): boolean => cursor !== null && cursor.format !== 'counter' && cursor.windowMs !== undefined
/** From a checkpoint on nothing means that the partner counts anew: that reading goes on. */
const isCounted = ({ cursor }: Stream): boolean => cursor?.format === 'counter'
const emptied = (stream: Stream, reading: StreamReading): Exchange | undefined =>
  oneList(stream) && !isSliced(stream) && !(isCounted(stream) && reading.from !== null)
    ? withRows(stream, reading.exchanges[0], () => [])
    : undefined

function emptyClaim(
  connector: Connector,
  fixtures: ConnectorFixtures,
  name: string,
  stream: Stream,
  reading: StreamReading,
  label: string,
): Claim {
  return {
    name: `stream ${label}: an empty answer is a complete reading`,
    run: async () => {
      const exchange = emptied(stream, reading)
      const pages = await replay(connector, fixtures, exchange === undefined ? [] : [exchange], (partner) =>
        pagesOf(partner, [name, stream], reading.from),
      )
      claimEqual(keysOf(pages, name), [], 'keys')
      claim(pages.length === 1 && pages[0]?.last === true && pages[0].checkpoint !== undefined, 'one page, the last, with a checkpoint')
    },
  }
}

const strange = {
  emoji: '👩‍🚀 Ångström',
  empty: '',
  nothing: null,
  digits: '12345678901234567890',
  money: '0.10',
  time: '2026-03-29T02:30:00+08:00',
  braces: '"}],{[\\',
  list: [[], {}],
}

/** The first row with values that careless code breaks; its key, where it is a number, longer than a double holds. */
function hostile(stream: Stream, reading: StreamReading): Exchange | undefined {
  if (!oneList(stream) || isSliced(stream) || stream.children !== undefined || stream.pokes !== undefined) return undefined
  return withRows(stream, reading.exchanges[0], ([first]) =>
    isObject(first) ? [{ ...first, x_strange: strange }] : Array.isArray(first) ? [first.with(-1, strange)] : [],
  )
}

/** Where a field of a row stands before it has a name. */
const placeIn = ({ columns }: Stream, name: string): string => (columns === undefined ? name : String(columns.indexOf(name)))

function hostileClaim(
  connector: Connector,
  fixtures: ConnectorFixtures,
  name: string,
  stream: Stream,
  reading: StreamReading,
  label: string,
): Claim {
  return {
    name: `stream ${label}: strange values come through unchanged`,
    run: async () => {
      const exchange = hostile(stream, reading)
      const first = at(exchange?.answer.body, stream.records === '' ? '0' : `${stream.records}.0`)
      const numeric = typeof at(first, placeIn(stream, stream.key)) === 'number' && !stream.key.includes('.')
      const marked = withRows(stream, exchange, () => [
        Array.isArray(first)
          ? first.map((value: Json, place) => (numeric && stream.columns?.[place] === stream.key ? '20 digits' : value))
          : { ...(first as JsonObject), ...(numeric ? { [stream.key]: '20 digits' } : {}) },
      ])
      const long = JSON.stringify(marked?.answer.body).replace('"20 digits"', '12345678901234567890')
      const twisted: readonly Exchange[] =
        exchange === undefined ? [] : [{ request: exchange.request, answer: { ...exchange.answer, text: long } }]
      const pages = await replay(connector, fixtures, twisted, (partner) => pagesOf(partner, [name, stream], reading.from))
      const [read] = valuesOf(connector, pages)
      claim(read !== undefined, 'the record is gone')
      claimEqual(at(read.value, stream.columns?.at(-1) ?? 'x_strange'), connector.http.codec?.decode?.(strange) ?? strange, 'values')
      if (numeric) claimEqual(read.record.key, '12345678901234567890', 'a key of 20 digits')
    },
  }
}

function keyClaim(connector: Connector, fixtures: ConnectorFixtures, name: string, reading: KeyReading): Claim {
  return {
    name: `stream ${name}: one record is read again by its key`,
    run: async () =>
      replay(connector, fixtures, reading.exchanges, async (partner) => {
        const page = await partner.access
          .readKey(name, reading.key)
          .catch((error: unknown) => claim(false, `${String(error)}\n${partner.strange.join('\n')}`) as never)
        claimEqual(
          page.records.filter((record) => record.stream === name).map((record) => record.key),
          [reading.key],
          'keys',
        )
      }),
  }
}
