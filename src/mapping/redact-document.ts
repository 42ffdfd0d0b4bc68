import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { type Cursor, cursorAt, fieldAt, isSensitive, itemsAt, type SchemaLibrary } from './schema-path.ts'

/** Stands for a text that is not shown. */
export const hidden = '***'

/**
 * A document as anybody may see it: texts that its schema calls sensitive are `***`, other sensitive values and whatever the schema does not know are left out. undefined: there is no schema for
 * its type, so that nothing of it can be shown.
 */
export function openDocument(document: string, body: JsonObject, schemas: SchemaLibrary): JsonObject | undefined {
  const cursor = cursorAt(schemas.get(`${document}@1`), schemas)
  const shown = cursor === undefined ? undefined : open(body, cursor)
  return isObject(shown) ? shown : undefined
}

function open(value: Json, cursor: Cursor): Json | undefined {
  if (isSensitive(cursor)) return typeof value === 'string' ? hidden : undefined
  if (Array.isArray(value)) {
    const items = itemsAt(cursor)
    return items === undefined ? undefined : value.map((item) => open(item, items) ?? null)
  }
  if (!isObject(value)) return value
  const shown: JsonObject = {}
  for (const [name, field] of Object.entries(value)) {
    const found = fieldAt(cursor, name)
    const seen = found.kind === 'found' && field !== undefined ? open(field, found.cursor) : undefined
    if (seen !== undefined) Object.assign(shown, { [name]: seen })
  }
  return shown
}
