import { unprovenIn } from '../mapping/check.ts'
import type { Each, Field, Group, List, Program, Step } from '../mapping/program.ts'
import { readProgram } from '../mapping/read-program.ts'
import { conceals, cursorAt, cursorOf, isSensitive } from '../mapping/schema-path.ts'
import type { CompileOptions, MapContext, MapResult } from '../mapping/types.ts'
import { writePush } from '../mapping/write-path.ts'
import { DecimalError } from '../model/decimal.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { holds } from './interpret-expression.ts'
import { first, leaf, originOf } from './interpret-leaf.ts'
import { below, type Frame, itemFrame, letOf, newState, type Origin, read, report, type Spot, type State, skip } from './interpret-state.ts'

/**
 * The mapping language as docs/mapping.md tells it, by a plain walk over the parsed file: the oracle that generated code is compared with. It
 * shares the parser and the kernels (decimals, times, converters) with the compiler, and nothing of what makes or runs code.
 */
export interface Interpreter {
  readonly pull: (record: Json, context: MapContext) => MapResult
  /** with the rules of `push` */
  readonly push: (document: Json, context: MapContext, base?: Json) => MapResult
}

/** @throws Error for a text that is no mapping file */
export function interpreter(file: string, options: Omit<CompileOptions, 'file'> = {}): Interpreter {
  const read = readProgram(file, { ...options, file: 'file' })
  if ('unread' in read || read.faults.failed())
    throw new Error(`no mapping: ${JSON.stringify('unread' in read ? read.unread : read.faults.list())}`)
  const { program } = read
  const { sourceSchema, targetSchema, schemas } = read.options
  const [app, hub] = [cursorAt(sourceSchema, schemas), cursorAt(targetSchema, schemas)]
  const unproven = unprovenIn(program, read.faults, read.options)
  const forward = program.direction === 'push'
  const label = `${program.id}@${program.version}`
  return {
    pull: (record, context) => {
      const state = newState({ label, mode: 'pull', tables: 'forward', context, objectItems: program.objectItems, unproven })
      const root = { ...rootFrame(record, program), cursor: app }
      const spot: Spot = { rule: '', to: [], items: [], written: hub, secret: false }
      return ended(state, () => object(state, program.fields, root, spot) ?? {})
    },
    push: (document, context, base) => {
      const state = newState({
        label,
        mode: 'push',
        tables: forward ? 'forward' : 'back',
        context,
        objectItems: program.objectItems,
        unproven,
      })
      const root = { ...rootFrame(document, program), cursor: forward ? app : hub }
      const written = forward ? hub : app
      return ended(state, () => {
        const values = program.push.map(({ path, step }) => {
          const to = path.segments.map((one) =>
            one.kind === 'name' ? one.name : one.kind === 'index' ? one.index : `${one.name}=${one.value}`,
          )
          const secret = path.segments.some((_, i) => isSensitive(cursorOf(written, path.segments.slice(0, i + 1))))
          return value(state, step, root, { rule: step.rule, to, items: [], written: cursorOf(written, path.segments), secret })
        })
        return state.errors.length > 0 ? {} : writePush(program.push, values, base)
      })
    },
  }
}

const rootFrame = (document: Json, { lets }: Program): Omit<Frame, 'cursor'> => ({
  parent: undefined,
  value: document,
  steps: [],
  secret: false,
  lets,
  position: undefined,
})

function ended(state: State, run: () => Json): MapResult {
  let made: Json = null
  try {
    made = run()
  } catch (error) {
    if (!(error instanceof DecimalError)) throw error
    state.errors.push({ code: 'LIMIT', mapping: state.label, rule: '', to: '', expected: 'numbers of at most 200 digits' })
  }
  const { errors, notes, choices } = state
  if (errors.length > 0) return { ok: false, errors }
  return { ok: true, value: made as JsonObject, notes, ...(state.mode === 'pull' ? { choices } : {}) }
}

/** What one rule gives: undefined for no value, null also for one that failed. */
function value(state: State, step: Step, frame: Frame, spot: Spot): Json | undefined {
  const before = state.errors.length
  const made = conditional(state, step, frame, spot, () => required(state, step, frame, spot, body(state, step, frame, spot)))
  return step.onError === 'omit' && state.errors.length > before ? skip(state, before) : made
}

function conditional<T>(state: State, { when }: Step, frame: Frame, spot: Spot, make: () => T): T | undefined {
  return when === undefined || holds(when, { state, frame, spot }) ? make() : undefined
}

function required(state: State, step: Step, frame: Frame, spot: Spot, made: Json | undefined): Json | undefined {
  if (!step.required || made !== undefined) return made
  const { body: of } = step
  const places =
    of.kind === 'leaf'
      ? of.source.kind === 'paths'
        ? of.source.paths
        : []
      : of.kind === 'group'
        ? of.from
        : of.kind === 'each'
          ? [of.from]
          : []
  const [only, more] = places
  const named = only !== undefined && of.kind === 'leaf' && letOf(frame, only.path) !== undefined
  const origin = only === undefined || more !== undefined || named ? {} : read(state, frame, only.path)
  return report(state, spot, origin, { code: 'MISSING', expected: 'a value' })
}

function body(state: State, step: Step, frame: Frame, spot: Spot): Json | undefined {
  const of = step.body
  if (of.kind === 'leaf') return leaf(state, of, frame, spot, step.onNull === 'clear')
  if (of.kind === 'group') return group(state, of, frame, spot, step.onNull === 'clear')
  if (of.kind === 'list') return list(state, of, frame, spot)
  const made: Json[] = []
  return items(state, of, frame, spot, made, step.onError === 'skipItem') ? made : undefined
}

function object(state: State, fields: readonly Field[], frame: Frame, spot: Spot): Json | undefined {
  const made: Record<string, Json> = {}
  for (const { key, step } of fields) {
    const one = value(state, step, frame, below(spot, step.rule, key))
    if (one !== undefined) made[key] = one
  }
  return Object.keys(made).length === 0 ? undefined : made
}

function group(state: State, of: Group, frame: Frame, spot: Spot, clears: boolean): Json | undefined {
  if (of.from.length === 0) return object(state, of.fields, { ...frame, lets: [...frame.lets, ...of.lets] }, spot)
  const reads = of.from.map(({ path }) => read(state, frame, path))
  if (clears && state.mode === 'pull' && reads[0]?.raw === null) return null
  const found = first(state, reads, spot)
  const origin = originOf(reads, found)
  const inside = { steps: origin.steps ?? [], cursor: origin.cursor, secret: origin.secret === true }
  let made: Json | undefined
  if (isObject(found?.value))
    made = object(state, of.fields, { ...inside, value: found.value, parent: frame, lets: of.lets, position: frame.position }, spot)
  else if (found?.value !== undefined)
    made = report(state, spot, hiding(origin, spot), { code: 'TYPE', expected: 'an object', found: found.value })
  return made === undefined && clears && state.mode === 'push' ? null : made
}

/** What is no object or list where one is wanted may be anything. */
const hiding = (origin: Origin, { written }: Spot): Origin => (conceals(written) ? { ...origin, secret: true } : origin)

/** Adds what the items of a list become; false where there is no list. */
function items(state: State, of: Each, frame: Frame, spot: Spot, into: Json[], skipping: boolean): boolean {
  const found = read(state, frame, of.from.path)
  if (found.value === undefined) return false
  if (!Array.isArray(found.value)) report(state, spot, hiding(found, spot), { code: 'TYPE', expected: 'a list', found: found.value })
  else {
    const list: readonly Json[] = found.value
    state.left -= list.length
    if (state.left < 0) report(state, spot, found, { code: 'LIMIT', expected: 'fewer list items in one document' })
    else
      for (const [i, item] of list.entries()) {
        const before = state.errors.length
        const inner = { ...itemFrame(frame, found, item, i, into.length + 1), lets: of.lets }
        const at = below(spot, of.item.rule, into.length)
        if (state.objectItems.has(of) && !isObject(item)) {
          if (item === null || item === '') continue
          report(state, at, hiding(inner, at), { code: 'TYPE', expected: 'an object', found: item })
          if (skipping && state.errors.length > before) skip(state, before)
          else into.push(null)
          continue
        }
        const passes = of.where === undefined || holds(of.where, { state, frame: inner, spot: { ...at, rule: spot.rule } })
        const made = passes ? value(state, of.item, inner, at) : undefined
        if (skipping && state.errors.length > before) skip(state, before)
        else if (made !== undefined) into.push(made)
      }
  }
  return true
}

function list(state: State, { entries }: List, frame: Frame, spot: Spot): Json | undefined {
  const made: Json[] = []
  let isThere = false
  for (const entry of entries) {
    if (entry.body.kind !== 'each') {
      const one = value(state, entry, frame, below(spot, entry.rule, made.length))
      if (one !== undefined) made.push(one)
      continue
    }
    const { body: each, onError } = entry
    const [before, length] = [state.errors.length, made.length]
    const wasThere: boolean = isThere
    const here = { ...spot, rule: entry.rule }
    conditional(state, entry, frame, here, () => {
      if (items(state, each, frame, here, made, onError === 'skipItem')) isThere = true
      else required(state, entry, frame, here, undefined)
    })
    if (onError !== 'omit' || state.errors.length === before) continue
    skip(state, before)
    made.length = length
    isThere = wasThere
  }
  return isThere || made.length > 0 ? made : undefined
}
