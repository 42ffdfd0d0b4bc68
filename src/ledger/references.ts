import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { ReferenceTable } from '../store/tables.ts'
import { type DocumentName, keyOf, type Shelf, type Target, targetOf } from './shelf.ts'

const deepest = 12

type Found = readonly { readonly path: string; readonly target: Target }[]
const known = new WeakMap<JsonObject, Found>()

/** Every reference in a body with its dotted path, in the order of the body. What a partner sent (`ext`) and findings are not searched. */
export function referencesIn(body: JsonObject): Found {
  const found = known.get(body) ?? search(body)
  known.set(body, found)
  return found
}

function search(body: JsonObject): Found {
  const found: { path: string; target: Target }[] = []
  const walk = (value: Json | undefined, path: string, depth: number): void => {
    if (depth > deepest) return
    if (Array.isArray(value)) {
      value.forEach((item: Json, index) => {
        walk(item, `${path}.${index}`, depth + 1)
      })
      return
    }
    if (!isObject(value)) return
    const target = path === '' ? undefined : targetOf(value)
    if (target !== undefined) {
      found.push({ path, target })
      return
    }
    for (const [name, field] of Object.entries(value))
      if (name !== 'ext' && name !== 'findings') walk(field, path === '' ? name : `${path}.${name}`, depth + 1)
  }
  walk(body, '', 0)
  return found
}

/** Rows of the reference table for a document; their links must have been loaded. */
export const referenceRows = (shelf: Shelf, { type, key }: DocumentName, body: JsonObject): ReferenceTable[] =>
  referencesIn(body).map(({ path, target }) => ({
    tenant: shelf.tenant,
    from_type: type,
    from_key: key,
    path,
    to_type: target.type,
    connection: 'key' in target ? '' : target.connection,
    external_key: 'key' in target ? '' : target.externalKey,
    to_key: keyOf(shelf, { ...target }) ?? null,
  }))
