import type { Database } from './database.ts'

/** A stored value: decimals and dates as text, stamps as microseconds since 1970, relations as ids, references as `model,id`. */
export type Cell = null | boolean | number | string
export type Row = { readonly id: number } & Readonly<Record<string, Cell>>
export type Values = Readonly<Record<string, Cell>>

/** The context object of a call: the last parameter, as it came. */
export type Context = Readonly<Record<string, unknown>>

export type Scalar = 'char' | 'text' | 'integer' | 'float' | 'boolean' | 'date' | 'timestamp' | 'timedelta' | 'numeric'

export type Kind =
  | { readonly kind: Scalar; readonly digits?: number }
  | { readonly kind: 'selection'; readonly options: readonly string[] }
  | { readonly kind: 'reference' }
  | { readonly kind: 'many2one'; readonly to: string }
  /** Rows of `to` whose field `inverse` points here; `only` narrows them to one of several lists over the same field. */
  | {
      readonly kind: 'many'
      readonly to: string
      readonly inverse?: string
      readonly only?: (db: Database, owner: Row, row: Row) => boolean
    }

export type Traits = {
  /** As the system's own messages call it; absent: the field's name in title case. */
  readonly label?: string
  readonly required?: boolean
  /** Equality on this field is found without a scan. */
  readonly indexed?: boolean
  readonly initial?: (db: Database, values: Values) => Cell
  /** A computed field. Without `inverse` it can not be written. */
  readonly get?: (db: Database, row: Row, context: Context) => Cell | readonly number[]
  /** A boolean that the wire shows as true and false; stored ones are 1 and 0. */
  readonly logical?: boolean
  /** False: a domain that names it is refused. */
  readonly searchable?: boolean
}

export type Field = Kind & Traits
export type Sort = readonly [field: string, direction: string]

export type Model = {
  readonly name: string
  readonly label: string
  /** Order of a search that names none, and of lists inside other records. */
  readonly order: readonly Sort[]
  /** Rows that do not exist are refused with the text of the rule "User in companies". */
  readonly ofCompany?: boolean
  readonly recName?: (db: Database, row: Row) => string
  readonly fields: Readonly<Record<string, Field>>
}

const scalar =
  (kind: Scalar) =>
  (traits: Traits = {}): Field => ({ kind, ...traits })

export const char = scalar('char')
export const text = scalar('text')
export const integer = scalar('integer')
export const float = scalar('float')
export const boolean = scalar('boolean')
export const date = scalar('date')
export const timestamp = scalar('timestamp')

/** An exact decimal with at most `digits` places behind the point. */
export const numeric = (digits?: number, traits: Traits = {}): Field =>
  digits === undefined ? { kind: 'numeric', ...traits } : { kind: 'numeric', digits, ...traits }

export const selection = (options: readonly string[], traits: Traits = {}): Field => ({ kind: 'selection', options, ...traits })
export const reference = (traits: Traits = {}): Field => ({ kind: 'reference', ...traits })
export const one = (to: string, traits: Traits = {}): Field => ({ kind: 'many2one', to, ...traits })

/** The rows of `to` that point here by their field `inverse`. */
export const many = (to: string, inverse: string, only?: (db: Database, owner: Row, row: Row) => boolean, traits: Traits = {}): Field => ({
  kind: 'many',
  to,
  inverse,
  ...(only ? { only } : {}),
  ...traits,
})

/** A computed list of rows of `to`. */
export const found = (to: string, get: (db: Database, row: Row) => readonly number[], traits: Traits = {}): Field => ({
  kind: 'many',
  to,
  get,
  ...traits,
})

export const today = (db: Database): Cell => db.today()
export const always = (value: Cell) => (): Cell => value

/** `unit_price` in title case: `Unit Price`. */
export const labelOf = (name: string, field: Field): string =>
  field.label ?? name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => ` ${letter.toUpperCase()}`).trim()

export const textOf = (row: Row, field: string): string => {
  const value = row[field]
  return value === null || value === undefined ? '' : String(value)
}

export const numberOf = (row: Row, field: string): number => {
  const value = row[field]
  return typeof value === 'number' ? value : 0
}

/** The id that a relation holds, or undefined. */
export const idOf = (row: Row, field: string): number | undefined => {
  const value = row[field]
  return typeof value === 'number' ? value : undefined
}
