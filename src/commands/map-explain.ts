import { ruleAt } from '../mapping/rule-at.ts'
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
    const found = ruleAt(mapping, rule)
    const lineage = found && mapping.sources(found.rule)
    rows.push({
      field,
      value: leaf,
      from: [...(lineage?.paths ?? []), ...(lineage?.context ?? []).map((path) => `@.${path}`)],
      how: [...(lineage?.converters ?? []), ...(lineage?.lookups ?? []).map((name) => `lookup ${name}`)],
      line: found?.position.line ?? null,
      ...(found?.position.overlay ? { overlay: true } : {}),
    })
    if (rows.length === most) break
  }
  return rows
}
