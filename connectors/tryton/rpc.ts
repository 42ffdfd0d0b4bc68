import type { Call, Stream } from '../../src/connector/types.ts'
import type { Json, JsonSchema } from '../../src/model/json.ts'
import { datetime, moment } from './codec.ts'

const context = { company: '{config.company}', language: 'en' }

/** One remote procedure call; the context always comes last. */
export const rpc = (method: string, params: readonly Json[], more: Record<string, Json> = {}): Call => ({
  method: 'POST',
  path: '/{config.database}/',
  name: method,
  json: { id: 1, method, params: [...params, { ...context, ...more }] },
})

/** A stored row that was written or made since: write_date is null until the first update. `also` names other dates that count. */
const changedSince = (also: readonly string[]): readonly Json[] => [
  'OR',
  ...['write_date', 'create_date', ...also].map((field) => [[field, '>=', '{since}']]),
]

interface Source {
  readonly title: string
  readonly model: string
  readonly domain?: readonly Json[]
  readonly fields: readonly string[]
  readonly schema: JsonSchema
  readonly alsoDates?: readonly string[]
  readonly blindSpots: readonly string[]
}

/** A stream of one model, read by change date in pages of 100, ordered by id: rows may enter the window while it is read, none leaves it. */
export function changes(source: Source): Omit<Stream, 'parts'> {
  const fields = [...source.fields, 'write_date', 'create_date']
  return {
    title: source.title,
    schema: { ...source.schema, required: [...(source.schema.required as readonly string[]), 'create_date'] },
    key: 'id',
    version: { kind: 'time', paths: ['write_date', 'create_date'], zone: null, granularityMs: 0 },
    call: rpc(`model.${source.model}.search_read`, [
      [...(source.domain ?? []), changedSince(source.alsoDates ?? [])],
      '{page.offset}',
      '{page.size}',
      [['id', 'ASC']],
      fields,
    ]),
    records: 'result',
    page: { kind: 'offset', size: 100 },
    cursor: {
      paths: ['write_date', 'create_date'],
      format: { encode: datetime, decode: moment },
      zone: null,
      order: 'none',
      lookbackMs: 120_000,
      first: '1970-01-01T00:00:00.000Z',
    },
    byKey: {
      ...rpc(`model.${source.model}.search_read`, [[['id', '=', '{key|integer}'], ...(source.domain ?? [])], 0, 1, null, fields]),
      records: 'result',
    },
    blindSpots: source.blindSpots,
  }
}

/** The record's own fields that the hub relies on; everything else may come and go. */
export const record = (required: readonly string[], properties: Record<string, Json> = {}): JsonSchema => ({
  type: 'object',
  required: ['id', ...required],
  properties: { id: { type: 'integer' }, write_date: { type: ['string', 'null'] }, create_date: { type: 'string' }, ...properties },
})
