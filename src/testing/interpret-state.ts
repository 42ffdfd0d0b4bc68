import type { Unproven } from '../mapping/check-types.ts'
import type { Path, Segment } from '../mapping/path.ts'
import type { ObjectItems } from '../mapping/paths-read.ts'
import type { Formula, Let } from '../mapping/program.ts'
import { matches, pointer } from '../mapping/read-place.ts'
import { maxItems, shownValue } from '../mapping/run.ts'
import { type Cursor, conceals, fieldAt, isSensitive, itemsAt } from '../mapping/schema-path.ts'
import type { Choice, MapContext, MapError, MapErrorCode, Note, NoteCode } from '../mapping/types.ts'
import { isObject, type Json } from '../model/json.ts'

/** One run of the interpreter over one document. */
export interface State {
  readonly label: string
  readonly mode: 'pull' | 'push'
  readonly tables: 'forward' | 'back'
  readonly context: MapContext
  /** what the check of the file leaves to the run */
  readonly unproven: Unproven
  readonly objectItems: ObjectItems
  readonly errors: MapError[]
  /** what each of `errors` speaks of */
  readonly inputs: string[]
  readonly notes: Note[]
  readonly choices: Choice[]
  left: number
}

export const newState = (given: Pick<State, 'label' | 'mode' | 'tables' | 'context' | 'unproven' | 'objectItems'>): State => ({
  ...given,
  errors: [],
  inputs: [],
  notes: [],
  choices: [],
  left: maxItems,
})

/** Where paths start: the document, or what a `from`, an `each`, a `sum` or a `count` gave. */
export interface Frame {
  readonly parent: Frame | undefined
  readonly value: Json | undefined
  readonly steps: Steps
  readonly cursor: Cursor | undefined
  readonly secret: boolean
  readonly lets: readonly Let[]
  readonly position: number | undefined
}
/** A place that was read. It is in the document unless there is a mark: the context, or a value that an expression chose or computed there. */
export type Steps = readonly (string | number | Mark)[]
interface Mark {
  readonly mark: string
}

/** A value that was read, and what is known of its place. `undefined`: absent, null or blank. */
export interface Read {
  readonly value: Json | undefined
  /** with null and blank as they stand */
  readonly raw: Json | undefined
  readonly steps?: Steps | undefined
  readonly cursor?: Cursor | undefined
  /** it must not be shown */
  readonly secret: boolean
}
export type Origin = Partial<Pick<Read, 'steps' | 'secret' | 'cursor'>>

/** The rule at work: what errors are reported for. */
export interface Spot {
  readonly rule: string
  readonly to: readonly (string | number)[]
  /** numbers of the list items around, in the result */
  readonly items: readonly number[]
  readonly written: Cursor | undefined
  readonly secret: boolean
}

/** The spot of a field, or of an item, below another. */
export function below(spot: Spot, rule: string, step: string | number): Spot {
  const found = typeof step === 'number' ? undefined : fieldAt(spot.written, step)
  const written = found === undefined ? itemsAt(spot.written) : found.kind === 'found' ? found.cursor : undefined
  const items = typeof step === 'number' ? [...spot.items, step] : spot.items
  return { rule, to: [...spot.to, step], items, written, secret: spot.secret || isSensitive(written) }
}

export function frameOf(frame: Frame, path: Path): Frame {
  let here = frame
  if (path.root.kind === 'document') while (here.parent !== undefined) here = here.parent
  if (path.root.kind === 'up') for (let i = 0; i < path.root.levels && here.parent !== undefined; i++) here = here.parent
  return here
}

/** Reads a path. Own properties only; a step into what has no such thing gives nothing. */
export function read(state: State, frame: Frame, path: Path): Read {
  const { connection, books, organisation, config, zone } = state.context
  const isContext = path.root.kind === 'context'
  const start = frameOf(frame, path)
  let raw: Json | undefined = isContext ? { connection, books, organisation, config, zone } : start.value
  let cursor = isContext ? undefined : start.cursor
  let secret = !isContext && start.secret
  const steps: (string | number | Mark)[] = isContext ? [{ mark: '@' }] : [...start.steps]
  for (const segment of path.segments) {
    steps.push(stepOf(segment, raw))
    raw = stepInto(segment, raw)
    const found = segment.kind === 'name' ? fieldAt(cursor, segment.name) : undefined
    cursor = found === undefined ? itemsAt(cursor) : found.kind === 'found' ? found.cursor : undefined
    secret ||= isSensitive(cursor)
  }
  const value = raw === null || raw === '' ? undefined : raw
  return { value, raw, cursor, secret, steps }
}

function stepInto(segment: Segment, value: Json | undefined): Json | undefined {
  if (segment.kind === 'name') return isObject(value) && Object.hasOwn(value, segment.name) ? value[segment.name] : undefined
  if (!Array.isArray(value)) return undefined
  return segment.kind === 'index' ? value[segment.index] : value.find((item: Json) => matches(item, segment.name, segment.value))
}

function stepOf(segment: Segment, value: Json | undefined): string | number {
  if (segment.kind !== 'match') return segment.kind === 'name' ? segment.name : segment.index
  const at = Array.isArray(value) ? value.findIndex((item: Json) => matches(item, segment.name, segment.value)) : -1
  return at < 0 ? `${segment.name}=${segment.value}` : at
}

/** A name of `let`, and the frame its expression is read in: one that sees the names before it. */
export function letOf(frame: Frame, path: Path): { readonly formula: Formula; readonly frame: Frame } | undefined {
  const [first] = path.segments
  if (path.root.kind !== 'here' || path.segments.length !== 1 || first?.kind !== 'name') return undefined
  for (let here: Frame | undefined = frame; here !== undefined; here = here.parent) {
    const at = here.lets.findLastIndex(({ name }) => name === first.name)
    const found = here.lets[at]
    if (found !== undefined) return { formula: found.formula, frame: { ...here, lets: here.lets.slice(0, at) } }
  }
  return undefined
}

/** The frame of one item of a list that was read. */
export const itemFrame = (parent: Frame, list: Origin, value: Json, at: number, position: number): Frame => ({
  parent,
  value,
  steps: [...(list.steps ?? []), at],
  cursor: itemsAt(list.cursor),
  secret: list.secret === true,
  lets: [],
  position,
})

interface Problem {
  readonly code: MapErrorCode
  readonly expected: string
  readonly found?: Json | undefined
  readonly link?: MapError['link'] & object
  readonly list?: MapError['list'] & object
}
const most = 1_000

/** The pointer to a place in the document. */
const shownPlace = (steps: Steps | undefined): string | undefined =>
  steps?.every((step) => typeof step !== 'object') ? pointer(steps.map(String)) : undefined

/** Reports an error, once for each bad input. */
export function report(state: State, spot: Spot, origin: Origin, problem: Problem): null {
  const { code, expected, found, link, list } = problem
  if (state.errors.length >= most) return null
  const to = pointer(spot.to)
  const from = shownPlace(origin.steps)
  const about = code === 'LOOKUP_MISS' ? `${code} ${expected}` : code === 'LINK_MISSING' ? `${code} ${link?.type}` : ''
  const input = `${about} ${JSON.stringify(origin.steps?.map((step) => (typeof step === 'object' ? step : String(step))) ?? [spot.rule, to])}`
  if (state.inputs.includes(input)) return null
  state.inputs.push(input)
  const secret = spot.secret || origin.secret === true || conceals(origin.cursor)
  const shown = found === undefined ? {} : { found: shownValue(found, secret) }
  const place = from === undefined ? {} : { from }
  state.errors.push({
    code,
    mapping: state.label,
    rule: spot.rule,
    to,
    ...place,
    ...shown,
    expected,
    ...(link === undefined ? {} : { link: secret ? { ...link, ref: '***' } : link }),
    ...(list === undefined || secret ? {} : { list }),
  })
  return null
}

/** Makes notes of the errors since `from`. */
export function skip(state: State, from: number): undefined {
  const skipped = state.errors.slice(from)
  const [first] = skipped
  if (state.notes.length + skipped.length > most && first !== undefined) {
    state.errors.splice(from, skipped.length, { ...first, code: 'LIMIT', expected: `at most ${most} errors left out` })
    return undefined
  }
  state.errors.length = from
  state.inputs.length = from
  for (const error of skipped) {
    const { rule, to, from: at } = error
    const message = `left out: ${error.code}${at === undefined ? '' : ` at ${at}`}, expected ${error.expected}`
    state.notes.push({ code: 'ERROR_SKIPPED', rule, to, message, ...(at === undefined ? {} : { from: at }), error })
  }
  return undefined
}

const heard: Readonly<Partial<Record<NoteCode, (found: string) => string>>> = {
  ZONE_GAP: (found) => `the zone skips ${found} (clocks go forward); read with the offset before the change`,
  ZONE_OVERLAP: (found) => `the zone has ${found} twice (clocks go back); the earlier one is taken`,
  AMOUNT_SCALE: (found) => `${found} has more decimals than its currency (ISO 4217); kept as it is`,
}

/** Writes down what a converter noticed, once for each input. */
export function remark(state: State, spot: Spot, origin: Origin, code: NoteCode, found: Json): void {
  const from = shownPlace(origin.steps)
  if (state.notes.length >= most || (from !== undefined && state.notes.some((note) => note.code === code && note.from === from))) return
  const message = heard[code]?.(`'${shownValue(found, spot.secret || origin.secret === true)}'`) ?? code
  state.notes.push({ code, rule: spot.rule, to: pointer(spot.to), message, ...(from === undefined ? {} : { from }) })
}
