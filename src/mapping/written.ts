import { isObject, type Json } from '../model/json.ts'
import type { Path, Segment } from './path.ts'
import type { Place, Program, Step } from './program.ts'
import type { StepPlan } from './reverse.ts'

type PlaceStep = Segment | { readonly kind: 'item' }

/** A rule that writes into the partner's document. */
export interface WrittenRule {
  readonly rule: string
  /** where, from the root of that document */
  readonly path: readonly PlaceStep[]
  /** derived from the rule that reads it: what it writes comes from the hub's field of the rule's own path */
  readonly derived: boolean
}

interface Scope {
  readonly parent: Scope | undefined
  readonly base: readonly PlaceStep[]
}

/** Every rule that a push writes with; none for direction `pull`. */
export function writtenRules(program: Program, plans: ReadonlyMap<Step, StepPlan>): readonly WrittenRule[] {
  const found: WrittenRule[] = []
  for (const { step } of program.direction === 'both' ? program.fields : []) derived(step, { parent: undefined, base: [] }, plans, found)
  for (const { path, step } of program.push) own(step, path.segments, found)
  return found
}

function derived(step: Step, scope: Scope, plans: ReadonlyMap<Step, StepPlan>, found: WrittenRule[]): void {
  const plan = plans.get(step)
  const { body, rule } = step
  if (plan === undefined || plan.class === 'pull-only' || body.kind === 'list') return
  if (body.kind === 'leaf') for (const path of plan.paths ?? []) found.push({ rule, path: absolute(scope, path), derived: true })
  else if (body.kind === 'each')
    derived(body.item, { parent: scope, base: [...absolute(scope, body.from.path), { kind: 'item' }] }, plans, found)
  else {
    const inside = (place: Place): Scope => ({ parent: scope, base: absolute(scope, place.path) })
    for (const inner of body.from.length === 0 ? [scope] : body.from.map(inside))
      for (const field of body.fields) derived(field.step, inner, plans, found)
  }
}

function absolute(scope: Scope, { root, segments }: Path): readonly PlaceStep[] {
  let here = scope
  for (let levels = root.kind === 'up' ? root.levels : root.kind === 'document' ? Number.POSITIVE_INFINITY : 0; levels > 0; levels--) {
    if (here.parent === undefined) break
    here = here.parent
  }
  return [...here.base, ...segments]
}

function own(step: Step, path: readonly PlaceStep[], found: WrittenRule[]): void {
  const { body, rule } = step
  if (body.kind === 'leaf') found.push({ rule, path, derived: false })
  else if (body.kind === 'each') own(body.item, [...path, { kind: 'item' }], found)
  else if (body.kind === 'list') for (const entry of body.entries) own(entry, [...path, { kind: 'item' }], found)
  else for (const { key, step: field } of body.fields) own(field, [...path, { kind: 'name', name: key }], found)
}

/** The rule that wrote a value of the partner's `document`: the one whose place is nearest around it. `steps`: names and numbers from the root to the value. */
export function writerOf(rules: readonly WrittenRule[], document: Json, steps: readonly (string | number)[]): WrittenRule | undefined {
  let best: WrittenRule | undefined
  for (const one of rules) if ((best === undefined || one.path.length > best.path.length) && leadsTo(one.path, document, steps)) best = one
  return best
}

function leadsTo(path: readonly PlaceStep[], document: Json, steps: readonly (string | number)[]): boolean {
  let here: Json | undefined = document
  for (const [i, step] of path.entries()) {
    const at = steps[i]
    // the code by which an item is found was written with it
    if (i === steps.length - 1 && at === codeOf(path[i - 1])) return true
    if (at === undefined || !fits(step, here, at)) return false
    here = childOf(here, at)
  }
  return true
}

const codeOf = (step: PlaceStep | undefined): string | undefined => (step?.kind === 'match' ? step.name : undefined)
const childOf = (value: Json | undefined, at: string | number): Json | undefined =>
  Array.isArray(value) ? value[Number(at)] : isObject(value) && Object.hasOwn(value, at) ? value[at] : undefined

function fits(step: PlaceStep, here: Json | undefined, at: string | number): boolean {
  if (step.kind === 'name') return at === step.name
  if (typeof at !== 'number') return false
  return step.kind === 'item' || (step.kind === 'index' ? at === step.index : childOf(childOf(here, at), step.name) === step.value)
}
