import type { Json } from '../model/json.ts'
import { converters } from './converters.ts'
import { equalJson } from './equal.ts'
import { type Frame, frameOf, readFrom, removeFrom, writeTo } from './frames.ts'
import { missingLink } from './missing-link.ts'
import { formatSegments, type Path } from './path.ts'
import type { ConvertCall, Leaf, Place, Step } from './program.ts'
import { type Put, stepsOf, type Wanted } from './put.ts'
import { pointer } from './read-place.ts'
import type { StepPlan } from './reverse.ts'
import { externalKey, listBack, lookUp, shownValue } from './runtime.ts'
import { allowsType, type Cursor } from './schema-path.ts'
import { offsetIn } from './times.ts'
import type { MapErrorCode } from './types.ts'
import { copy, type Draft, readAt } from './write-path.ts'

/** Writes one changed field back by the right inverse of its rule. */
export function putLeaf(put: Put, step: Step, leaf: Leaf, plan: StepPlan, wanted: Wanted, frame: Frame): void {
  const { source } = leaf
  if (source.kind === 'value') {
    if (wanted.value !== undefined && !equalJson(wanted.value, source.value))
      refuse(put, step, plan, wanted, () => '', 'CONSTANT_CHANGED', `the constant ${shownValue(source.value, false)}`)
    return
  }
  const { paths = [] } = plan
  const [first] = paths
  const path = (paths.length > 1 ? paths.find((candidate) => hasValue(readFrom(frame, candidate))) : undefined) ?? first
  if (path === undefined) return
  if (wanted.value === undefined) {
    if (readFrom(frame, path) === undefined) return
    if (step.onNull !== 'clear' && allowsType(plan.cursor, 'null')) writeTo(frame, path, null)
    else removeFrom(frame, path)
    return
  }
  if (wanted.value === null && step.onNull === 'clear') {
    writeTo(frame, first ?? path, null)
    return
  }
  const value = backwards(put, step, leaf, plan, wanted, frame, path)
  if (value !== undefined) writeTo(frame, path, copy(fitting(value, frame, path, plan.cursor)))
}

const hasValue = (value: Draft | undefined): boolean => value !== undefined && value !== null && value !== ''

/** link, lookup and converters of a pull rule, backwards; undefined after an error. */
function backwards(put: Put, step: Step, leaf: Leaf, plan: StepPlan, wanted: Wanted, frame: Frame, path: Path): Json | undefined {
  const to = (): string => `${frameOf(frame, path).pointer()}/${formatSegments(path.segments)}`
  let value = wanted.value
  if (value === undefined) return undefined
  if (leaf.link !== undefined) {
    const key = externalKey(put.context, leaf.link, value)
    if (key === undefined) {
      refuse(put, step, plan, wanted, to, 'LINK_MISSING', `a link of this ${leaf.link} at the connection`, { type: leaf.link, ref: value })
      return undefined
    }
    value = key
  }
  if (leaf.lookup !== undefined) {
    const { lookup } = leaf
    const code = lookUp(lookup.kind === 'table' ? lookup.back : listBack(put.context, lookup.name), value)
    if (code === undefined) {
      const expected =
        leaf.otherwise !== undefined && equalJson(value, leaf.otherwise)
          ? `a code of '${lookup.name}'; '${leaf.otherwise}' stands for every unknown code`
          : `a code of '${lookup.name}'`
      refuse(put, step, plan, wanted, to, leaf.otherwise === undefined ? 'LOOKUP_MISS' : 'NO_WAY_BACK', expected)
      return undefined
    }
    value = code
  }
  for (let i = leaf.converts.length - 1; i >= 0; i--) {
    const call = leaf.converts[i]
    if (call === undefined) continue
    const converter = converters.get(call.name)
    const result: Json | null | undefined = converter?.back(value, argumentOf(put, call, frame), zoneOf(put, call, frame, path))
    if (result === null || result === undefined) {
      refuse(put, step, plan, wanted, to, 'NO_WAY_BACK', `a value that '${call.name}' can give`)
      return undefined
    }
    value = result
  }
  return value
}

/** The zone of the rule; an instant without one keeps the offset that the partner wrote, which a `date` of the same field may read. */
const zoneOf = (put: Put, call: ConvertCall, frame: Frame, path: Path): string | undefined =>
  call.name === 'utc' && call.zone === undefined ? offsetIn(readFrom(frame, path)) : textAt(put, call.zone, frame)

const argumentOf = (put: Put, call: ConvertCall, frame: Frame): string | undefined =>
  call.digits === undefined ? textAt(put, call.currency, frame) : String(call.digits)

function textAt(put: Put, given: Place | string | undefined, frame: Frame): string | undefined {
  if (given === undefined || typeof given === 'string') return given
  const { context } = put
  const open = {
    connection: context.connection,
    books: context.books,
    organisation: context.organisation ?? null,
    config: context.config,
    zone: context.zone ?? null,
  }
  const found = given.path.root.kind === 'context' ? readAt(copy(open), given.path.segments) : readFrom(frame, given.path)
  return typeof found === 'string' ? found : undefined
}

/** The value in the type the partner uses: by its schema, else as the base had it. */
function fitting(value: Json, frame: Frame, path: Path, cursor: Cursor | undefined): Json {
  if (typeof value === 'string' && allowsType(cursor, 'string')) return value
  const old = readFrom(frame, path)
  const says = (type: string): boolean => allowsType(cursor, type)
  const wantsNumber = says('number') || says('integer') || (cursor === undefined && typeof old === 'number')
  if (typeof value === 'string' && wantsNumber) {
    const number = converters.get('number')?.pull(value, undefined, undefined)
    return typeof number === 'number' ? number : value
  }
  if (typeof value === 'boolean' && ((says('string') && !says('boolean')) || (cursor === undefined && typeof old === 'string')))
    return old === 'yes' || old === 'no' ? (value ? 'yes' : 'no') : String(value)
  return value
}

function refuse(
  put: Put,
  step: Step,
  plan: StepPlan,
  wanted: Wanted,
  to: () => string,
  code: MapErrorCode,
  expected: string,
  link?: { readonly type: string; readonly ref: Json },
): void {
  put.errors.push({
    code,
    mapping: put.parts.label,
    rule: step.rule,
    to: to(),
    from: pointer(stepsOf(wanted)),
    found: shownValue(wanted.value, plan.sensitive ?? false),
    expected,
    ...(link === undefined ? {} : { link: missingLink(link.type, link.ref, plan.sensitive ?? false) }),
  })
}
