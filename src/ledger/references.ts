import { sha256 } from '../model/id.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { ReferenceTable } from '../store/tables.ts'
import { type DocumentName, keyOf, listOf, type Shelf, type Target, targetOf, textOf } from './shelf.ts'

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
  // most bodies hold hundreds of places and a few references: a path is made where one was found
  const place: (string | number)[] = []
  const walk = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null || place.length > deepest) return
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) step(index, value[index])
      return
    }
    const fields = value as JsonObject
    const target = place.length === 0 ? undefined : targetOf(fields)
    if (target !== undefined) found.push({ path: place.join('.'), target })
    else for (const name of Object.keys(fields)) if (name !== 'ext' && name !== 'findings') step(name, fields[name])
  }
  const step = (name: string | number, value: Json | undefined) => {
    if (typeof value !== 'object') return
    place.push(name)
    walk(value)
    place.pop()
  }
  walk(body)
  return found
}

/** Rows of the reference table for a document; their links must have been loaded. */
export const referenceRows = (shelf: Shelf, { type, key }: DocumentName, body: JsonObject): ReferenceTable[] => [
  ...referencesIn(body).map(({ path, target }) => ({
    tenant: shelf.tenant,
    from_type: type,
    from_key: key,
    path,
    to_type: target.type,
    connection: 'key' in target ? '' : target.connection,
    external_key: 'key' in target ? '' : target.externalKey,
    to_key: keyOf(shelf, { ...target }) ?? null,
  })),
  ...parcelsIn(type, body).map(({ path, tracking }) => ({
    tenant: shelf.tenant,
    from_type: type,
    from_key: key,
    path,
    to_type: 'parcel',
    connection: '',
    external_key: '',
    to_key: tracking,
  })),
]

/** Longest number a column holds. */
const maxKey = 191

/** Parcels a document speaks of, by their numbers: those that a shipment carries, that of a tracking event. So either may come first. */
function parcelsIn(type: string, body: JsonObject): readonly { readonly path: string; readonly tracking: string }[] {
  const named =
    type === 'tracking-event'
      ? [{ path: 'tracking', tracking: textOf(body.tracking) }]
      : type === 'shipment'
        ? listOf(body.parcels).map((parcel, index) => ({ path: `parcels.${index}.tracking`, tracking: textOf(parcel.tracking) }))
        : []
  return named.flatMap(({ path, tracking }) =>
    tracking === undefined ? [] : [{ path, tracking: tracking.length > maxKey ? sha256(tracking) : tracking }],
  )
}
