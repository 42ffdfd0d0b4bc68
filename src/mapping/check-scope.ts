import { type FieldFound, fieldOf, itemsOf, narrowed, type Spot } from './check-schema.ts'
import { type Kind, needsAll, notKnown, type Presence, shortList, type Type, typeAt } from './check-types.ts'
import type { Faults } from './faults.ts'
import type { Expr } from './grammar.ts'
import { nearest } from './nearest.ts'
import { formatPath, formatSegments, type Path, type Segment } from './path.ts'
import type { Formula, Let } from './program.ts'
import { contextFields } from './scope.ts'
import type { Pointer } from './source-text.ts'

/** What holds where a rule runs: of the field `name` in the object `of` (an identity, see {@link Scope}). */
export interface Fact {
  readonly of: string
  readonly name: string
  /** `values`: it is one of these; `not`: none of these; neither: it has a value */
  readonly values?: readonly string[]
  readonly not?: readonly string[]
}

/** A name of `let`, with what it sees; names hide those before them. */
export interface NamedValue {
  readonly name: string
  readonly formula: Formula
  readonly before: NamedValue | undefined
}
export const nameLets = (lets: readonly Let[], before: NamedValue | undefined): NamedValue | undefined =>
  lets.reduce<NamedValue | undefined>((chain, { name, formula }) => ({ name, formula, before: chain }), before)

/** Where paths start: the document, or what the nearest `from`, `each`, `sum` or `count` opened. */
export interface Scope {
  readonly parent: Scope | undefined
  /** identity of the place: two scopes with the same text read the same object */
  readonly base: string
  readonly type: Type
  readonly lets: NamedValue | undefined
  /** position() has a meaning */
  readonly inItem: boolean
}

/** One check of one direction. */
export interface Check {
  readonly faults: Faults
  /** which way converters, lookups and links run */
  readonly mode: 'pull' | 'push'
  /** tables of the file are read as written, or turned round */
  readonly tables: 'forward' | 'back'
  /** types of `let` by name and by what was known there */
  readonly lets: Map<NamedValue, Map<readonly Fact[], Type>>
  /** of rules whose value nothing is known of, by their path: the kinds that the target takes */
  readonly unproven: Map<string, readonly Kind[]>
  /** number of the next item scope */
  items: number
  /** how much more is looked at: names of `let` that use each other many times multiply */
  budget: number
}

/** Whether there is anything left to spend; past it nothing more is known, and the run-time checks remain. */
export const spend = (check: Check): boolean => --check.budget > 0
/** Steps of one check of one direction; the largest shipped mapping needs about a thousand. */
export const stepLimit = 200_000
const maxFacts = 200

/** What a rule sees where more is known. */
export const knowing = (env: Env, facts: readonly Fact[]): Env =>
  facts.length === 0 ? env : { ...env, facts: [...env.facts, ...facts].slice(0, maxFacts) }

/** What an expression or a rule sees. */
export interface Env {
  readonly check: Check
  readonly scope: Scope
  readonly facts: readonly Fact[]
  /** path of the rule */
  readonly rule: string
}

/** A place in the file: a text, and how far into it. */
export interface At {
  readonly at: Pointer
  readonly inText?: number
}

/** The scope a path starts from, and its place there; undefined (with a fault) when `^` leads above the document. */
export function startOf(env: Env, path: Path): Scope | undefined {
  let here: Scope | undefined = env.scope
  if (path.root.kind === 'document') while (here.parent !== undefined) here = here.parent
  if (path.root.kind === 'up') for (let i = 0; i < path.root.levels && here !== undefined; i++) here = here.parent
  return here
}

/** The `let` that a path names; only a bare name can. */
export function letOf(scope: Scope, path: Path): { readonly named: NamedValue; readonly scope: Scope } | undefined {
  const [first] = path.segments
  if (path.root.kind !== 'here' || path.segments.length !== 1 || first?.kind !== 'name') return undefined
  for (let here: Scope | undefined = scope; here !== undefined; here = here.parent)
    for (let named = here.lets; named !== undefined; named = named.before) if (named.name === first.name) return { named, scope: here }
  return undefined
}

/** Identity of the place a path leads to. */
export const keyOf = (base: string, segments: readonly Segment[]): string =>
  segments.length === 0 ? base : `${base}/${formatSegments(segments)}`

/** The type of what a path reads (not of a `let`). Faults when the schema has no such path. */
export function readPath(env: Env, path: Path, place: At): Type {
  if (path.root.kind === 'context') return readContext(env, path, place)
  const start = startOf(env, path)
  if (start === undefined) {
    const levels = path.root.kind === 'up' ? path.root.levels : 0
    env.check.faults.add(
      'E_PATH',
      place,
      env.rule,
      `'^' leads above the document: there are fewer than ${levels} groups around`,
      "take a '^' away, or read from the document with '$.'",
    )
    return notKnown
  }
  let type = start.type
  for (const [i, segment] of path.segments.entries()) type = stepInto(env, start, type, path.segments, i, segment, place)
  return { ...type, path: formatPath(path) }
}

function stepInto(env: Env, start: Scope, type: Type, segments: readonly Segment[], i: number, segment: Segment, place: At): Type {
  const before = segments.slice(0, i)
  const key = keyOf(start.base, before)
  if (segment.kind !== 'name') return itemAt(env, type, segment, whereOf(start, before), place)
  const fact = env.facts.filter((known) => known.of === key)
  if (type.spot === undefined) return settled(typeOfMade(type, segment.name), fact, segment.name)
  const spot = narrowSpot(type.spot, fact)
  const found = fieldOf(spot, segment.name)
  const presence = presenceOf(type.presence, found)
  if (found.kind === 'found') return settled(typeAt(found.spot, presence), fact, segment.name)
  if (found.kind === 'partly') {
    env.check.faults.add(
      'W_UNCHECKED',
      place,
      env.rule,
      `'${segment.name}' is only in some of the shapes that ${whereOf(start, before)} can have`,
      'say in "when" or "where" which shape is meant, like "type == \'card\'"',
    )
    return settled(typeAt(found.spot, presence), fact, segment.name)
  }
  reportAbsent(env, found, segment.name, whereOf(start, before), spot.inferred, place)
  return settled({ ...notKnown, presence, inferred: spot.inferred }, fact, segment.name)
}

const typeOfMade = (type: Type, name: string): Type => {
  const values = type.fields?.[name]
  return values === undefined ? notKnown : { kinds: ['text'], presence: 'always', values }
}

function presenceOf(above: Presence, found: FieldFound): Presence {
  const own = found.kind === 'found' ? (found.optional ? 'maybe missing' : 'always') : found.kind === 'partly' ? 'maybe missing' : 'unknown'
  return needsAll([above === 'maybe blank' ? 'always' : above, own])
}

/** What conditions say of the field, on top of its schema. */
function settled(type: Type, facts: readonly Fact[], name: string): Type {
  let known = type
  for (const fact of facts) {
    if (fact.name !== name) continue
    if (fact.not === undefined) known = { ...known, presence: 'always' }
    const { values } = known
    if (fact.values !== undefined)
      known = { ...known, values: values === undefined ? fact.values : values.filter((value) => fact.values?.includes(value)) }
    else if (fact.not !== undefined && values !== undefined)
      known = { ...known, values: values.filter((value) => !fact.not?.includes(value)) }
  }
  return known
}

/** The branches that what is known of the fields leaves open. */
export function narrowSpot(spot: Spot, facts: readonly Fact[]): Spot {
  if (facts.length === 0 || spot.branches.length < 2) return spot
  return narrowed(spot, (branch) =>
    facts.every(({ name, values, not }) => {
      const field = fieldOf(branch, name)
      if (field.kind === 'absent') return not !== undefined
      if (field.kind !== 'found') return true
      const can = typeAt(field.spot, 'always').values
      if (can === undefined) return true
      return values !== undefined
        ? can.some((value) => values.includes(value))
        : not === undefined || can.some((value) => !not.includes(value))
    }),
  )
}

function itemAt(env: Env, type: Type, segment: Segment & { readonly kind: 'index' | 'match' }, where: string, place: At): Type {
  if (type.spot === undefined) return { ...notKnown, presence: 'maybe missing' }
  const { spot, always } = itemsOf(type.spot, segment.kind === 'index' ? segment.index : undefined)
  const sure = segment.kind === 'index' && always && type.presence === 'always'
  if (spot === undefined) return { ...notKnown, presence: 'maybe missing', inferred: type.spot.inferred }
  if (segment.kind === 'index') return typeAt(spot, sure ? 'always' : 'maybe missing')
  const found = fieldOf(spot, segment.name)
  if (found.kind === 'absent' || found.kind === 'unnamed') reportAbsent(env, found, segment.name, where, spot.inferred, place)
  else {
    const { values } = typeAt(found.spot, 'always')
    if (values !== undefined && !values.includes(segment.value)) neverValue(env, segment.name, values, segment.value, spot.inferred, place)
  }
  return typeAt(narrowSpot(spot, [{ of: '', name: segment.name, values: [segment.value] }]), 'maybe missing')
}

/** E_ENUM: a code that a field is compared with and never has. */
export function neverValue(
  env: Env,
  name: string,
  values: readonly string[],
  value: string,
  inferred: boolean | undefined,
  place: At,
): void {
  const close = nearest(value, values)
  const suggestion = close === undefined ? 'write one of these' : `did you mean '${close}'?`
  report(env, inferred)(
    'E_ENUM',
    place,
    env.rule,
    `'${value}' is never a value of '${name}', which has ${shortList(values, 12)}`,
    suggestion,
  )
}

/** How faults are told: as warnings where the schema was guessed from samples. */
export const report = (env: Env, inferred: boolean | undefined): Faults['add'] => (inferred ? env.check.faults.warn : env.check.faults.add)

const whereOf = (start: Scope, before: readonly Segment[]): string => {
  if (before.length > 0) return `'${formatSegments(before)}'`
  return start.parent === undefined || start.type.path === undefined ? 'the source' : `'${start.type.path}'`
}

function reportAbsent(
  env: Env,
  found: { readonly kind: string; readonly names: readonly string[]; readonly open?: boolean },
  name: string,
  where: string,
  inferred: boolean,
  place: At,
): void {
  const close = nearest(name, found.names)
  const suggestion =
    close !== undefined ? `did you mean '${close}'?` : found.names.length > 0 ? `it has: ${found.names.slice(0, 12).join(', ')}` : undefined
  if (found.kind === 'absent' || (close !== undefined && found.open !== true))
    report(env, inferred)('E_PATH', place, env.rule, `${where} has no '${name}'`, suggestion)
  else env.check.faults.add('W_UNCHECKED', place, env.rule, `the schema of ${where} does not name '${name}'`, suggestion)
}

function readContext(env: Env, path: Path, place: At): Type {
  const [first, ...rest] = path.segments
  const name = first?.kind === 'name' ? first.name : ''
  if (!contextFields.includes(name)) {
    const close = nearest(name, contextFields)
    const suggestion = close === undefined ? undefined : `did you mean '@.${close}'?`
    env.check.faults.add('E_PATH', place, env.rule, `'@.' knows ${contextFields.join(', ')}, not '${name}'`, suggestion)
    return notKnown
  }
  if (name === 'config' || rest.length > 0) return { ...notKnown, path: formatPath(path) }
  const sure = name === 'connection' || name === 'books'
  return { kinds: ['text'], presence: sure ? 'always' : 'maybe missing', path: formatPath(path) }
}

/** The scope that an item of a list, or the object at a path, opens. */
export function openScope(env: Env, type: Type, base: string | undefined, lets: readonly Let[], inItem = env.scope.inItem): Env {
  const known = base ?? `#${env.check.items++}`
  const scope: Scope = {
    parent: env.scope,
    base: known,
    type: { ...type, presence: 'always' },
    lets: nameLets(lets, undefined),
    inItem,
  }
  return { ...env, scope }
}

/** Places in an expression's text. */
export const atExpr = (at: Pointer, expr: Expr): At => ({ at, inText: expr.at })
