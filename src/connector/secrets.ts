import { isObject, type Json, type JsonObject, type JsonSchema } from '../model/json.ts'

/** Values of the config that its schema marks `writeOnly`; of several in one text, separated by spaces, each by itself too, unless it is as short as a word. */
export function secretValues(schema: JsonSchema, config: JsonObject): readonly string[] {
  const found: string[] = []
  walk(schema, config, (value) => {
    if (typeof value === 'string') found.push(...new Set([value, ...value.split(/\s+/).filter((part) => part.length >= 8)]))
    else if (typeof value === 'number') found.push(String(value))
  })
  return found.filter((secret) => secret !== '')
}

/** The config without its secrets: what mappings and conditions may read. */
export function openConfigOf(schema: JsonSchema, config: JsonObject): JsonObject {
  const open: Record<string, Json | undefined> = {}
  for (const [name, value] of Object.entries(config)) {
    const field = fieldOf(schema, name)
    if (field.writeOnly === true || value === undefined) continue
    open[name] = isObject(value) ? openConfigOf(field, value) : value
  }
  return open as JsonObject
}

function walk(schema: JsonSchema, config: JsonObject, secret: (value: Json) => void): void {
  for (const [name, value] of Object.entries(config)) {
    if (value === undefined) continue
    const field = fieldOf(schema, name)
    if (field.writeOnly === true) leaves(value, secret)
    else if (isObject(value)) walk(field, value, secret)
  }
}

function leaves(value: Json | undefined, each: (value: Json) => void): void {
  if (value === undefined || value === null) return
  if (typeof value === 'object') for (const item of Object.values(value)) leaves(item as Json | undefined, each)
  else each(value)
}

function fieldOf(schema: JsonSchema, name: string): JsonSchema {
  const field = isObject(schema.properties) ? schema.properties[name] : undefined
  return isObject(field) ? field : {}
}
