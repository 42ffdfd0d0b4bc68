import type { Cursor } from '../schema-path.ts'

/** What a target field holds, as far as it decides which source fields can fill it. */
export type TargetKind =
  | 'amount'
  | 'price'
  | 'quantity'
  | 'percent'
  | 'decimal'
  | 'integer'
  | 'boolean'
  | 'time'
  | 'date'
  | 'currency'
  | 'country'
  | 'unit'
  | 'gtin'
  | 'digits'
  | 'zone'
  | 'enum'
  | 'key'
  | 'text'
  | 'link'
  | 'line-link'
  | 'email'
  | 'phone'

/** Texts that the schemas of a place say under one key. */
export const textsOf = (cursor: Cursor, key: string): readonly string[] =>
  cursor.schemas.map((schema) => schema[key]).filter((text) => typeof text === 'string')
/** Codes of an enum. */
export const enumOf = (cursor: Cursor): readonly string[] =>
  cursor.schemas.flatMap((schema) => (Array.isArray(schema.enum) ? schema.enum.filter((code) => typeof code === 'string') : []))

const byDefinition: Readonly<Record<string, TargetKind>> = {
  amount: 'amount',
  price: 'price',
  quantity: 'quantity',
  percent: 'percent',
  rate: 'decimal',
  time: 'time',
  date: 'date',
  currency: 'currency',
  country: 'country',
  unit: 'unit',
  gtin: 'gtin',
  gln: 'digits',
  sscc: 'digits',
  zone: 'zone',
  key: 'key',
}

/** What a place of the target holds: by the name of its definition, else by enum, format and type. */
export function kindOf(cursor: Cursor, definition: string | undefined, entry: string | undefined): TargetKind {
  if (entry === 'contacts.phone') return 'phone'
  if (entry === 'contacts.email') return 'email'
  const definitions = [definition, ...textsOf(cursor, '$ref').map((ref) => ref.split('/').at(-1))]
  for (const name of definitions) if (name !== undefined && Object.hasOwn(byDefinition, name)) return byDefinition[name] ?? 'text'
  if (enumOf(cursor).length > 0) return 'enum'
  const format = textsOf(cursor, 'format')[0]
  if (format === 'date-time') return 'time'
  if (format === 'date') return 'date'
  if (format === 'decimal') return 'decimal'
  const type = textsOf(cursor, 'type')[0]
  return type === 'boolean' ? 'boolean' : type === 'integer' ? 'integer' : type === 'number' ? 'decimal' : 'text'
}
