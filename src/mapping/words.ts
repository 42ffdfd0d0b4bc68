/** What a converter takes and gives, for people: docs/mapping.md and the schema that editors read are made of it. */
export interface ConverterWords {
  /** with an argument: `decimal:2` */
  readonly forms?: readonly string[]
  /** value at the partner */
  readonly partner: string
  /** value in the hub */
  readonly hub: string
  /** `both`: gives the hub's value in either direction; `format`: pull reads the partner's format, push writes it */
  readonly kind: 'value' | 'format'
  readonly about: string
}

const scalar = 'text, number, true/false'
const decimalIn = 'number, or text that holds one'
const time = 'text `2026-11-23T09:30:00.000Z`'

export const converterWords: Readonly<Record<string, ConverterWords>> = {
  text: { partner: scalar, hub: 'text', kind: 'value', about: 'the value as text' },
  number: { partner: decimalIn, hub: 'JSON number', kind: 'value', about: 'only where JSON keeps the value exactly' },
  decimal: {
    forms: ['decimal:2'],
    partner: decimalIn,
    hub: 'decimal text',
    kind: 'value',
    about: 'with digits (0 to 12): exactly so many, filled with zeros, never rounded: more is an error',
  },
  amount: {
    forms: ['amount:currency', "amount:'CNY'"],
    partner: decimalIn,
    hub: 'decimal text',
    kind: 'value',
    about: 'padded to the digits of the currency (ISO 4217) at that path, `$.currency` when it does not say; at most 4 decimals',
  },
  abs: { partner: decimalIn, hub: 'decimal text', kind: 'value', about: 'without its sign' },
  negate: { partner: decimalIn, hub: 'decimal text', kind: 'value', about: 'with the other sign' },
  boolean: {
    partner: 'true/false, 1/0, `"1"`/`"0"`, `"true"`/`"false"`, `"yes"`/`"no"`',
    hub: 'true/false',
    kind: 'value',
    about: 'a truth value',
  },
  lower: { partner: 'text', hub: 'text', kind: 'value', about: 'in small letters' },
  upper: { partner: 'text', hub: 'text', kind: 'value', about: 'in capital letters' },
  date: {
    partner: 'date or date-time',
    hub: 'text `2026-11-23`',
    kind: 'value',
    about: 'with `zone` the business date there, without it the date as written; a time in `Z` needs `zone`',
  },
  utc: {
    partner: 'date-time with offset, or without one in `zone`',
    hub: time,
    kind: 'format',
    about: 'the instant in UTC; going back in `zone` with its offset, else with the offset that stood there, else in UTC',
  },
  local: { partner: 'text `2026-11-23 09:30:00` in `zone`', hub: time, kind: 'format', about: 'the wall clock of `zone`, which it needs' },
  ymd: { partner: 'text or number `20261123`', hub: 'text `2026-11-23`', kind: 'format', about: 'a date in eight digits' },
  seconds: { partner: 'integer since 1970', hub: time, kind: 'format', about: 'Unix time in seconds' },
  millis: { partner: 'integer since 1970', hub: time, kind: 'format', about: 'Unix time in milliseconds' },
  list: { partner: 'text `a, b`', hub: 'list `["a", "b"]`', kind: 'format', about: 'texts with commas between them' },
  html: { partner: 'text `A &amp; B`', hub: 'text `A & B`', kind: 'format', about: 'character references of HTML' },
}

/** What the functions of expressions do. */
export const functionWords: Readonly<Record<string, string>> = {
  sum: 'sum of an expression over the items of a list; items without a value do not count; of no list `0`',
  count: 'number of the items, or of those that meet a condition',
  join: 'text of the values that are there, with the separator between them',
  has: 'whether there is a value',
  position: 'number of the item in its list, from 1; in `each` in the list that is written',
  round: 'exactly so many digits, at most 12; `half-up` (away from zero) when it does not say, `half-even`, `down`',
  div: 'the first divided by the second, rounded half up to so many digits',
  abs: 'without its sign',
  percent: 'a fraction as percent: `0.19` is `19`',
  min: 'the smallest of those that have a value',
  max: 'the largest of those that have a value',
  upper: 'in capital letters',
  lower: 'in small letters',
  cut: 'the first so many characters, 1 to 10000; where something is left out the last of them is `…`',
  text: 'a number or true/false as text',
}
