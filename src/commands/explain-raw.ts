import { loadCatalog } from '../catalog.ts'
import { at, isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import type { Client } from './client.ts'

export interface RawValue {
  /** path in the partner's record */
  readonly path: string
  /** undefined: the record cannot be read here, or the path does not lead to one value */
  readonly value: Json | undefined
}

/**
 * What the partner's own record says at the paths a value was made of. A path through lists (`line_items[].price`) is followed at the index of the field; where the mapping left items out
 * that would be another item, so it is followed only when both lists are equally long.
 */
export async function rawValues(client: Client, explained: JsonObject): Promise<readonly RawValue[]> {
  const { source, rule } = explained
  if (!isObject(source) || !isObject(rule) || !Array.isArray(rule.paths)) return []
  const paths = rule.paths.filter((path): path is string => typeof path === 'string')
  const record = await recordOf(client, source)
  if (record === undefined) return paths.map((path) => ({ path, value: undefined }))
  const indexes = String(explained.path).match(/(?<=[./])\d+(?=[./]|$)/g) ?? []
  const { document } = await client.get(`/v1/documents/${encodeURIComponent(String(explained.type))}/one`, { key: String(explained.key) })
  const lengths = listLengths(document, String(explained.path))
  return paths.map((path) => {
    const place = follow(record, path, indexes, lengths)
    return place === undefined ? { path, value: undefined } : { path: place, value: at(record, place) }
  })
}

async function recordOf(client: Client, source: JsonObject): Promise<Json | undefined> {
  try {
    const text = Buffer.from(await client.bytes(`/v1/envelopes/${encodeURIComponent(String(source.envelope))}/bytes`)).toString('utf8')
    const record = parseJson(text)
    const { connector } = await client.get(`/v1/connections/${encodeURIComponent(String(source.connection))}`)
    const decode = (await loadCatalog()).connectors.get(String(connector))?.http.codec?.decode
    return decode ? decode(record) : record
  } catch {
    // bytes of another kind than JSON, or a connector that is not installed here: the answer says `?`
    return undefined
  }
}

function follow(record: Json, path: string, indexes: readonly string[], lengths: readonly number[]): string | undefined {
  let depth = 0
  let place = ''
  for (const step of path.split('.')) {
    const [name = '', ...lists] = step.split('[]')
    place = place === '' ? name : `${place}.${name}`
    for (let i = 0; i < lists.length; i++) {
      const list = at(record, place)
      const index = indexes[depth]
      if (!Array.isArray(list) || index === undefined || list.length !== lengths[depth]) return undefined
      place = `${place}.${index}`
      depth++
    }
  }
  return place.includes('[') ? undefined : place
}

/** Lengths of the lists that a path of the document goes through. */
function listLengths(document: Json | undefined, path: string): readonly number[] {
  const steps = path.replace(/^\//, '').replaceAll('/', '.').split('.')
  return steps.flatMap((step, index) => {
    const list = /^\d+$/.test(step) ? at(document, steps.slice(0, index).join('.')) : undefined
    return Array.isArray(list) ? [list.length] : []
  })
}
