import { currencyDigits } from '../../model/decimal.ts'
import type { Json } from '../../model/json.ts'
import { toUtc } from '../times.ts'
import { isUnitCode, unitOf } from './units.ts'

/**
 * What every value of a field is. A time is told apart by how a converter must read it: `utc` with an offset, `wall` without one, `date`, `ymd`, `seconds` and `millis`;
 * `foreign` is a time no converter reads. A number may at once be a code, an id and an amount: names decide that.
 */
export interface Form {
  /** nothing but null, blanks and empty lists */
  readonly empty: boolean
  readonly boolean: boolean
  /** an exact decimal, number or text */
  readonly decimal: boolean
  /** a decimal without a point */
  readonly integer: boolean
  /** JSON numbers, not text */
  readonly number: boolean
  readonly time: TimeForm | undefined
  readonly currency: boolean
  readonly country: boolean
  readonly unit: boolean
  readonly gtin: boolean
  readonly email: boolean
  readonly phone: boolean
  readonly url: boolean
  /** texts, numbers or true/false, no objects and lists */
  readonly scalar: boolean
}
export type TimeForm = 'utc' | 'wall' | 'date' | 'ymd' | 'seconds' | 'millis' | 'foreign'

const decimal = /^-?\d{1,30}(\.\d{1,20})?$/
const foreign = /^(\w{3}, \d{1,2} \w{3} \d{4} |\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}|\/Date\(|\d{4}年)/

/** Form of the values of one field; nulls and blanks do not count. */
export function formOf(values: readonly Json[]): Form {
  const there = values.filter((value) => value !== null && value !== '')
  const texts = there.map((value) => (typeof value === 'string' ? value.trim() : typeof value === 'object' ? '' : String(value)))
  const all = (test: (text: string) => boolean): boolean => texts.length > 0 && texts.every(test)
  const isText = there.every((value) => typeof value === 'string')
  const isDecimal = all((text) => decimal.test(text)) && !there.some((value) => typeof value === 'boolean')
  return {
    empty: there.length === 0,
    boolean: all((text) => text === 'true' || text === 'false'),
    decimal: isDecimal,
    integer: isDecimal && all((text) => !text.includes('.')),
    number: there.length > 0 && there.every((value) => typeof value === 'number'),
    time: timeForm(texts),
    currency: isText && all((text) => currencyDigits(text) !== undefined),
    country: isText && all((text) => /^[A-Z]{2}$/.test(text)),
    unit: isText && all((text) => isUnitCode(text) || unitOf(text) !== undefined),
    gtin: all(isGtin),
    email: all((text) => /^[^\s@]{1,64}@[^\s@]{3,250}$/.test(text)),
    phone: all((text) => /^[+(]?\d[\d ()./*-]{4,22}$/.test(text)),
    url: all((text) => /^https?:\/\//.test(text)),
    scalar: there.every((value) => typeof value !== 'object'),
  }
}

function timeForm(texts: readonly string[]): TimeForm | undefined {
  let found: TimeForm | undefined
  for (const text of texts) {
    const one = timeFormOf(text)
    if (one === undefined || (found !== undefined && found !== one)) return undefined
    found = one
  }
  return found
}

function timeFormOf(text: string): TimeForm | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return toUtc(`${text}T00:00:00Z`, undefined) === null ? undefined : 'date'
  if (/^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(text)) return 'ymd'
  if (/^1\d{9}$/.test(text)) return 'seconds'
  if (/^1\d{12}$/.test(text)) return 'millis'
  if (/^\d{4}-\d\d-\d\d[T ]/.test(text)) {
    if (toUtc(text, undefined) !== null) return 'utc'
    return toUtc(text, 'UTC') === null ? undefined : 'wall'
  }
  return foreign.test(text) ? 'foreign' : undefined
}

/** GS1 check digit of a number of 8, 12, 13 or 14 digits (GS1 General Specifications, section 7.9). */
function isGtin(text: string): boolean {
  if (!/^(\d{8}|\d{12,14})$/.test(text)) return false
  let sum = 0
  for (let i = 0; i < text.length - 1; i++) sum += Number(text[text.length - 2 - i]) * (i % 2 === 0 ? 3 : 1)
  return (10 - (sum % 10)) % 10 === Number(text.at(-1))
}

/** The word for a form in a report. */
export function nameOfForm(form: Form): string {
  if (form.empty) return 'empty'
  if (form.time !== undefined && !form.integer) return form.time === 'date' ? 'date' : 'time'
  for (const name of ['boolean', 'currency', 'country', 'gtin', 'integer', 'decimal', 'email', 'url'] as const) if (form[name]) return name
  return form.scalar ? 'text' : 'object'
}
