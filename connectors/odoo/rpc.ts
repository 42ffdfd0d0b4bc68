import type { Call, Cursor, Dialect, Page, Part, Stream, Version } from '../../src/connector/types.ts'
import type { Json, JsonObject, JsonSchema } from '../../src/model/json.ts'

const context = { lang: 'en_US', tz: 'UTC', allowed_company_ids: ['{config.company}'] }

/** One method of a model as JSON-2 takes it: named arguments, `ids` for the records it is called on. */
export const rpc = (model: string, method: string, args: JsonObject = {}, more: JsonObject = {}): Call => ({
  method: 'POST',
  path: `/json/2/${model}/${method}`,
  json: { ...args, context: { ...context, ...more } },
})

const moment = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/

/** Odoo's answers as plain JSON: `false`, which stands for no value, is null (so a boolean that is false reads as absent); a time of UTC without offset, in a field of that kind, gets its Z. */
export const decode = (value: Json): Json => {
  if (value === false) return null
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(decode)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, decodeField(name, field ?? null)]))
}
const decodeField = (name: string, field: Json): Json =>
  typeof field === 'string' && /^date_|_date$/.test(name) ? field.replace(moment, '$1T$2Z') : decode(field)

/** `order_line.product_id.default_code` and its like as the specification that web_search_read and web_read take. */
export function specification(paths: readonly string[]): JsonObject {
  const fields: Record<string, JsonObject> = {}
  for (const name of new Set(paths.map((path) => path.split('.', 1)[0] ?? ''))) {
    const below = paths.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1))
    fields[name] = below.length === 0 ? {} : { fields: specification(below) }
  }
  return fields
}

/** What Odoo 19 renamed, as 17 and 18 know it, without what they do not have. */
const older = (model: string, value: Json): Json => {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: Json) => older(model, item))
  const name = (field: string) => (field === 'product_uom_id' && /^(purchase|sale)\./.test(model) ? 'product_uom' : field)
  const known = Object.entries(value).filter(([field]) => model !== 'product.product' || (field !== 'uom_ids' && field !== 'factor'))
  return Object.fromEntries(known.map(([field, below]) => [name(field), older(model, below ?? null)]))
}

const common = (method: string, args: readonly Json[]): Call => ({
  method: 'POST',
  path: '/jsonrpc',
  json: { jsonrpc: '2.0', method: 'call', id: 1, params: { service: 'common', method, args } },
})

/**
 * JSON-RPC of Odoo 17 and 18: the user's number comes from a login, then every call carries database, number and key. What a method is called on, and what is created, comes by
 * place: execute_kw looks for them there. Source: odoo/service/model.py, odoo/api.py.
 */
export const jsonRpc: Omit<Dialect, 'faults'> = {
  auth: {
    kind: 'session',
    login: common('login', ['{config.database}', '{config.login}', '{config.apiKey}']),
    headers: (login) => {
      if (typeof (login as JsonObject).result !== 'number') throw new TypeError('Odoo answers false to a wrong login')
      return {}
    },
  },
  headers: {},
  call: ({ path, json }) => {
    const [, , , model = '', method = ''] = path.split('/')
    const { ids, vals_list, ...named } = json as JsonObject
    const placed = ids ?? vals_list
    const args = [
      '{config.database}',
      '{login.result}',
      '{config.apiKey}',
      model,
      method,
      placed === undefined ? [] : [placed],
      older(model, named),
    ]
    return {
      ...common('execute_kw', []),
      json: { jsonrpc: '2.0', method: 'call', id: 1, params: { service: 'object', method: 'execute_kw', args } },
    }
  },
  answer: 'result',
}

/** Whole seconds of UTC without an offset. The database keeps microseconds and compares with them. */
const seconds: Cursor['format'] = {
  encode: (time) => time.toISOString().slice(0, 19).replace('T', ' '),
  decode: (value) => new Date(String(value)),
}
/** A row carries the time its transaction began and is seen when that ends: the server's own limit for a request is 120 s (`limit_time_real`). */
const written: Cursor = { paths: ['write_date'], format: seconds, zone: null, order: 'asc', lookbackMs: 300_000 }
export const version: Version = { kind: 'time', paths: ['write_date'], zone: null, granularityMs: 1000 }
const byWriteDate: Page = {
  kind: 'keyset',
  size: 100,
  key: 'id',
  cursor: { stepMs: 1000, order: 'write_date asc, id asc', keyOrder: 'id asc' },
}
export const after: Json = ['id', '>', '{page.after|integer}']

export interface Source {
  readonly title: string
  readonly model: string
  readonly domain?: readonly Json[]
  readonly fields: readonly string[]
  readonly schema: JsonSchema
  readonly blindSpots?: readonly string[]
  /** archived records too */
  readonly archived?: true
}

/** A stream of one model by write_date and id, with what it holds in the same call. Deletes are found by the list of ids. */
export function changes({ model, domain = [], fields, archived, ...source }: Source): Omit<Stream, 'parts'> {
  const spec = specification([...fields, 'write_date'])
  const more = archived ? { active_test: false } : {}
  return {
    title: source.title,
    schema: source.schema,
    key: 'id',
    version,
    call: rpc(
      model,
      'web_search_read',
      {
        domain: [...domain, ['write_date', '>=', '{since}'], ['write_date', '<', '{page.below}'], after],
        specification: spec,
        order: '{page.order}',
        limit: '{page.size}',
        count_limit: 1,
      },
      more,
    ),
    records: 'records',
    page: byWriteDate,
    cursor: written,
    byKey: {
      ...rpc(
        model,
        'web_search_read',
        { domain: [...domain, ['id', '=', '{key|integer}']], specification: spec, limit: 1, count_limit: 1 },
        more,
      ),
      records: 'records',
    },
    ids: {
      call: rpc(model, 'search_read', { domain: [...domain, after], fields: ['id'], order: 'id asc', limit: '{page.size}' }, more),
      records: '',
      page: { kind: 'keyset', size: 1000, key: 'id' },
      key: 'id',
    },
    blindSpots: source.blindSpots ?? [],
  }
}

/** The record's own fields that the hub relies on; everything else may come and go. */
export const record = (required: readonly string[], properties: JsonObject = {}): JsonSchema => ({
  type: 'object',
  required: ['id', 'write_date', ...required],
  properties: { id: { type: 'integer' }, write_date: { type: 'string' }, ...properties },
})

export const one = (document: string, mapping: string, more: Partial<Extract<Part, { document: string }>> = {}): readonly Part[] => [
  { document, mapping: `odoo/${mapping}`, mode: 'replace', identity: { kind: 'origin' }, ...more },
]
