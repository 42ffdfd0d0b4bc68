import { ruleAt } from '../mapping/rule-at.ts'
import type { CompiledMapping, Lineage } from '../mapping/types.ts'
import { writerOf } from '../mapping/written.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'

/** Most fields that are explained. */
const most = 5000

type Steps = readonly (string | number)[]

/** Every value of a result with the paths, tables and converters it was made of and its line in the mapping file. */
export function explainResult(mapping: CompiledMapping, value: Json): readonly JsonObject[] {
  return rowsOf(
    value,
    (field) => {
      const found = ruleAt(mapping, field.replaceAll(/\[\d+\]/g, '[]'))
      const lineage = found && mapping.sources(found.rule)
      return { rule: found?.rule, lineage, from: lineage?.paths ?? [] }
    },
    mapping,
  )
}

/** The same of what a push made; what no rule wrote stood in the base and has no line. */
export function explainPush(mapping: CompiledMapping, value: Json): readonly JsonObject[] {
  return rowsOf(
    value,
    (_, steps) => {
      const writer = writerOf(mapping.written, value, steps)
      const lineage = writer && mapping.sources(writer.rule)
      return { rule: writer?.rule, lineage, from: writer?.derived ? [writer.rule] : (lineage?.paths ?? []) }
    },
    mapping,
  )
}

interface Origin {
  readonly rule: string | undefined
  readonly lineage: Lineage | undefined
  readonly from: readonly string[]
}

function rowsOf(value: Json, originOf: (field: string, steps: Steps) => Origin, mapping: CompiledMapping): readonly JsonObject[] {
  const rows: JsonObject[] = []
  for (const [steps, leaf] of places(value, [])) {
    const field = steps.reduce<string>(
      (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
      '',
    )
    const { rule, lineage, from } = originOf(field, steps)
    const position = rule === undefined ? undefined : ruleAt(mapping, rule)?.position
    rows.push({
      field,
      value: leaf,
      from: [...from, ...(lineage?.context ?? [])],
      how: [...(lineage?.converters ?? []), ...(lineage?.lookups ?? []).map((name) => `lookup ${name}`)],
      line: position?.line ?? null,
      ...(position?.overlay ? { overlay: true } : {}),
    })
    if (rows.length === most) break
  }
  return rows
}

function* places(value: Json | undefined, steps: Steps): Generator<readonly [Steps, Json]> {
  if (value === undefined) return
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* places(item, [...steps, index])
  else if (isObject(value)) for (const [name, field] of Object.entries(value)) yield* places(field, [...steps, name])
  else yield [steps, value]
}
