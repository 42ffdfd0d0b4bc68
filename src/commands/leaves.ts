import { isObject, type Json } from '../model/json.ts'

/** Every value of a document that holds no further ones, with its path: `lines.0.sku`. */
export function* leaves(value: Json | undefined, path = ''): Generator<readonly [string, Json]> {
  if (value === undefined) return
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* leaves(item, `${path}.${index}`)
  else if (isObject(value)) for (const [name, field] of Object.entries(value)) yield* leaves(field, path === '' ? name : `${path}.${name}`)
  else yield [path, value]
}
