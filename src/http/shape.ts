import type { Json, JsonSchema } from '../model/json.ts'

/** A JSON Schema that carries the TypeScript type of what fits it: one description serves validation, OpenAPI and the compiler. `holds` is never present. */
export interface Shape<T> {
  readonly schema: JsonSchema
  readonly holds?: T
}
export type Of<S> = S extends Shape<infer T> ? T : never

/** A field that may be left out. */
export interface Optional<T> extends Shape<T> {
  readonly optional: true
}

type Present<F> = { [K in keyof F]: F[K] extends { readonly optional: true } ? never : K }[keyof F]
export type Fields<F> = { readonly [K in Present<F>]: Of<F[K]> } & { readonly [K in Exclude<keyof F, Present<F>>]?: Of<F[K]> }
export type FieldShapes = Readonly<Record<string, Shape<unknown>>>

/** Text of 1 to `max` characters. Without `max`: any length, for answers only. */
export const text = (max?: number, more: JsonSchema = {}): Shape<string> => ({
  schema: { type: 'string', ...(max === undefined ? {} : { minLength: 1, maxLength: max }), ...more },
})
/** Text that matches a pattern of RE2. */
export const pattern = (source: string, description: string): Shape<string> => ({
  schema: { type: 'string', pattern: source, description },
})
export const whole = (minimum: number, maximum: number, more: JsonSchema = {}): Shape<number> => ({
  schema: { type: 'integer', minimum, maximum, ...more },
})
/** A whole number of an answer: a count, an epoch-free version. */
export const count: Shape<number> = { schema: { type: 'integer' } }
export const flag: Shape<boolean> = { schema: { type: 'boolean' } }
/** A time of an answer or a question: ISO 8601 with its offset; answers are in UTC. */
export const time: Shape<string> = { schema: { type: 'string', format: 'date-time' } }
/** A day of the calendar. */
export const day: Shape<string> = { schema: { type: 'string', format: 'date', description: 'a day: 2026-11-23' } }
/** An exact decimal number as text. */
export const decimal: Shape<string> = { schema: { type: 'string', format: 'decimal' } }
export const oneOf = <T extends string>(...values: readonly T[]): Shape<T> => ({ schema: { type: 'string', enum: values } })
export const anything: Shape<Json> = { schema: {} }

export const nullable = <T>(shape: Shape<T>): Shape<T | null> => ({ schema: { anyOf: [shape.schema, { type: 'null' }] } })
export const optional = <T>(shape: Shape<T>): Optional<T> => ({ ...shape, optional: true })
export const list = <T>(shape: Shape<T>, maxItems?: number): Shape<readonly T[]> => ({
  schema: { type: 'array', items: shape.schema, ...(maxItems === undefined ? {} : { maxItems }) },
})
export const mapOf = <T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> => ({
  schema: { type: 'object', additionalProperties: shape.schema },
})
export const described = <S extends Shape<unknown>>(shape: S, description: string): S => ({
  ...shape,
  schema: { ...shape.schema, description },
})

/** An object with these fields and no other. */
export const fields = <F extends FieldShapes>(shapes: F): Shape<Fields<F>> => ({
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, shape.schema])),
    required: Object.keys(shapes).filter((name) => !isOptional(shapes[name])),
  },
})

export const isOptional = (shape: Shape<unknown> | undefined): boolean => shape !== undefined && 'optional' in shape
