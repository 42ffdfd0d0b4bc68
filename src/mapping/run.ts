import type { Json } from '../model/json.ts'
import type { ComparedList } from './differences.ts'
import { missingLink } from './missing-link.ts'
import { type AbsoluteStep, pointer, readPlace } from './read-place.ts'
import type { Choice, MapContext, MapError, MapErrorCode, Note, NoteCode } from './types.ts'

/** What is known before running about a place where something can go wrong. */
export interface Site {
  readonly code: MapErrorCode
  readonly rule: string
  /** null: the number of the item in the list that is written */
  readonly to: readonly (string | null)[]
  readonly from?: readonly AbsoluteStep[]
  readonly expected: string
  readonly sensitive: boolean
  readonly linkType?: string
  /** kind of the code list that has to have the code */
  readonly list?: string
}

/** What a run is asked to keep besides its result. */
export interface RunOptions {
  /** for each list, the places in the source its items came from */
  readonly keep?: boolean
  readonly choices?: boolean
}

/** One run over one document. Everything exceptional is made when it first happens. */
export interface Run {
  readonly mapping: string
  readonly document: Json
  readonly context: MapContext
  readonly sites: readonly Site[]
  readonly errors: MapError[]
  /** which bad inputs `errors` speak of, in the same order */
  readonly inputs: string[]
  readonly notes: Note[]
  /** what the last converter noticed; taken by {@link note} */
  heard: NoteCode | undefined
  /** list items that may still be visited */
  left: number
  /** code lists turned round, once a run */
  inverted: Map<string, ReadonlyMap<string, string> | undefined> | undefined
  readonly kept: Map<readonly Json[], readonly number[]> | undefined
  readonly choices: Choice[] | undefined
  /** a comparison of two documents met what it cannot say */
  astray: boolean
  /** how the list that is compared now compared before */
  compared: ComparedList | undefined
}

/** Most list items one run visits, all lists together. */
export const maxItems = 2_000_000
const maxErrors = 1_000
const maxShown = 200

export const createRun = (mapping: string, document: Json, context: MapContext, sites: readonly Site[], options: RunOptions): Run => ({
  mapping,
  document,
  context,
  sites,
  errors: [],
  inputs: [],
  notes: [],
  heard: undefined,
  left: maxItems,
  inverted: undefined,
  kept: options.keep === true ? new Map() : undefined,
  choices: options.choices === true ? [] : undefined,
  astray: false,
  compared: undefined,
})

/** What stood there, short; never a sensitive value. */
export function shownValue(value: unknown, sensitive: boolean): string {
  if (sensitive) return '***'
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
}

/** Reports an error, once for each bad input. Its answer, null, marks a value as failed so that nothing else complains of it. */
export function fail(run: Run, site: number, found: unknown, items: readonly number[], outs: readonly number[]): null {
  const at = run.sites[site]
  if (at === undefined || run.errors.length >= maxErrors) return null
  const to = toPointer(at.to, outs)
  const place = at.from && readPlace(run, at.from, items)
  const from = place?.pointer
  const split = at.code === 'LOOKUP_MISS' || at.code === 'LINK_MISSING' ? `${at.code} ${at.linkType ?? at.expected} ` : ''
  const input = `${split}${place?.key ?? `${at.rule} ${to}`}`
  if (run.inputs.includes(input)) return null
  run.inputs.push(input)
  run.errors.push({
    code: at.code,
    mapping: run.mapping,
    rule: at.rule,
    to,
    ...(from === undefined ? {} : { from }),
    ...(found === undefined ? {} : { found: shownValue(found, at.sensitive) }),
    expected: at.expected,
    ...(at.linkType === undefined || at.code !== 'LINK_MISSING' ? {} : { link: missingLink(at.linkType, found as Json, at.sensitive) }),
    ...(at.list === undefined || at.sensitive || typeof found === 'object' ? {} : { list: { kind: at.list, code: String(found) } }),
  })
  return null
}

/** Turns the errors from number `from` on into notes: what they are about is left out. Its answer is no value. */
export function skip(run: Run, from: number): undefined {
  const skipped = run.errors.slice(from)
  if (run.notes.length + skipped.length > maxErrors) {
    const [first] = skipped
    if (first !== undefined)
      run.errors.splice(from, skipped.length, { ...first, code: 'LIMIT', expected: `at most ${maxErrors} errors left out` })
    return undefined
  }
  run.errors.length = from
  run.inputs.length = from
  for (const error of skipped) {
    const { rule, to } = error
    const where = error.from === undefined ? '' : ` at ${error.from}`
    const message = `left out: ${error.code}${where}, expected ${error.expected}`
    run.notes.push({ code: 'ERROR_SKIPPED', rule, to, message, ...(error.from === undefined ? {} : { from: error.from }), error })
  }
  return undefined
}

const heardTexts: Readonly<Partial<Record<NoteCode, (found: string) => string>>> = {
  ZONE_GAP: (found) => `the zone skips ${found} (clocks go forward); read with the offset before the change`,
  ZONE_OVERLAP: (found) => `the zone has ${found} twice (clocks go back); the earlier one is taken`,
  AMOUNT_SCALE: (found) => `${found} has more decimals than its currency (ISO 4217); kept as it is`,
}

/** Writes down what the last converter noticed, once for each input. */
export function note(run: Run, site: number, found: unknown, items: readonly number[], outs: readonly number[]): void {
  const code = run.heard
  run.heard = undefined
  const at = run.sites[site]
  if (code === undefined || at === undefined || run.notes.length >= maxErrors) return
  const to = toPointer(at.to, outs)
  const from = at.from && readPlace(run, at.from, items)?.pointer
  if (from !== undefined && run.notes.some((known) => known.code === code && known.from === from)) return
  const message = heardTexts[code]?.(`'${shownValue(found, at.sensitive)}'`) ?? code
  run.notes.push({ code, rule: at.rule, to, message, ...(from === undefined ? {} : { from }) })
}

/** Writes down an exceptional choice; its answer is what was chosen. */
export function chose<T>(run: Run, rule: string, branch: Choice['branch'], items: readonly number[], value: T): T {
  run.choices?.push({ rule, items, branch })
  return value
}

function toPointer(to: readonly (string | null)[], outs: readonly number[]): string {
  let next = 0
  return pointer(to.map((step) => step ?? outs[next++] ?? 0))
}
