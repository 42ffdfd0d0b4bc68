import fc from 'fast-check'
import type { Json, JsonObject, JsonSchema } from '../model/json.ts'
import { chance, type Draw, lists, numbers, objects, one, texts, times } from './random-expression.ts'

/** What both documents of a random mapping say of themselves: little but what must not be shown. */
export const secretSchema: JsonSchema = {
  additionalProperties: true,
  properties: {
    secret: { 'x-sensitive': true },
    hidden: { 'x-sensitive': true },
    o: { $ref: '#' },
    l: { items: { $ref: '#' } },
  },
}

/** A partner's schema that says of most places that text may stand there, among other things. */
export const textSchema: JsonSchema = {
  additionalProperties: true,
  properties: {
    ...Object.fromEntries([...texts, ...times, 'ymd', 'cur', 'n'].map((name) => [name, { type: ['string', 'number', 'boolean', 'null'] }])),
    ...Object.fromEntries(objects.map((name) => [name, { $ref: '#' }])),
    ...Object.fromEntries(lists.map((name) => [name, { items: { $ref: '#' } }])),
  },
}

const decimals = [
  '0',
  '-0',
  '1',
  '12.50',
  '-3.005',
  '0.1',
  '007',
  '9007199254740991',
  '9007199254740993',
  '123456789012345678.9',
  '1.23456',
]
const wild: readonly Json[] = [
  null,
  '',
  'x',
  '12,50',
  '1e3',
  true,
  0,
  -1,
  1.5,
  1e21,
  5e-7,
  [],
  {},
  ['a'],
  [{ n: 1 }],
  { n: '1' },
  'A',
  '__proto__',
]

/** A document of the world: mostly what the names promise, now and then something else. */
export function randomRecord(g: Draw, depth = 3): JsonObject {
  const made: Record<string, Json> = {}
  const put = (names: readonly string[], value: () => Json): void => {
    for (const name of names) if (chance(g, 75)) made[name] = chance(g, 88) ? value() : one<Json>(g, ...wild)
  }
  put(numbers, () => (chance(g, 50) ? one<Json>(g, ...decimals) : one<Json>(g, 0, 1, 2, 0.1, 12.5, -7)))
  put(texts, () => one(g, 'A', 'B', 'zz', 'Zürich 𝒳', 'a &amp; b', 'x, y', '12'))
  put(['b'], () => one<Json>(g, true, false, 'yes', '0', 1))
  put(times, () =>
    one(g, '2026-03-08T02:30:00', '2026-11-01 01:30:00', '2026-11-23T09:30:00Z', '2026-11-23T09:30:00.5+08:00', '2026-11-23'),
  )
  put(['ymd'], () => one<Json>(g, '20261123', 20260230, '20260101'))
  put(['epoch'], () => one<Json>(g, 0, 1_700_000_000, '1700000000'))
  put(['cur'], () => one(g, 'USD', 'JPY', 'KWD', 'XXX'))
  put(['currency'], () => one(g, 'USD', 'JPY'))
  put(['id'], () => g(fc.integer, { min: 1, max: 9 }))
  if (depth <= 0) return made
  put(objects, () => randomRecord(g, depth - 2))
  put(lists, () =>
    Array.from({ length: g(fc.integer, { min: 0, max: 3 }) }, () => (chance(g, 88) ? randomRecord(g, depth - 2) : one<Json>(g, ...wild))),
  )
  return made
}
