import type { CompiledMapping } from '../mapping/types.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { leaves } from './leaves.ts'

/** Most fields that are explained. */
const most = 5000

/** Every value of a result with the paths, tables and converters it was made of and its line in the mapping file. */
export function explainResult(mapping: CompiledMapping, value: Json): readonly JsonObject[] {
  const rows: JsonObject[] = []
  for (const [field, leaf] of leaves(value, '[')) {
    const rule = field.replaceAll(/\[\d+\]/g, '[]')
    const lineage = mapping.sources(rule) ?? nearest(rule, mapping.sources)
    const position = mapping.lines.get(rule) ?? nearest(rule, (path) => mapping.lines.get(path))
    rows.push({
      field,
      value: leaf,
      from: [...(lineage?.paths ?? []), ...(lineage?.context ?? []).map((path) => `@.${path}`)],
      how: [...(lineage?.converters ?? []), ...(lineage?.lookups ?? []).map((name) => `lookup ${name}`)],
      line: position?.line ?? null,
    })
    if (rows.length === most) break
  }
  return rows
}

/** What the closest parent says: a link makes an object, whose fields have no rule of their own. */
function nearest<T>(path: string, of: (path: string) => T | undefined): T | undefined {
  const parent = path.replace(/(\.[^.[\]]+|\[\]|^[^.[\]]+)$/, '')
  return parent === path || parent === '' ? undefined : (of(parent) ?? nearest(parent, of))
}
