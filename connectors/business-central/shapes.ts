import { isObject, type Json, type JsonObject, type JsonSchema } from '../../src/model/json.ts'

/** What actions take, in pieces. Lengths are those of the fields in Business Central. */
export const word = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength })
/** Stands in a condition without quotes, as OData has it of a GUID. */
export const id = { type: 'string', pattern: '^[0-9A-Za-z-]{1,64}$' }
export const day = { type: 'string', format: 'date' }
export const price = { type: 'number', minimum: 0 }
export const positive = { type: 'number', exclusiveMinimum: 0 }
export const notNegative = { type: 'number', minimum: 0 }
export const object = (required: readonly string[], properties: JsonSchema): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
})
export const listOf = (items: JsonSchema, maxItems = 1000): JsonSchema => ({ type: 'array', minItems: 1, maxItems, items })

/** Objects in a list of what the partner answered, or of an input. */
export const rowsOf = (value: Json | undefined, name: string): readonly JsonObject[] => {
  const list = isObject(value) ? value[name] : undefined
  return Array.isArray(list) ? (list as readonly Json[]).filter(isObject) : []
}
/** ` ` as OData writes it: nothing is blocked. */
export const unblocked = [' ', '_x0020_', '']
