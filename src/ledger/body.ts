import { canonicalJson, isObject, type Json, type JsonObject } from '../model/json.ts'
import { listOf, textOf } from './shelf.ts'

/** Kept beside the body or set by the hub, never part of it. */
const hubFields: ReadonlySet<string> = new Set(['type', 'key', 'origin', 'version'])
/** Fields that move without the document changing: they are kept fresh, but make no version. */
const volatileFields: ReadonlySet<string> = new Set(['sourceUpdatedAt', 'sourceVersion'])
const volatileStockFields: ReadonlySet<string> = new Set([...volatileFields, 'asOf'])

const texts = new WeakMap<JsonObject, string>()

/** Canonical text of a body, made once: it stands in the document, in its version and in the hash. */
export function bodyText(body: JsonObject): string {
  const known = texts.get(body)
  if (known !== undefined) return known
  const made = canonicalJson(body)
  texts.set(body, made)
  return made
}

/** Text that is equal exactly when two bodies of this type say the same. */
export function contentOf(type: string, body: JsonObject): string {
  const without = type === 'stock-level' ? volatileStockFields : volatileFields
  return canonicalJson(Object.fromEntries(Object.entries(body).filter(([name]) => !without.has(name))))
}

export const withoutHubFields = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !hubFields.has(name)))

/** `replace`: what the new body leaves out is absent, but an order's lines that vanished stay, cancelled with their quantity. A body brings a deleted document back. */
export const replaced = (type: string, current: JsonObject | undefined, body: JsonObject): JsonObject =>
  keepVanishedLines(type, current, body)

/** `merge`: only fields that are present change, inside objects too; null clears. Lists are replaced whole. */
export function merged(type: string, current: JsonObject | undefined, body: JsonObject): JsonObject {
  const { deleted: _, ...kept } = current ?? {}
  const next = mergeObjects(kept, body)
  return body.lines === undefined ? next : keepVanishedLines(type, current, next)
}

/** A tombstone: the last body with `deleted`; a body that comes with the delete is the last one. */
export const deletedBody = (type: string, current: JsonObject | undefined, body: JsonObject | null): JsonObject => ({
  ...(body === null ? current : keepVanishedLines(type, current, body)),
  deleted: true,
})

function mergeObjects(current: JsonObject, change: JsonObject): JsonObject {
  const next: Record<string, Json | undefined> = { ...current }
  for (const [name, value] of Object.entries(change)) {
    const before = current[name]
    if (value === null) delete next[name]
    else if (value !== undefined) next[name] = isObject(value) ? mergeObjects(isObject(before) ? before : {}, value) : value
  }
  return next
}

function keepVanishedLines(type: string, current: JsonObject | undefined, body: JsonObject): JsonObject {
  if (current === undefined || (type !== 'sales-order' && type !== 'purchase-order')) return body
  const lines = listOf(body.lines)
  const present = new Set(lines.map((line) => textOf(line.key)))
  const vanished = listOf(current.lines).filter((line) => !present.has(textOf(line.key)))
  if (vanished.length === 0) return body
  const cancelled = vanished.map(
    (line): JsonObject => (type === 'sales-order' ? { ...line, cancelled: line.quantity } : { ...line, status: 'cancelled' }),
  )
  return { ...body, lines: [...lines, ...cancelled] }
}
