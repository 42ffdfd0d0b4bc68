import { isObject } from '../model/json.ts'
import { fieldOf, itemsOf, requiredOf, type Spot } from './check-schema.ts'
import { type Env, narrowSpot, neverValue, report } from './check-scope.ts'
import { checkStep, targetFault } from './check-step.ts'
import { typeAt } from './check-types.ts'
import { formatSegments, type Segment } from './path.ts'
import type { PushRule } from './program.ts'

/** An object of the target that push rules write into. */
interface Written {
  readonly spot: Spot | undefined
  /** it is there in every document that is valid */
  readonly certain: boolean
  readonly names: Set<string>
  /** path of the object, '' for the whole document */
  readonly path: string
  readonly first: PushRule | undefined
}

/** Checks push rules: where they write, what they write, and the required fields that none of them writes. */
export function checkPush(
  rules: readonly PushRule[],
  env: Env,
  target: Spot | undefined,
  options: { readonly creates: boolean; readonly provided: readonly string[] },
): void {
  const objects = new Map<string, Written>()
  objects.set('', { spot: target, certain: true, names: new Set(), path: '', first: undefined })
  const places = rules.map((rule) => ({ rule, place: walk(rule, env, objects) }))
  for (const { rule, place } of places) {
    const { holder, name, spot } = place
    const isRequired = holder?.spot !== undefined && name !== undefined && requiredOf(holder.spot).includes(name)
    const alone = holder === undefined || (!holder.certain && holder.names.size < 2)
    checkStep(rule.step, env, {
      spot,
      required: options.creates && isRequired && !alone && !(holder?.path === '' && options.provided.includes(name ?? '')),
    })
  }
  if (!options.creates) return
  for (const { spot, names, path, first } of objects.values())
    for (const name of spot === undefined ? [] : requiredOf(spot))
      if (!names.has(name) && !(path === '' && options.provided.includes(name)))
        report(env, spot?.inferred)(
          'E_UNMAPPED',
          first === undefined ? { at: ['push'], part: 'key' } : { at: first.step.at, part: 'key' },
          path === '' ? name : `${path}.${name}`,
          `the target requires '${name}' and no rule writes it`,
          `add a rule for '${path === '' ? '' : `${path}.`}${name}'`,
        )
}

interface PushPlace {
  readonly holder: Written | undefined
  readonly name: string | undefined
  readonly spot: Spot | undefined
}

/** Follows the path of a rule through the target, and writes down what is made on the way. */
function walk(rule: PushRule, env: Env, objects: Map<string, Written>): PushPlace {
  const { segments } = rule.path
  let spot = objects.get('')?.spot
  let holder: Written | undefined
  let certain = true
  for (const [i, segment] of segments.entries()) {
    const path = formatSegments(segments.slice(0, i))
    if (segment.kind === 'name') {
      holder = objects.get(path) ?? { spot, certain, names: new Set(), path, first: rule }
      objects.set(path, holder)
      holder.names.add(segment.name)
      certain &&= spot !== undefined && requiredOf(spot).includes(segment.name)
      spot = fieldSpot(rule, segment.name, path, spot, env)
      continue
    }
    certain = false
    spot = itemSpot(rule, segment, path, spot, env)
    if (segment.kind === 'match') {
      const item = formatSegments(segments.slice(0, i + 1))
      const made = objects.get(item) ?? { spot, certain, names: new Set(), path: item, first: rule }
      made.names.add(segment.name)
      objects.set(item, made)
    }
    holder = undefined
  }
  const last = segments.at(-1)
  return { holder, name: last?.kind === 'name' ? last.name : undefined, spot }
}

function fieldSpot(rule: PushRule, name: string, path: string, spot: Spot | undefined, env: Env): Spot | undefined {
  if (spot === undefined) return undefined
  const found = fieldOf(spot, name)
  if (found.kind === 'found' || found.kind === 'partly') return found.spot
  targetFault(env, rule.step, name, found, spot, path === '' ? 'the target' : `'${path}'`)
  return undefined
}

function itemSpot(
  rule: PushRule,
  segment: Segment & { readonly kind: 'index' | 'match' },
  path: string,
  spot: Spot | undefined,
  env: Env,
): Spot | undefined {
  const item = spot === undefined ? undefined : itemsOf(spot, segment.kind === 'index' ? segment.index : undefined).spot
  if (item === undefined || segment.kind === 'index') return item
  const found = fieldOf(item, segment.name)
  if (found.kind === 'absent' || found.kind === 'unnamed') {
    targetFault(env, rule.step, segment.name, found, item, `'${path}'`)
    return item
  }
  const { values } = typeAt(found.spot, 'always')
  if (values !== undefined && !values.includes(segment.value))
    neverValue({ ...env, rule: rule.step.rule }, segment.name, values, segment.value, item.inferred, { at: rule.step.at })
  return narrowSpot(item, [{ of: '', name: segment.name, values: [segment.value] }])
}

/** Fields that the partner fills in by itself. */
export const isReadOnly = (spot: Spot): boolean =>
  spot.branches.every((branch) => branch.some(({ schema }) => isObject(schema) && schema.readOnly === true))
