import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import {
  type Draft,
  DraftError,
  type DraftOptions,
  documentQuestion,
  maxStreams,
  modifiedName,
  streamName,
  unknownBlindSpots,
} from './draft.ts'
import { draftAuth } from './openapi-auth.ts'
import { draftPaging } from './openapi-paging.ts'
import { follow, objectsOf, readOpenApi } from './openapi-read.ts'
import { merged, recordSchema, rowsOf } from './openapi-schema.ts'

/**
 * A manifest from an OpenAPI 3 description (https://spec.openapis.org/oas/v3.1.1): the GET operations that answer lists of objects, each a stream. What the description does not say becomes a question.
 * @throws DraftError when the text is no such description, or has no list
 */
export function draftFromOpenApi(text: string, options: DraftOptions): Draft {
  const spec = readOpenApi(text)
  const found = listsOf(spec)
  const wanted = options.only === undefined ? found : found.filter(({ name }) => options.only?.includes(name))
  if (wanted.length === 0)
    throw new DraftError(
      found.length === 0
        ? 'no GET operation of the description answers a list of objects'
        : `none of its lists has that name; there are ${found.map(({ name }) => name).join(', ')}`,
    )
  const lists = wanted.slice(0, maxStreams)
  const streams = lists.map((list) => draftStream(spec, list))
  const auth = draftAuth(spec)
  const server = objectsOf(spec, spec.servers).find(({ url }) => typeof url === 'string')?.url
  const address = typeof server === 'string' && /^https:\/\/[^{}]+$/.test(server) ? server.replace(/\/$/, '') : undefined
  const info = isObject(spec.info) ? spec.info : {}
  const docs = isObject(spec.externalDocs) ? spec.externalDocs.url : undefined
  const [first] = lists
  return {
    manifest: {
      kind: 'rest',
      name: options.name,
      title: typeof info.title === 'string' && info.title !== '' ? info.title.slice(0, 200) : options.name,
      docs: typeof docs === 'string' && docs.startsWith('https://') ? docs : 'https://unknown.example/',
      config: configOf(address, auth.fields),
      http: { baseUrl: '{config.url}', auth: auth.auth },
      check: { path: first?.path ?? '/' },
      streams: Object.fromEntries(streams.map(({ name, stream }) => [name, stream])),
      actions: {},
    },
    schemas: Object.fromEntries(streams.map(({ name, schema }) => [name, schema])),
    taken: lists.map(({ name, path }) => `${name}: GET ${path}`),
    questions: [
      ...(typeof docs === 'string' && docs.startsWith('https://') ? [] : ["docs: where is the vendor's documentation?"]),
      ...(address === undefined ? ['config.url: what is the address of the API? The description names no single https address.'] : []),
      ...auth.questions,
      `check: is GET ${first?.path ?? '/'} the cheapest call that proves the credentials?`,
      'http.limit: how many requests may be sent in which time?',
      'http.faults: does the system tell errors inside a 200, and where?',
      ...streams.flatMap(({ questions }) => questions),
      ...(wanted.length > maxStreams
        ? [
            `streams: ${wanted.length - maxStreams} more lists were left out; name those that are wanted with --only: ${wanted
              .slice(maxStreams)
              .map(({ name }) => name)
              .join(', ')}`,
          ]
        : []),
      ...(isObject(spec.webhooks)
        ? [`webhook: the description has ${Object.keys(spec.webhooks).join(', ')}; how are they signed, and what do they carry?`]
        : []),
      'actions: what is to be written, and how does a second attempt after a lost answer not write twice?',
    ],
  }
}

const configOf = (address: string | undefined, fields: Readonly<Record<string, JsonObject>>): JsonObject => ({
  type: 'object',
  additionalProperties: false,
  required: ['url', ...Object.keys(fields)],
  properties: {
    url: {
      type: 'string',
      format: 'uri',
      pattern: '^https://',
      title: 'Address',
      'x-title-zh': '地址',
      description: 'Address of the API, with the path that all calls share.',
      'x-description-zh': '接口地址，包含所有请求共用的路径。',
      ...(address === undefined ? {} : { examples: [address] }),
    },
    ...fields,
  },
})

interface List {
  readonly name: string
  readonly path: string
  readonly parameters: readonly { readonly name: string; readonly schema: JsonObject; readonly required: boolean }[]
  readonly rows: NonNullable<ReturnType<typeof rowsOf>>
  readonly headers: readonly string[]
  /** path of one record, with `{key}`, and where it stands in that answer */
  readonly one?: { readonly path: string; readonly parameter: string; readonly records: string }
  readonly title: string
}

function listsOf(spec: JsonObject): readonly List[] {
  const paths = Object.entries(isObject(spec.paths) ? spec.paths : {})
  const taken = new Set<string>()
  return paths.flatMap(([path, value]): List[] => {
    const item = follow(spec, value)
    const get = follow(spec, item?.get)
    if (get === undefined || path.includes('{')) return []
    const answer = answerOf(spec, get)
    const rows = rowsOf(spec, answer?.schema)
    if (rows === undefined) return []
    const last = streamName(path.split('/').findLast((part) => part !== '') ?? 'list')
    const name = taken.has(last) ? streamName(path) : last
    taken.add(name)
    const parameters = [...objectsOf(spec, item?.parameters), ...objectsOf(spec, get.parameters)]
      .filter((one) => one.in === 'query' && typeof one.name === 'string')
      .map((one) => ({ name: String(one.name), schema: merged(spec, one.schema) ?? {}, required: one.required === true }))
    const one = oneOf(spec, paths, path, rows.row)
    const title = typeof get.summary === 'string' && get.summary !== '' ? get.summary.slice(0, 200) : name
    return [{ name, path, parameters, rows, headers: answer?.headers ?? [], title, ...(one === undefined ? {} : { one }) }]
  })
}

/** What a 200 holds as JSON. */
function answerOf(
  spec: JsonObject,
  operation: JsonObject,
): { readonly schema: Json | undefined; readonly headers: readonly string[] } | undefined {
  const responses = isObject(operation.responses) ? operation.responses : {}
  const response = follow(spec, responses['200'] ?? responses['2XX'] ?? responses['206'])
  const content = Object.entries(isObject(response?.content) ? response.content : {}).find(([type]) => /json/i.test(type))
  return content === undefined
    ? undefined
    : { schema: follow(spec, content[1])?.schema, headers: Object.keys(isObject(response?.headers) ? response.headers : {}) }
}

function oneOf(spec: JsonObject, paths: readonly (readonly [string, Json | undefined])[], list: string, row: JsonObject): List['one'] {
  for (const [path, value] of paths) {
    const parameter = path.startsWith(`${list.replace(/\/$/, '')}/{`) ? /\/\{([^}]+)\}$/.exec(path)?.[1] : undefined
    const get = follow(spec, follow(spec, value)?.get)
    if (parameter === undefined || get === undefined || path.slice(0, -parameter.length - 2).includes('{')) continue
    const fields = Object.keys(isObject(row.properties) ? row.properties : {})
    const whole = merged(spec, answerOf(spec, get)?.schema)
    const isRecord = (schema: JsonObject | undefined): boolean => {
      const own = isObject(schema?.properties) ? Object.keys(schema.properties) : []
      return fields.filter((name) => own.includes(name)).length * 2 > fields.length
    }
    const wrapped = Object.entries(isObject(whole?.properties) ? whole.properties : {}).find(([, field]) => isRecord(merged(spec, field)))
    if (isRecord(whole)) return { path: path.replace(`{${parameter}}`, '{key}'), parameter, records: '' }
    if (wrapped !== undefined) return { path: path.replace(`{${parameter}}`, '{key}'), parameter, records: wrapped[0] }
  }
  return undefined
}

const sinceName =
  /^(updated?|modified|changed?|last_?(updated?|modified|changed?))[_.[]?(at|date|time)?[_.[]?(since|after|from|min|gte?|start)\]?$|^(min_?)?(since|if_?modified_?since)$|^(updated|modified)_at_min$/i

function draftStream(spec: JsonObject, list: List) {
  const { name, rows, one, parameters } = list
  const place = `streams.${name}`
  const schema = recordSchema(spec, rows.row)
  const fields = Object.keys(isObject(schema.properties) ? schema.properties : {})
  const named =
    one === undefined ? undefined : (fields.find((field) => field === one.parameter) ?? (fields.includes('id') ? 'id' : undefined))
  const key = named ?? (fields.includes('id') ? 'id' : undefined)
  const modified = fields.find((field) => modifiedName.test(field))
  const since = parameters.find((parameter) => sinceName.test(parameter.name))
  const raw = merged(spec, isObject(rows.row.properties) && modified !== undefined ? rows.row.properties[modified] : undefined)
  const format = raw?.format === 'date-time' ? 'iso' : undefined
  const incremental = modified !== undefined && since !== undefined && format !== undefined
  const paging = draftPaging(spec, parameters, { envelope: rows.envelope, headers: list.headers, place })
  const needed = parameters.filter(({ name: asked, required }) => required && asked !== since?.name && !Object.hasOwn(paging.query, asked))
  const certain = [...(key === undefined ? [] : [key]), ...(incremental && modified !== undefined ? [modified] : [])]
  return {
    name,
    schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema },
    stream: {
      title: list.title,
      schema: solid({ ...schema, ...(certain.length === 0 ? {} : { required: certain }) }, certain),
      // no path of a record: the linter asks for it
      key: key ?? '?',
      version:
        incremental && modified !== undefined ? { kind: 'time', paths: [modified], zone: null, granularityMs: 1000 } : { kind: 'none' },
      call: { path: list.path, query: { ...paging.query, ...(incremental && since !== undefined ? { [since.name]: '{since}' } : {}) } },
      records: rows.records,
      page: paging.page,
      cursor:
        incremental && modified !== undefined ? { paths: [modified], format: 'iso', zone: null, order: 'none', lookbackMs: 300000 } : null,
      ...(one === undefined || key === undefined ? {} : { byKey: { path: one.path, records: one.records } }),
      parts: [],
      blindSpots: unknownBlindSpots,
    },
    questions: [
      ...(key === undefined
        ? [`${place}.key: which field is the primary key? There are ${fields.slice(0, 20).join(', ')}.`]
        : named === undefined
          ? [`${place}.key: is "${key}" the primary key? No operation reads one record by it.`]
          : []),
      ...paging.questions,
      ...(incremental ? [] : [cursorQuestion(place, modified, since?.name, format)]),
      ...needed.map(({ name: asked }) => `${place}.call.query.${asked}: the operation wants it; which value?`),
      documentQuestion(place, name),
      `${place}.blindSpots: do deletes, and changes of lines, move ${modified ?? 'anything'}?`,
    ],
  }
}

/** Key and time of change are certain: without them a record is none. */
const solid = (schema: JsonObject, certain: readonly string[]): JsonObject => ({
  ...schema,
  properties: Object.fromEntries(
    Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([name, field]) => {
      const type = isObject(field) && Array.isArray(field.type) ? field.type.find((one: Json) => one !== 'null') : undefined
      return [name, certain.includes(name) && isObject(field) && type !== undefined ? { ...field, type } : field]
    }),
  ),
})

const cursorQuestion = (place: string, modified: string | undefined, since: string | undefined, format: string | undefined): string =>
  modified !== undefined && since !== undefined && format === undefined
    ? `${place}.cursor: ${since} asks for what changed and "${modified}" tells when, but in which format and zone? Everything is read on every run, as drafted.`
    : since !== undefined
      ? `${place}.cursor: ${since} asks for what changed; which field of a record tells when? Everything is read on every run, as drafted.`
      : `${place}.cursor: can the list be asked for what changed since a time${modified === undefined ? '' : ` ("${modified}")`}? Everything is read on every run, as drafted.`
