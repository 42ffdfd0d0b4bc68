import { describeKinds, type Kind } from '../mapping/check-types.ts'
import { converters } from '../mapping/converters.ts'
import type { ConvertCall, Leaf, Lookup, Place as PathPlace } from '../mapping/program.ts'
import { shownValue } from '../mapping/run.ts'
import type { Choice, Listener, NoteCode } from '../mapping/types.ts'
import { isObject, type Json } from '../model/json.ts'
import { evaluateFormula, jsonOf } from './interpret-expression.ts'
import { secretly } from './interpret-kinds.ts'
import { type Frame, letOf, type Origin, type Read, read, remark, report, type Spot, type State } from './interpret-state.ts'

/** The first of several that has a value. */
export function first(state: State, reads: readonly Read[], spot: Spot): Read | undefined {
  const at = reads.findIndex((one) => one.value !== undefined)
  if (at > 0) choose(state, spot, at)
  return reads[at] ?? reads[0]
}

/** Where the one of several comes from. */
export const originOf = (reads: readonly Read[], found: Read | undefined): Origin => ({
  steps: found?.steps,
  cursor: reads.length === 1 ? found?.cursor : undefined,
  secret: reads.some((one) => one.secret),
})

const choose = (state: State, { rule, items: at }: Spot, branch: Choice['branch']): number =>
  state.choices.push({ rule, items: at, branch })

/** A value: from where, default, converters, lookup, link; in a push the other way round. */
export function leaf(state: State, of: Leaf, frame: Frame, spot: Spot, clears: boolean): Json | undefined {
  if (of.source.kind === 'value') return of.source.value
  let { made, origin } = source(state, of, frame, spot, clears && state.mode === 'pull')
  if (made === undefined && of.default !== undefined) {
    choose(state, spot, 'default')
    made = of.default
  }
  const steps = [
    () => {
      for (const call of of.converts) made = given(made, (one) => convert(state, call, one, origin, frame, spot))
    },
    () => {
      if (of.lookup !== undefined) made = given(made, (one) => look(state, of, of.lookup as Lookup, one, origin, spot))
    },
    () => {
      if (of.link !== undefined) made = given(made, (one) => link(state, of.link as string, one, origin, spot))
    },
  ]
  for (const step of state.mode === 'pull' ? steps : steps.reverse()) step()
  const kinds = state.unproven.get(spot.rule)
  if (kinds !== undefined && !kinds.some((kind) => isOf(kind, made)))
    made = given(made, (one) => report(state, spot, origin, { code: 'TYPE', expected: describeKinds(kinds), found: one }))
  return made === undefined && clears && state.mode === 'push' ? null : made
}

function isOf(kind: Kind, value: Json | undefined): boolean {
  if (kind === 'list') return Array.isArray(value)
  if (kind === 'object') return isObject(value)
  if (kind === 'integer') return Number.isInteger(value)
  return typeof value === (kind === 'boolean' || kind === 'number' ? kind : 'string')
}

const given = (value: Json | undefined, make: (value: Json) => Json): Json | undefined =>
  value === undefined || value === null ? value : make(value)

function source(state: State, of: Leaf, frame: Frame, spot: Spot, keepNull: boolean): { made: Json | undefined; origin: Origin } {
  if (of.source.kind === 'expr') {
    const { formula } = of.source
    const found = evaluateFormula(formula, { state, frame, spot })
    return { made: jsonOf(found), origin: { ...found.origin, secret: secretly(formula.expr, state, frame) } }
  }
  const paths = of.source.kind === 'paths' ? of.source.paths : []
  const reads = paths.map(({ path, at }): Read => {
    if (letOf(frame, path) === undefined) return read(state, frame, path)
    const expr = { op: 'path', path, at: 0 } as const
    const found = evaluateFormula({ expr, at }, { state, frame, spot })
    const raw = jsonOf(found)
    return { ...found.origin, value: raw, raw: raw ?? '', secret: secretly(expr, state, frame) }
  })
  if (keepNull && reads[0]?.raw === null) return { made: null, origin: {} }
  const found = first(state, reads, spot)
  return { made: found?.value, origin: originOf(reads, found) }
}

function convert(state: State, call: ConvertCall, found: Json, origin: Origin, frame: Frame, spot: Spot): Json {
  const converter = converters.get(call.name)
  if (converter === undefined) throw new Error(`no converter ${call.name}`)
  const named = (given: PathPlace | string | undefined): string | undefined => {
    const one = typeof given === 'object' ? read(state, frame, given.path).value : given
    return typeof one === 'string' ? one : undefined
  }
  const listener: Listener = { heard: undefined }
  const argument = call.digits === undefined ? named(call.currency) : String(call.digits)
  const made = converter[state.mode](found, argument, named(call.zone), listener)
  const expected = call.digits === undefined ? converter.expected : `${converter.expected}(${call.digits})`
  const result = made ?? report(state, spot, origin, { code: converter.code, expected, found })
  if (listener.heard !== undefined) remark(state, spot, origin, listener.heard as NoteCode, found)
  return result
}

function look(state: State, of: Leaf, lookup: Lookup, found: Json, origin: Origin, spot: Spot): Json {
  const codes = lookup.kind === 'table' ? undefined : state.context.codes(lookup.name)
  const table =
    lookup.kind === 'table'
      ? [...lookup[state.tables]]
      : [...(codes ?? [])].map(([app, hub]) => (state.mode === 'pull' ? [app, hub] : [hub, app]))
  const key = typeof found === 'object' ? undefined : String(found)
  const entry = table.find(([from]) => from === key)
  if (entry?.[1] !== undefined) return entry[1]
  if (of.otherwise !== undefined) {
    choose(state, spot, 'else')
    return of.otherwise
  }
  const known = lookup.kind === 'table' && table.length > 0 && table.length <= 12 ? `: ${table.map(([from]) => from).join(', ')}` : ''
  const expected = shownValue(`a code of ${lookup.kind === 'table' ? 'lookup' : 'code list'} '${lookup.name}'${known}`, false)
  const list = lookup.kind === 'codes' && typeof found !== 'object' ? { list: { kind: lookup.name, code: String(found) } } : {}
  return report(state, spot, origin, { code: 'LOOKUP_MISS', expected, found, ...list })
}

function link(state: State, type: string, found: Json, origin: Origin, spot: Spot): Json {
  const { connection } = state.context
  if (state.mode === 'pull') {
    const isKey = typeof found === 'string' || Number.isSafeInteger(found)
    return isKey
      ? { type, connection, externalKey: String(found) }
      : report(state, spot, origin, { code: 'TYPE', expected: 'a key: text or an integer', found })
  }
  const own = isObject(found) && found.connection === connection && typeof found.externalKey === 'string' ? found.externalKey : undefined
  const expected = `a link of this ${type} at the connection`
  return (
    own ??
    state.context.link?.(type, found) ??
    report(state, spot, origin, { code: 'LINK_MISSING', expected, found, link: { type, ref: found } })
  )
}
