import { add, subtract } from '../model/decimal.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { changesOf, decimalOf, isSame, type ValueChange } from './compare.ts'
import type { FieldFacts } from './field-facts.ts'
import type { MapError } from './types.ts'

/** What two versions of a mapping made of some records. Every list has an end, however many records there are. */
export interface CompareReport {
  readonly compared: number
  readonly different: number
  readonly rules: readonly RuleDifference[]
  /** single values beyond the rules that are listed */
  readonly more: number
  readonly newErrors: readonly ErrorDifference[]
  readonly goneErrors: readonly ErrorDifference[]
  readonly money: readonly MoneyDifference[]
}

/** The single values that one rule makes, and in which records they differ. */
export interface RuleDifference {
  readonly rule: string
  readonly changed: number
  readonly added: number
  readonly removed: number
  readonly examples: readonly Example[]
}
export interface Example {
  readonly envelope: string
  readonly path: string
  /** null: there was none */
  readonly before: Json
  /** null: there is none */
  readonly after: Json
}

/** An error that only one version gives, in so many records. */
export interface ErrorDifference {
  readonly code: string
  readonly rule: string
  readonly expected: string
  readonly count: number
  readonly examples: readonly { readonly envelope: string; readonly to: string; readonly found: string | null }[]
}

/** Sums of one money field in one currency over the records in which it differs. */
export interface MoneyDifference {
  readonly path: string
  readonly currency: string
  readonly count: number
  readonly before: string
  readonly after: string
  readonly delta: string
}

export type Outcome = { readonly value: JsonObject } | { readonly errors: readonly OutcomeError[] }
export type OutcomeError = Pick<MapError, 'rule' | 'to' | 'found' | 'expected'> & { readonly code: string }

export const maxRules = 500
const maxErrors = 200
const maxMoney = 500
const maxExamples = 3
const maxShown = 200
const hidden = '***'

export const emptyReport: CompareReport = { compared: 0, different: 0, rules: [], more: 0, newErrors: [], goneErrors: [], money: [] }

export interface Comparison {
  readonly add: (envelope: string, before: Outcome, after: Outcome) => void
  readonly report: () => CompareReport
}

/** Collects what differs. `facts`: what is known of the field a rule writes; what is sensitive is never shown. */
export function openComparison(facts: (rule: string) => FieldFacts, tolerance?: string): Comparison {
  let report: CompareReport = emptyReport
  return {
    add: (envelope, before, after) => {
      report = mergeReports(report, compareOne(envelope, before, after, facts, tolerance))
    },
    report: () => report,
  }
}

function compareOne(
  envelope: string,
  before: Outcome,
  after: Outcome,
  facts: (rule: string) => FieldFacts,
  tolerance: string | undefined,
): CompareReport {
  const [old, now] = ['errors' in before ? before.errors : [], 'errors' in after ? after.errors : []]
  const newErrors = onlyIn(now, old).map((error) => errorOf(envelope, error, facts))
  const goneErrors = onlyIn(old, now).map((error) => errorOf(envelope, error, facts))
  const changes = 'value' in before && 'value' in after ? [...changesOf(before.value, after.value, tolerance)] : []
  const rules = changes.filter((change) => !isSame(change.before, change.after, tolerance)).map((change) => ruleOf(envelope, change, facts))
  const money = changes.filter(({ rule }) => facts(rule).amount).flatMap(moneyOf)
  const different = rules.length + newErrors.length + goneErrors.length > 0 ? 1 : 0
  return mergeReports(emptyReport, { compared: 1, different, rules, more: 0, newErrors, goneErrors, money })
}

/** Errors of one list that the other does not have, each code and rule once. */
const onlyIn = (these: readonly OutcomeError[], those: readonly OutcomeError[]): readonly OutcomeError[] => {
  const known = new Set(those.map(errorName))
  return these.filter(
    (error, index) => !known.has(errorName(error)) && these.findIndex((one) => errorName(one) === errorName(error)) === index,
  )
}
const errorName = ({ code, rule }: { readonly code: string; readonly rule: string }): string => `${code} ${rule}`

const errorOf = (envelope: string, error: OutcomeError, facts: (rule: string) => FieldFacts): ErrorDifference => ({
  code: error.code,
  rule: error.rule,
  expected: error.expected,
  count: 1,
  examples: [{ envelope, to: error.to, found: error.found === undefined ? null : facts(error.rule).sensitive ? hidden : error.found }],
})

function ruleOf(envelope: string, { rule, path, before, after }: ValueChange, facts: (rule: string) => FieldFacts): RuleDifference {
  const shown = (value: Json | undefined): Json => (value === undefined ? null : facts(rule).sensitive ? hidden : short(value))
  return {
    rule,
    changed: before !== undefined && after !== undefined ? 1 : 0,
    added: before === undefined ? 1 : 0,
    removed: after === undefined ? 1 : 0,
    examples: [{ envelope, path, before: shown(before), after: shown(after) }],
  }
}

const short = (value: Json): Json => (typeof value === 'string' && value.length > maxShown ? `${value.slice(0, maxShown)}…` : value)

/** What a change moves: in one currency, or out of one and into another. */
function moneyOf({ rule, before, after, currency }: ValueChange): readonly MoneyDifference[] {
  const [old, now] = [decimalOf(before) ?? '0', decimalOf(after) ?? '0']
  const one = (name: string, from: string, to: string): MoneyDifference => ({
    path: rule,
    currency: name,
    count: 1,
    before: from,
    after: to,
    delta: subtract(to, from),
  })
  if (before === undefined) return [one(currency.after, '0', now)]
  if (after === undefined) return [one(currency.before, old, '0')]
  return currency.before === currency.after
    ? [one(currency.after, old, now)]
    : [one(currency.before, old, '0'), one(currency.after, '0', now)]
}

/** The report of all the records of two reports. */
export function mergeReports(a: CompareReport, b: CompareReport): CompareReport {
  const rules = merged(a.rules, b.rules, ({ rule }) => rule, addRules)
  const left = rules.slice(maxRules).reduce((sum, { changed, added, removed }) => sum + changed + added + removed, 0)
  return {
    compared: a.compared + b.compared,
    different: a.different + b.different,
    rules: rules.slice(0, maxRules),
    more: a.more + b.more + left,
    newErrors: merged(a.newErrors, b.newErrors, errorName, addErrors).slice(0, maxErrors),
    goneErrors: merged(a.goneErrors, b.goneErrors, errorName, addErrors).slice(0, maxErrors),
    money: merged(a.money, b.money, ({ path, currency }) => `${currency} ${path}`, addMoney).slice(0, maxMoney),
  }
}

function merged<T>(a: readonly T[], b: readonly T[], nameOf: (one: T) => string, both: (a: T, b: T) => T): readonly T[] {
  if (b.length === 0) return a
  const found = new Map(a.map((one) => [nameOf(one), one]))
  for (const one of b) {
    const name = nameOf(one)
    const known = found.get(name)
    found.set(name, known === undefined ? one : both(known, one))
  }
  return [...found.values()]
}

const addRules = (a: RuleDifference, b: RuleDifference): RuleDifference => ({
  rule: a.rule,
  changed: a.changed + b.changed,
  added: a.added + b.added,
  removed: a.removed + b.removed,
  examples: [...a.examples, ...b.examples].slice(0, maxExamples),
})
const addErrors = (a: ErrorDifference, b: ErrorDifference): ErrorDifference => ({
  ...a,
  count: a.count + b.count,
  examples: [...a.examples, ...b.examples].slice(0, maxExamples),
})
const addMoney = (a: MoneyDifference, b: MoneyDifference): MoneyDifference => ({
  ...a,
  count: a.count + b.count,
  before: add(a.before, b.before),
  after: add(a.after, b.after),
  delta: add(a.delta, b.delta),
})
