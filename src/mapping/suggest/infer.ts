import type { Json, JsonObject, JsonSchema } from '../../model/json.ts'
import { formOf } from './forms.ts'
import { type Kind, type Place, profile } from './profile.ts'
import { defaultSteps } from './steps.ts'

/** A text field is taken for a list of codes when each of few short values came back this often on average. */
const code = { most: 12, longest: 40, least: 10, times: 3 } as const

/** Least digits of a decimal: partners drop zeros, so samples show fewer than there are. */
const leastScale = 2

/**
 * The JSON Schema that the records follow, open for further fields and marked `x-inferred`. Every record fits it; the order of records and of names does not
 * matter. What a double would alter is read as text (model/json.ts), so an integer beyond 2^53 is an integer or text.
 * @throws HubError reject `sample-limit`
 */
export function inferSchema(records: readonly Json[], id: string): JsonSchema {
  const schema = schemaOf(profile(records, { left: defaultSteps }))
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: id, 'x-inferred': true, ...schema }
}

function schemaOf(place: Place): JsonObject {
  const kinds = kindsOf(place)
  const nullable = place.kinds.includes('null')
  const [first, ...others] = kinds
  if (first === undefined) return { type: 'null' }
  if (others.length === 0) return { type: nullable ? [first, 'null'] : first, ...inside(place, first, nullable) }
  const parts: JsonObject[] = kinds.map((kind) => ({ type: kind, ...inside(place, kind, false) }))
  return { anyOf: nullable ? [...parts, { type: 'null' }] : parts }
}

function kindsOf(place: Place): readonly Kind[] {
  const kinds = new Set(place.kinds.filter((kind) => kind !== 'null'))
  if (textsOf(place).some(isLong) && !place.blank && place.values.every((value) => typeof value !== 'string' || isLong(value)))
    kinds.add('integer')
  if (kinds.has('number')) kinds.delete('integer')
  return [...kinds].sort()
}
const textsOf = ({ values }: Place): readonly string[] => values.filter((value) => typeof value === 'string')
const isLong = (text: string): boolean => /^-?[1-9]\d{15,}$/.test(text)

/** What is known of the values of one kind. */
function inside(place: Place, kind: Kind, nullable: boolean): JsonObject {
  if (kind === 'object') return objectOf(place)
  if (kind === 'array') return place.item === undefined ? {} : { items: schemaOf(place.item) }
  if (kind === 'number') return { 'x-scale': scaleOf(place.values.filter((value) => typeof value === 'number')) }
  return kind === 'string' ? textOf(place, nullable) : {}
}

function objectOf(place: Place): JsonObject {
  if (place.dictionary) return { additionalProperties: true }
  const required = place.fields.filter(({ present }) => present === place.objects).map(({ name }) => name)
  const properties = Object.fromEntries(place.fields.map((field) => [field.name, schemaOf(field)]))
  return required.length === 0 ? { properties } : { required, properties }
}

function textOf(place: Place, nullable: boolean): JsonObject {
  const texts = textsOf(place)
  if (texts.length === 0) return {}
  const form = formOf(texts)
  if (!place.blank) {
    if (form.time === 'date') return { format: 'date' }
    if (form.time === 'utc' && texts.every(isRfc3339)) return { format: 'date-time' }
    // digits alone may as well be an article number: only a point makes text a decimal
    if (form.decimal && !form.integer) return { format: 'decimal', 'x-scale': scaleOf(texts) }
  }
  const isCode = !form.decimal && form.time === undefined && !form.email && !form.url && isRepeated(place, texts)
  return isCode ? { enum: [...(place.blank ? [''] : []), ...texts, ...(nullable ? [null] : [])] } : {}
}

const isRfc3339 = (text: string): boolean => /^[\d-]{10}T[\d:]{8}(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)

const scaleOf = (values: readonly Json[]): number =>
  values.reduce<number>((most, value) => Math.max(most, String(value).split('.')[1]?.length ?? 0), leastScale)

const isRepeated = ({ filled }: Place, texts: readonly string[]): boolean =>
  texts.length <= code.most &&
  filled >= code.least &&
  filled >= texts.length * code.times &&
  texts.every((text) => text.length <= code.longest)
