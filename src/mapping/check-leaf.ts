import type { Json } from '../model/json.ts'
import { typeOfConstant } from './check-constant.ts'
import { convertType } from './check-convert.ts'
import { computed, describeOf, typeOf, typeOfPath } from './check-expression.ts'
import { type Env, report } from './check-scope.ts'
import { needsOne, type Type, unionOf } from './check-types.ts'
import type { Leaf, Lookup, Step } from './program.ts'

/** The type of what a rule gives for one value: `from -> default -> convert -> lookup -> link`, on push the other way round. */
export function leafType(leaf: Leaf, step: Step, env: Env): Type {
  const origin = originType(leaf, env)
  const value = leaf.default === undefined ? origin : withDefault(leaf.default, origin, step, env)
  const converted = (type: Type): Type => leaf.converts.reduce((before, call) => convertType(call, before, env), type)
  const found = (type: Type): Type => (leaf.lookup === undefined ? type : lookupType(leaf, leaf.lookup, step, type, env))
  if (env.check.mode === 'pull') {
    const type = found(converted(value))
    return leaf.link === undefined ? type : refType(leaf.link, step, type, env)
  }
  return converted(found(leaf.link === undefined ? value : keyType(step, value, env)))
}

function originType(leaf: Leaf, env: Env): Type {
  const { source } = leaf
  if (source.kind === 'value') return typeOfConstant(source.value)
  if (source.kind === 'expr') return typeOf(source.formula.expr, source.formula.at, env)
  const types = source.paths.map(({ path, at }) => ({ at, type: typeOfPath({ op: 'path', path, at: 0 }, at, env) }))
  for (const [i, { type }] of types.entries()) {
    const next = types[i + 1]
    if (type.presence === 'always' && next !== undefined)
      env.check.faults.add(
        'W_DEAD_DEFAULT',
        { at: next.at },
        env.rule,
        `'${type.path ?? ''}' is never missing, '${next.type.path ?? ''}' is never read`,
        'take the paths after it away',
      )
  }
  const [first, ...others] = types.map(({ type }) => type)
  if (first === undefined || others.length === 0) return first ?? { kinds: [], presence: 'unknown' }
  const all = [first, ...others]
  const path = all.map((type) => type.path ?? '').join("', '")
  return { ...unionOf(all), presence: needsOne(all.map(({ presence }) => presence)), path }
}

function withDefault(given: Json, origin: Type, step: Step, env: Env): Type {
  if (origin.presence === 'always')
    env.check.faults.add(
      'W_DEAD_DEFAULT',
      { at: [...step.at, 'default'] },
      env.rule,
      `${origin.path === undefined ? 'the value' : `'${origin.path}'`} is never missing, the default is never used`,
      'take "default" away',
    )
  const other = typeOfConstant(given)
  const path = origin.path === undefined ? {} : { path: origin.path }
  return { ...unionOf([origin, other]), ...path, presence: needsOne([origin.presence, other.presence]) }
}

function lookupType(leaf: Leaf, lookup: Lookup, step: Step, value: Type, env: Env): Type {
  const place = { at: leaf.lookupAt ?? step.at }
  const { presence, inferred } = value
  if (value.kinds.length > 0 && value.kinds.every((kind) => kind === 'list' || kind === 'object'))
    env.check.faults.add(
      'E_TYPE',
      place,
      env.rule,
      `a lookup needs a code, ${named(value)} is ${describeOf(value)}`,
      'name a field that holds the code',
    )
  if (lookup.kind === 'codes') return { kinds: [], presence }
  const table = lookup[env.check.tables]
  const { values } = value
  if (leaf.otherwise === undefined) {
    const gaps = values?.filter((code) => !table.has(code) && !lookup.refused.includes(code)) ?? []
    if (gaps.length > 0)
      report(env, inferred)(
        'E_LOOKUP_GAP',
        place,
        env.rule,
        `lookup '${lookup.name}' has no entry for ${gaps
          .slice(0, 8)
          .map((code) => `'${code}'`)
          .join(', ')}`,
        'add the entries (null where a code is to be refused), or an "else"',
      )
    else if (values === undefined && value.kinds.length > 0)
      env.check.faults.add(
        'W_LOOKUP_OPEN',
        place,
        env.rule,
        `${named(value)} may be any text: values outside the table '${lookup.name}' are rejected at run time`,
        'add an "else"',
      )
  }
  const known = values?.filter((code) => table.has(code)) ?? [...table.keys()]
  const codes = new Set(known.flatMap((code) => table.get(code) ?? []))
  if (leaf.otherwise !== undefined && (values === undefined || known.length < values.length)) codes.add(leaf.otherwise)
  return computed('text', {
    presence,
    values: [...codes],
    ...(inferred ? { inferred } : {}),
    ...(value.path === undefined ? {} : { path: value.path }),
  })
}

const named = (value: Type): string => (value.path === undefined ? 'the value' : `'${value.path}'`)

/** Pull: the ref of an external key. */
function refType(type: string, step: Step, value: Type, env: Env): Type {
  const bad = value.kinds.filter((kind) => kind === 'boolean' || kind === 'list' || kind === 'object')
  if (bad.length > 0 || (value.kinds.length > 0 && value.kinds.every((kind) => kind !== 'text') && (value.scale ?? 0) > 0))
    env.check.faults.add(
      'E_TYPE',
      { at: [...step.at, 'link'] },
      env.rule,
      `a key is text or an integer, ${named(value)} is ${describeOf(value)}`,
      'name the field that holds the key',
    )
  const { presence, inferred, path } = value
  return {
    kinds: ['object'],
    presence,
    fields: { type: [type] },
    ...(inferred ? { inferred } : {}),
    ...(path === undefined ? {} : { path }),
  }
}

/** Push: the external key of a ref or of a hub key. */
function keyType(step: Step, value: Type, env: Env): Type {
  if (value.kinds.length > 0 && !value.kinds.includes('object') && !value.kinds.includes('text'))
    env.check.faults.add(
      'E_TYPE',
      { at: [...step.at, 'link'] },
      env.rule,
      `"link" needs a ref or a key, ${named(value)} is ${describeOf(value)}`,
      'name the ref, or the field that holds the hub key',
    )
  return computed('text', { presence: value.presence, ...(value.path === undefined ? {} : { path: value.path }) })
}
