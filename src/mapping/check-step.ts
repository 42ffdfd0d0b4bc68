import { assign } from './check-assign.ts'
import { assignConstant } from './check-constant.ts'
import { condition, describeOf, typeOfPath } from './check-expression.ts'
import { factsOf } from './check-facts.ts'
import { leafType } from './check-leaf.ts'
import { fieldOf, itemsOf, requiredOf, type Spot } from './check-schema.ts'
import { type Env, type Fact, keyOf, knowing, nameLets, narrowSpot, openScope, readPath, report, startOf } from './check-scope.ts'
import { codesOf, itemType, needsAll, needsOne, type Presence, type Type, typeAt, unionOf } from './check-types.ts'
import { nearest } from './nearest.ts'
import type { Each, Field, Group, Let, List, Place, Step } from './program.ts'
import type { Pointer } from './source-text.ts'

/** Where a rule writes: what the schema says of the place, and whether it must be filled. */
export interface Target {
  readonly spot: Spot | undefined
  readonly required: boolean
}

/** What a rule gives. */
interface Given {
  readonly presence: Presence
  readonly inferred?: boolean
  /** what may be missing, for people */
  readonly what: string
}

/** Checks one rule and everything below it. Answers how surely it writes something. */
export function checkStep(step: Step, env: Env, target: Target): Presence {
  const here: Env = { ...env, rule: step.rule }
  if (step.when !== undefined) condition(step.when.expr, step.when.at, here)
  const inside = step.when === undefined ? here : knowing(here, factsOf(step.when.expr, true, here))
  const given = checkBody(step, inside, target)
  const presence = step.required ? 'always' : given.presence
  const why =
    step.when !== undefined
      ? 'its condition may not hold'
      : step.onError === 'omit'
        ? '"onError": "omit" may leave it out'
        : presence === 'maybe missing'
          ? given.what
          : undefined
  if (why === undefined) return presence
  if (target.required) requiredFault(step, here, why, given.inferred === true || target.spot?.inferred === true)
  return 'maybe missing'
}

function requiredFault(step: Step, env: Env, why: string, inferred: boolean): void {
  const suggestion =
    step.when !== undefined
      ? 'give a value for the other case too: {"expr": "condition ? a : b"}'
      : step.onError === 'omit'
        ? 'take "onError" away, or set it on a list around'
        : 'add "default", or "missing": "reject"'
  report(env, inferred)('E_REQUIRED', { at: step.at }, env.rule, `required, but ${why}`, suggestion)
}

function checkBody(step: Step, env: Env, target: Target): Given {
  const { body } = step
  if (body.kind === 'each') return checkEach(step, body, env, target.spot)
  if (body.kind === 'list') return checkList(step, body, env, target.spot)
  if (body.kind === 'group') return checkGroup(step, body, env, target.spot)
  if (body.source.kind === 'value') {
    const { value } = body.source
    assignConstant(env, value, target.spot, { at: [...step.at, 'value'] })
    return { presence: value === null || value === '' ? 'maybe missing' : 'always', what: 'the constant is no value' }
  }
  const type = leafType(body, step, env)
  assign(env, type, target.spot, { at: step.at })
  if (type.kinds.length === 0) leaveToRun(env, target.spot)
  if (step.onNull === 'clear' && env.check.mode === 'pull') checkNull(step, env, target.spot)
  const what = type.path === undefined ? 'the expression may have no value' : `'${type.path}' may be missing`
  return { presence: type.presence, what, ...(type.inferred ? { inferred: true } : {}) }
}

/** Where the record has a schema that does not say what stands there, what the target takes is looked at when it runs. */
function leaveToRun(env: Env, target: Spot | undefined): void {
  let root = env.scope
  while (root.parent !== undefined) root = root.parent
  const kinds = typeAt(target, 'always').kinds
  if (root.type.spot === undefined || kinds.length === 0) return
  env.check.unproven.set(env.rule, [...new Set([...(env.check.unproven.get(env.rule) ?? []), ...kinds])])
}

function checkNull(step: Step, env: Env, spot: Spot | undefined): void {
  if (spot === undefined || spot.nullable || typeAt(spot, 'always').kinds.length === 0) return
  env.check.faults.add(
    'E_TYPE',
    { at: [...step.at, 'null'] },
    env.rule,
    'the target does not allow null',
    'take "null" away: no value leaves the field out',
  )
}

/** Reports a rule that writes an object or a list where the target has something else. */
function expectKind(step: Step, env: Env, spot: Spot | undefined, kind: 'object' | 'list'): void {
  if (spot === undefined) return
  const type = typeAt(spot, 'always')
  if (type.kinds.length === 0 || type.kinds.includes(kind)) return
  const suggestion = type.kinds.includes('list')
    ? 'use "each", or {"list": [{"fields": …}]}'
    : type.kinds.includes('object')
      ? 'use "fields"'
      : 'name one value'
  env.check.faults.add(
    'E_TYPE',
    { at: step.at },
    env.rule,
    `the target is ${describeOf(type)}, the rule makes ${kind === 'object' ? 'an object' : 'a list'}`,
    suggestion,
  )
}

function checkGroup(step: Step, group: Group, env: Env, spot: Spot | undefined): Given {
  expectKind(step, env, spot, 'object')
  const [first] = group.from
  const opened = first === undefined ? stay(env, group.lets) : enter(group.from, env, group.lets)
  checkLets(group.lets, opened.env)
  const fields = checkFields(group.fields, opened.env, spot, step.at)
  const presence = needsAll([opened.type.presence, fields])
  const name = opened.type.path
  return {
    presence,
    what: opened.type.presence === presence && name !== undefined ? `'${name}' may be missing` : 'all of its fields may be missing',
    ...(opened.type.inferred ? { inferred: true } : {}),
  }
}

const certain: Type = { kinds: ['object'], presence: 'always' }

function stay(env: Env, lets: readonly Let[]): { readonly env: Env; readonly type: Type } {
  const scope = { ...env.scope, lets: nameLets(lets, env.scope.lets) }
  return { env: lets.length === 0 ? env : { ...env, scope }, type: certain }
}

/** Goes into the object at the first of these paths that has one. */
function enter(from: readonly Place[], env: Env, lets: readonly Let[]): { readonly env: Env; readonly type: Type } {
  const types = from.map(({ path, at }) => {
    const type = readPath(env, path, { at })
    if (type.kinds.length > 0 && !type.kinds.includes('object'))
      env.check.faults.add(
        'E_TYPE',
        { at },
        env.rule,
        `fields are read from an object, '${type.path ?? ''}' is ${describeOf(type)}`,
        type.kinds.includes('list') ? 'use "each" instead of "from"' : 'leave "from" out, and name the path in the field',
      )
    return type
  })
  const [only] = types
  const path = from[0]?.path
  const start = path === undefined || path.root.kind === 'context' ? undefined : startOf(env, path)
  const base = from.length === 1 && path !== undefined && start !== undefined ? keyOf(start.base, path.segments) : undefined
  const type: Type =
    only !== undefined && types.length === 1
      ? only
      : {
          ...unionOf(types),
          presence: needsOne(types.map(({ presence }) => presence)),
          path: types.map((one) => one.path ?? '').join("', '"),
        }
  const spot = type.spot === undefined || base === undefined ? type.spot : narrowSpot(type.spot, factsOn(env, base))
  return { env: openScope(env, spot === undefined ? type : { ...type, spot }, base, lets), type }
}
const factsOn = (env: Env, base: string): readonly Fact[] => env.facts.filter(({ of }) => of === base)

/** Names that nothing uses are checked too. */
export function checkLets(lets: readonly Let[], env: Env): void {
  for (const { name, formula } of lets)
    typeOfPath({ op: 'path', path: { root: { kind: 'here' }, segments: [{ kind: 'name', name }] }, at: 0 }, formula.at, env)
}

/** Checks the rules of an object against the object of the target. Answers how surely one of them writes something. */
export function checkFields(
  fields: readonly Field[],
  env: Env,
  spot: Spot | undefined,
  at: Pointer,
  provided: readonly string[] = [],
): Presence {
  const written = spot === undefined ? undefined : narrowSpot(spot, constantsIn(fields, spot))
  const required = written === undefined ? [] : requiredOf(written)
  const presences = fields.map(({ key, step }) => {
    const field = written === undefined ? undefined : fieldAt(key, step, env, written)
    return checkStep(step, env, { spot: field, required: required.includes(key) && !provided.includes(key) })
  })
  const keys = new Set(fields.map(({ key }) => key))
  // where an overlay took the field away; where nothing did, the rules around it
  const around = at.length === 1 ? at : [...at, 'fields']
  for (const name of required)
    if (!keys.has(name) && !provided.includes(name))
      report(env, written?.inferred)(
        'E_UNMAPPED',
        { at: [...around, name], part: 'key' },
        env.rule === '' ? name : `${env.rule}.${name}`,
        `the target requires '${name}' and no rule writes it`,
        `add a rule for '${name}'`,
      )
  return needsOne(presences)
}

/** Constant codes among the rules, of fields that have a closed list in some shape of the target: they say which shape is meant. */
const constantsIn = (fields: readonly Field[], spot: Spot): readonly Fact[] =>
  fields.flatMap(({ key, step: { body } }) => {
    const value = body.kind === 'leaf' && body.source.kind === 'value' ? body.source.value : undefined
    if (typeof value !== 'string' && typeof value !== 'boolean') return []
    const tells = spot.branches.some((branch) => codesOf({ ...spot, branches: [branch] }, key) !== undefined)
    return tells ? [{ of: '', name: key, values: [String(value)] }] : []
  })

function fieldAt(key: string, step: Step, env: Env, written: Spot): Spot | undefined {
  const found = fieldOf(written, key)
  if (found.kind === 'found' || found.kind === 'partly') return found.spot
  targetFault(env, step, key, found, written)
  return undefined
}

/** E_TARGET, or W_UNCHECKED where the target may have more fields than it names. */
export function targetFault(
  env: Env,
  step: Step,
  key: string,
  found: { readonly kind: 'absent' | 'unnamed'; readonly names: readonly string[]; readonly open?: boolean },
  written: Spot,
  where = 'the target',
): void {
  if (found.kind === 'unnamed' && found.open === true) return
  const close = nearest(key, found.names)
  const suggestion =
    close !== undefined ? `did you mean '${close}'?` : found.names.length > 0 ? `it has: ${found.names.slice(0, 12).join(', ')}` : undefined
  const place = { at: step.at, part: 'key' as const }
  if (found.kind === 'absent' || close !== undefined)
    report(env, written.inferred)('E_TARGET', place, step.rule, `${where} has no '${key}'`, suggestion)
  else
    env.check.faults.add(
      'W_UNCHECKED',
      place,
      step.rule,
      where === 'the target' ? `the schema of the target does not name '${key}'` : `${where} does not name '${key}'`,
      suggestion,
    )
}

function checkEach(step: Step, each: Each, env: Env, spot: Spot | undefined): Given {
  expectKind(step, env, spot, 'list')
  const list = readPath(env, each.from.path, { at: each.from.at })
  if (list.kinds.length > 0 && !list.kinds.includes('list'))
    env.check.faults.add(
      'E_TYPE',
      { at: each.from.at },
      env.rule,
      `'each' needs a list, '${list.path ?? ''}' is ${describeOf(list)}`,
      list.kinds.includes('object') ? 'use "from" with "fields"' : 'use {"list": […]}',
    )
  const opened = openScope(env, itemType(list, itemsPath(list)), undefined, each.lets, true)
  checkLets(each.lets, opened)
  if (each.where !== undefined) condition(each.where.expr, each.where.at, opened)
  const inside = each.where === undefined ? opened : knowing(opened, factsOf(each.where.expr, true, opened))
  if (each.key !== undefined) readPath(inside, each.key.path, { at: each.key.at })
  checkStep(each.item, narrowItem(inside), { spot: spot === undefined ? undefined : itemsOf(spot).spot, required: false })
  return { presence: list.presence, what: `'${list.path ?? ''}' may be missing`, ...(list.inferred ? { inferred: true } : {}) }
}

/** `line_items[]`, for people. */
const itemsPath = (list: Type): string | undefined => (list.path === undefined ? undefined : `${list.path}[]`)

/** The item with the shapes that `where` leaves open. */
function narrowItem(env: Env): Env {
  const { type, base } = env.scope
  if (type.spot === undefined) return env
  return { ...env, scope: { ...env.scope, type: { ...type, spot: narrowSpot(type.spot, factsOn(env, base)) } } }
}

function checkList(step: Step, list: List, env: Env, spot: Spot | undefined): Given {
  expectKind(step, env, spot, 'list')
  const items = spot === undefined ? undefined : itemsOf(spot).spot
  const presences = list.entries.map((entry) =>
    entry.body.kind === 'each' ? checkStep(entry, env, { spot, required: false }) : checkStep(entry, env, { spot: items, required: false }),
  )
  return { presence: needsOne(presences), what: 'all of its entries may be missing' }
}
