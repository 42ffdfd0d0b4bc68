import fc from 'fast-check'
import type { Rule, RuleOrPath } from '../mapping/types.ts'
import type { Json } from '../model/json.ts'
import {
  anything,
  chance,
  type Draw,
  inList,
  lists,
  named,
  numbers,
  numeric,
  objects,
  one,
  path,
  texts,
  textual,
  times,
  truth,
  type World,
} from './random-expression.ts'

function lets(g: Draw, world: World): { readonly given: Readonly<Record<string, string>> | undefined; readonly world: World } {
  if (!chance(g, 30)) return { given: undefined, world }
  const given: Record<string, string> = {}
  let inside = world
  for (let i = g(fc.integer, { min: 1, max: 3 }); i > 0; i--) {
    const kind = one(g, 'number', 'number', 'text', 'truth', 'raw')
    const name = kind === 'number' ? one(g, 'x', 'net', 'n') : one(g, 'x', 'y', 'z')
    const lookable = inside.lets.filter((known) => known.name !== name)
    const here: World = { ...inside, lets: lookable }
    given[name] =
      kind === 'number'
        ? numeric(g, here, 2)
        : kind === 'text'
          ? `join('', ${textual(g, here, 1)})`
          : kind === 'truth'
            ? truth(g, here, 1)
            : path(g, here, anything)
    inside = { ...inside, lets: [...lookable, { name, kind }] }
  }
  return { given, world: inside }
}

const zones = ['America/New_York', 'Asia/Shanghai', 'UTC', '@.zone', '@.config.timeZone', '@.config.none']
/** Chains of converters, and the names they mostly fit. */
const chains: readonly (readonly [readonly string[], readonly string[], boolean?])[] = [
  [['text'], anything],
  [['number'], numbers],
  [['decimal'], numbers],
  [['decimal:2'], numbers],
  [['decimal:0'], numbers],
  [['amount'], numbers],
  [['amount:cur'], numbers],
  [["amount:'JPY'"], numbers],
  [['abs', 'negate'], numbers],
  [['negate', 'decimal:4'], numbers],
  [['boolean'], ['b', 't']],
  [['lower', 'upper'], texts],
  [['html'], texts],
  [['text', 'lower'], numbers],
  [['list'], texts],
  [['utc'], times, true],
  [['local'], times, true],
  [['date'], times, true],
  [['utc', 'date'], times, true],
  [['date'], times],
  [['utc'], times],
  [['ymd'], ['ymd']],
  [['seconds'], ['epoch']],
  [['millis'], ['epoch']],
]

function leaf(g: Draw, world: World): RuleOrPath {
  const more: { -readonly [K in keyof Rule]: Rule[K] } = {}
  if (chance(g, 20)) more.default = one<Json>(g, 'A', '7', 7, '2026-03-08', null, '')
  const origin = one(g, 'path', 'path', 'paths', 'value', 'number', 'text', 'truth', 'context', 'named')
  if (origin === 'value') return { value: one<Json>(g, 'EA', 1, 0.5, null, '', [1, { a: null }], { t: 'x' }) }
  if (origin === 'number') more.expr = numeric(g, world, 3)
  else if (origin === 'text') more.expr = textual(g, world, 2)
  else if (origin === 'truth') more.expr = truth(g, world, 2)
  else if (origin === 'context') more.from = one(g, '@.books', '@.connection', '@.organisation', '@.config.warehouse', '@.config.toString')
  else if (origin === 'named' && world.lets.length > 0) more.from = one(g, ...world.lets).name
  const isPath = more.expr === undefined && more.from === undefined
  const chain = isPath && chance(g, 60) ? one(g, ...chains) : undefined
  if (origin === 'number' && chance(g, 30)) more.convert = one(g, 'decimal:2', 'text', 'number', 'amount')
  const names = chain?.[1] ?? anything
  if (isPath)
    more.from =
      origin === 'paths'
        ? [path(g, world, names), named(g, world, 'raw') ?? path(g, world, names), path(g, world, names)]
        : path(g, world, names)
  if (chain !== undefined) more.convert = chain[0]
  if (chain?.[2] === true) more.zone = one(g, ...zones)
  if (origin !== 'truth' && origin !== 'named' && chance(g, 15)) {
    more.lookup = one(g, 'table', 'unit', 'colour')
    if (chance(g, 50)) more.else = 'other'
  }
  if (isPath && chain === undefined && chance(g, 20)) more.link = one(g, 'party', 'product')
  if (more.from !== undefined && chance(g, 10)) more.null = 'clear'
  return typeof more.from === 'string' && Object.keys(more).length === 1 && chance(g, 50) ? more.from : more
}

function body(g: Draw, world: World): RuleOrPath {
  const kind = world.depth <= 0 ? 'leaf' : one(g, 'leaf', 'leaf', 'leaf', 'group', 'here', 'each', 'each', 'list', 'part')
  const deeper: World = { ...world, depth: world.depth - 1 }
  if (kind === 'here') {
    const { given, world: inside } = lets(g, deeper)
    return { ...(given && { let: given }), fields: fields(g, inside) }
  }
  if (kind === 'group') {
    const from = one<string | readonly string[]>(g, path(g, world, objects), [path(g, world, objects), path(g, world, objects)])
    const { given, world: inside } = lets(g, { ...deeper, levels: world.levels + 1 })
    return { from, ...(given && { let: given }), ...(chance(g, 15) && { null: 'clear' as const }), fields: fields(g, inside) }
  }
  if (kind === 'part') return { from: path(g, world, objects), use: 'part', ...(chance(g, 50) && { fields: { t: 't' } }) }
  if (kind === 'list') return { list: Array.from({ length: g(fc.integer, { min: 1, max: 3 }) }, () => rule(g, deeper)) }
  if (kind !== 'each') return leaf(g, world)
  const { given, world: inside } = lets(g, inList(deeper))
  const keyed = world.mode === 'both' && chance(g, 60) ? { key: 'id', fields: { ...fields(g, inside), key: 'id' } } : undefined
  const made = keyed ?? (chance(g, 60) ? { fields: fields(g, inside) } : { item: rule(g, inside) })
  return { each: path(g, world, lists), ...(given && { let: given }), ...(chance(g, 40) && { where: truth(g, inside, 1) }), ...made }
}

/** One rule, with conditions and policies. */
function rule(g: Draw, world: World): RuleOrPath {
  const made = body(g, world)
  if (typeof made === 'string') return made
  const omits = chance(g, 12)
  return {
    ...made,
    ...(chance(g, 20) && { when: truth(g, world, 2) }),
    ...(omits ? { onError: 'omit' as const } : chance(g, 8) && { missing: 'reject' as const }),
    ...(!omits && made.each !== undefined && chance(g, 30) && { onError: 'skipItem' as const }),
  }
}

function fields(g: Draw, world: World): Record<string, RuleOrPath> {
  const made: Record<string, RuleOrPath> = {}
  for (let i = g(fc.integer, { min: 1, max: 3 }); i > 0; i--) made[one(g, 'a', 'b', 'c', 'odd key', 'hidden', 'valueOf')] = rule(g, world)
  return made
}

/** The text of a mapping file over the world; nearly always one without faults. */
export function randomMapping(g: Draw, mode: World['mode']): string {
  const { given, world } = lets(g, { mode, depth: 3, levels: 0, inItem: false, lets: [] })
  const targets = ['a', 'b', 'o.a', "l[code='A'].t", "l[code='B']", 'k[0].t', "['odd key']"]
  const rules =
    mode !== 'push' ? { fields: fields(g, world) } : { push: Object.fromEntries([1, 2, 3].map(() => [one(g, ...targets), rule(g, world)])) }
  return JSON.stringify({
    mapping: 'random',
    version: '1',
    source: 'app',
    target: 'hub',
    direction: mode,
    lookups: { table: { A: 'x', B: 'y', 12: 'z' } },
    parts: { part: { t: 'code', n: { from: 'n', convert: 'decimal' }, d: { expr: 'div(n, m - m, 2)', onError: 'omit' } } },
    ...(given && { let: given }),
    ...rules,
  })
}
