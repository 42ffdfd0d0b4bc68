import type { Rounding } from '../model/decimal.ts'

/** Type of a value while a mapping is compiled: `raw` is any JSON value, known only when it is read. */
export type Kind = 'raw' | 'decimal' | 'integer' | 'text' | 'boolean'

export interface FunctionInfo {
  readonly least: number
  readonly most: number
  readonly usage: string
  readonly gives: Kind
}

/** Longest argument list. */
const many = 20

/** The closed list of functions of the expression grammar. */
export const functions: ReadonlyMap<string, FunctionInfo> = new Map<string, FunctionInfo>([
  ['sum', { least: 2, most: 2, usage: 'sum(list, expression over one item)', gives: 'decimal' }],
  ['count', { least: 1, most: 2, usage: 'count(list) or count(list, condition over one item)', gives: 'integer' }],
  ['join', { least: 2, most: many, usage: "join('separator', value, …)", gives: 'text' }],
  ['has', { least: 1, most: 1, usage: 'has(path)', gives: 'boolean' }],
  ['position', { least: 0, most: 0, usage: 'position(), the number of the item in the list, from 1', gives: 'integer' }],
  ['round', { least: 2, most: 3, usage: "round(number, digits) or round(number, digits, 'down')", gives: 'decimal' }],
  ['div', { least: 3, most: 3, usage: 'div(number, number, digits)', gives: 'decimal' }],
  ['abs', { least: 1, most: 1, usage: 'abs(number)', gives: 'decimal' }],
  ['percent', { least: 1, most: 1, usage: 'percent(fraction)', gives: 'decimal' }],
  ['min', { least: 1, most: many, usage: 'min(number, …)', gives: 'decimal' }],
  ['max', { least: 1, most: many, usage: 'max(number, …)', gives: 'decimal' }],
  ['upper', { least: 1, most: 1, usage: 'upper(text)', gives: 'text' }],
  ['lower', { least: 1, most: 1, usage: 'lower(text)', gives: 'text' }],
  ['cut', { least: 2, most: 2, usage: 'cut(text, characters)', gives: 'text' }],
  ['text', { least: 1, most: 1, usage: 'text(value)', gives: 'text' }],
])

/** Most digits that `round` and `div` keep. */
export const maxDigits = 12

/** Most characters that `cut` keeps. */
export const maxCut = 10_000

/** How `round` drops digits; `half-up`, half away from zero, when it does not say. */
export const roundings: readonly Rounding[] = ['half-up', 'half-even', 'down']
