import { textOf } from '../mapping/converters.ts'
import {
  absolute,
  add,
  compareExact,
  divide,
  type Exact,
  extreme,
  formatExact,
  type MaybeExact,
  multiply,
  negate,
  percent,
  round,
  subtract,
  toExact,
  zero,
} from '../mapping/exact.ts'
import { type Kind, roundings } from '../mapping/functions.ts'
import type { Expr } from '../mapping/grammar.ts'
import type { Formula } from '../mapping/program.ts'
import { isObject, type Json } from '../model/json.ts'
import { common, hides, kindOf } from './interpret-kinds.ts'
import { type Frame, itemFrame, letOf, type Origin, read, report, type Spot, type State } from './interpret-state.ts'

/** Where an expression is read: in a frame, for a rule; `at` is where it stands in the file. */
export interface Place {
  readonly state: State
  readonly frame: Frame
  readonly spot: Spot
  readonly at: string
}

/** undefined is no value, null one that failed and was reported. */
type Raw = Json | undefined
type Val =
  | { readonly kind: 'raw' | 'text' | 'boolean' | 'integer'; readonly value: Raw; readonly origin: Origin }
  | { readonly kind: 'decimal'; readonly value: MaybeExact; readonly origin: Origin }

const raw = (value: Raw, origin: Origin = {}): Val => ({ kind: 'raw', value, origin })
const text = (value: string | null | undefined): Val => ({ kind: 'text', value, origin: {} })
const truth = (value: boolean): Val => ({ kind: 'boolean', value, origin: {} })
const integer = (value: number): Val => ({ kind: 'integer', value, origin: {} })
const decimal = (value: MaybeExact): Val => ({ kind: 'decimal', value, origin: {} })

/** A value as JSON: a decimal becomes text. */
export const jsonOf = ({ value, kind }: Val): Raw => (kind === 'decimal' ? (value ? formatExact(value) : value) : value)

export const evaluateFormula = ({ expr, at }: Formula, place: Omit<Place, 'at'>): Val => evaluate(expr, { ...place, at: at.join('.') })
export const holds = ({ expr, at }: Formula, place: Omit<Place, 'at'>): boolean => truthOf(expr, { ...place, at: at.join('.') })

export function evaluate(expr: Expr, place: Place): Val {
  switch (expr.op) {
    case 'number':
      return decimal(toExact(expr.value))
    case 'text':
      return text(expr.value)
    case 'boolean':
      return truth(expr.value)
    case 'path': {
      const named = letOf(place.frame, expr.path)
      if (named !== undefined) return evaluateFormula(named.formula, { ...place, frame: named.frame })
      const found = read(place.state, place.frame, expr.path)
      return raw(found.value, found)
    }
    case 'minus':
      return decimal(negate(decimalOf(expr.of, place)))
    case 'not':
      return truth(!truthOf(expr.of, place))
    case 'arithmetic': {
      const a = decimalOf(expr.left, place)
      const b = decimalOf(expr.right, place)
      return decimal(expr.sign === '+' ? add(a, b) : expr.sign === '-' ? subtract(a, b) : multiply(a, b))
    }
    case 'compare':
      return truth(compare(expr, place))
    case 'and':
      return truth(truthOf(expr.left, place) && truthOf(expr.right, place))
    case 'or':
      return truth(truthOf(expr.left, place) || truthOf(expr.right, place))
    case 'else': {
      const kind = common(kindOf(expr.left, place.frame), kindOf(expr.right, place.frame))
      const first = as(kind, expr.left, place)
      const value = first.value === undefined ? as(kind, expr.right, place).value : first.value
      return { kind, value, origin: chosenBy(expr, kind, place) } as Val
    }
    case 'choose': {
      const kind = common(kindOf(expr.yes, place.frame), kindOf(expr.no, place.frame))
      const { value } = as(kind, truthOf(expr.test, place) ? expr.yes : expr.no, place)
      return { kind, value, origin: chosenBy(expr, kind, place) } as Val
    }
    default:
      return call(expr, place)
  }
}

function call(expr: Expr & { readonly op: 'call' }, place: Place): Val {
  const [first, second, third] = expr.args as [Expr, Expr, Expr]
  const { state, spot, frame } = place
  switch (expr.name) {
    case 'has': {
      const { kind, value } = evaluate(first, place)
      return truth(kind === 'boolean' ? value === true : value !== undefined && value !== null)
    }
    case 'position':
      return integer(frame.position ?? 0)
    case 'sum': {
      let total: MaybeExact = zero
      const looked = eachItem(expr, first, place, (item) => {
        const one = decimalOf(second, item)
        if (one !== undefined) total = add(total, one)
      })
      return decimal(looked ? total : null)
    }
    case 'count': {
      let number = 0
      eachItem(expr, first, place, (item) => {
        if (second === undefined || truthOf(second, item)) number++
      })
      return integer(number)
    }
    case 'join': {
      const texts = expr.args.map((arg) => textValue(arg, place))
      if (texts.includes(null)) return text(null)
      const there = texts.slice(1).filter((one) => one !== undefined)
      return text(there.length === 0 ? undefined : there.join(texts[0] ?? undefined))
    }
    case 'text':
      return text(textValue(first, place))
    case 'upper':
    case 'lower': {
      const value = textValue(first, place)
      return text(value && (expr.name === 'upper' ? value.toUpperCase() : value.toLowerCase()))
    }
    case 'cut': {
      const value = textValue(first, place)
      const most = digitsOf(second)
      if (value === null || value === undefined || value.length <= most) return text(value)
      const kept = [...value].reduce(
        (all, character) => (all.length + character.length < most && value.startsWith(all + character) ? all + character : all),
        '',
      )
      return text(`${kept}…`)
    }
    case 'round': {
      const how = third?.op === 'text' ? roundings.find((name) => name === third.value) : undefined
      return decimal(round(decimalOf(first, place), digitsOf(second), how))
    }
    case 'abs':
      return decimal(absolute(decimalOf(first, place)))
    case 'percent':
      return decimal(percent(decimalOf(first, place)))
    case 'min':
    case 'max':
      return decimal(
        extreme(
          expr.name === 'min' ? -1 : 1,
          expr.args.map((arg) => decimalOf(arg, place)),
        ),
      )
    default: {
      const a = decimalOf(first, place)
      const bottom = evaluate(second, place)
      const b = asDecimal(bottom, second, place)
      if (!a || !b) return decimal(a === null || b === null ? null : undefined)
      const problem = { code: 'DECIMAL', expected: 'a divisor other than zero', found: '0' } as const
      return decimal(divide(a, b, digitsOf(third)) ?? report(state, spot, computedBy(expr, place, bottom.origin), problem))
    }
  }
}

const chosenBy = (expr: Expr, kind: Kind, place: Place): Origin => {
  const secret = hides(expr, place)
  return kind === 'raw' ? computedBy(expr, place, { secret }) : { secret }
}

const digitsOf = (expr: Expr): number => (expr.op === 'number' ? Number(expr.value) : 0)
/** Where a value that an expression computes comes from, unless it has a place of its own. */
const computedBy = (expr: Expr, { frame, at }: Place, { steps, ...origin }: Origin = {}): Origin => ({
  ...origin,
  steps: steps ?? [...frame.steps, { mark: `${at} ${expr.at}` }],
})

/** Visits the items of a list; false where there is a value that is no list, or an item that is no object. A missing one has no items. */
function eachItem(of: Expr, list: Expr, place: Place, visit: (item: Place) => void): boolean {
  const { state, frame, spot } = place
  const found = list.op === 'path' ? read(state, frame, list.path) : undefined
  if (found?.value === undefined) return true
  if (!Array.isArray(found.value)) {
    report(state, spot, found, { code: 'TYPE', expected: 'a list', found: found.value })
    return false
  }
  const items: readonly Json[] = found.value
  state.left -= items.length
  if (state.left < 0) {
    report(state, spot, found, { code: 'LIMIT', expected: 'fewer list items in one document' })
    return true
  }
  const objects = state.objectItems.has(of)
  let fit = true
  for (const [i, value] of items.entries()) {
    const item = itemFrame(frame, found, value, i, i + 1)
    if (!objects || isObject(value)) visit({ ...place, frame: item })
    else if (value !== null && value !== '') {
      report(state, spot, item, { code: 'TYPE', expected: 'an object', found: value })
      fit = false
    }
  }
  return fit
}

export const decimalOf = (expr: Expr, place: Place): MaybeExact => asDecimal(evaluate(expr, place), expr, place)

function asDecimal(value: Val, expr: Expr, place: Place): MaybeExact {
  if (value.kind === 'decimal') return value.value
  if (value.value === undefined || value.value === null) return value.value
  if (value.kind === 'integer') return toExact(value.value)
  const problem = { code: 'DECIMAL', expected: 'decimal', found: value.value } as const
  return toExact(value.value) ?? report(place.state, place.spot, computedBy(expr, place, value.origin), problem)
}

/** The value as true or false; no value is false. */
function truthOf(expr: Expr, place: Place): boolean {
  const { value, kind, origin } = evaluate(expr, place)
  if (kind === 'raw' && value !== undefined && value !== null && typeof value !== 'boolean')
    report(place.state, place.spot, computedBy(expr, place, origin), { code: 'TYPE', expected: 'true or false', found: value })
  return value === true
}

function textValue(expr: Expr, place: Place): string | null | undefined {
  const value = evaluate(expr, place)
  if (value.kind === 'decimal') return value.value ? formatExact(value.value) : value.value
  if (value.value === undefined || value.value === null) return value.value
  const problem = { code: 'TYPE', expected: 'text, a number or true/false', found: value.value } as const
  return textOf(value.value) ?? report(place.state, place.spot, computedBy(expr, place, value.origin), problem)
}

function compare({ sign, left, right }: Expr & { readonly op: 'compare' }, place: Place): boolean {
  const a = evaluate(left, place)
  const b = evaluate(right, place)
  const isNumber = ({ kind }: Val): boolean => kind === 'decimal' || kind === 'integer'
  const numbers = isNumber(a) || isNumber(b)
  if (sign === '==' || sign === '!=') {
    const loose = (value: Val): MaybeExact => (value.kind === 'decimal' ? value.value : toExact(value.value))
    const [x, y] = [loose(a), loose(b)]
    const exactly = x && y ? compareExact(x, y) === 0 : false
    return (sign === '==') === (numbers ? exactly : same(jsonOf(a), jsonOf(b), exactly))
  }
  const order = numbers ? orderOf(asDecimal(a, left, place), asDecimal(b, right, place)) : orderRaw(jsonOf(a), jsonOf(b))
  if (order === undefined) return false
  return sign === '<' ? order < 0 : sign === '<=' ? order <= 0 : sign === '>' ? order > 0 : order >= 0
}

/** No value equals nothing; numbers compare by value where one side is a number, else both stand as they are. */
function same(a: Raw, b: Raw, exactly: boolean): boolean {
  if (a === undefined || b === undefined || a === null || b === null) return false
  return a === b || ((typeof a === 'number' || typeof b === 'number') && exactly)
}

const orderOf = (a: MaybeExact, b: MaybeExact): number | undefined => (a && b ? compareExact(a, b) : undefined)
function orderRaw(a: Raw, b: Raw): number | undefined {
  const exact = orderOf(toExact(a), toExact(b))
  if (exact !== undefined || typeof a !== 'string' || typeof b !== 'string') return exact
  return a < b ? -1 : a > b ? 1 : 0
}

function as(kind: Kind, expr: Expr, place: Place): { readonly value: Raw | Exact } {
  const value = evaluate(expr, place)
  if (kind === value.kind) return value
  return { value: kind === 'decimal' ? asDecimal(value, expr, place) : jsonOf(value) }
}
