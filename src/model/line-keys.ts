import { isObject, type Json, type JsonObject } from './json.ts'

/** Documents whose lines the ledger keeps apart by their keys: of two with one key, the later would take the place of the earlier. */
const keyedLines: ReadonlySet<string> = new Set(['sales-order', 'purchase-order'])

/** The first line that has the key of an earlier one, which no schema can say; `path` is a JSON pointer into the body. */
export function twinLine(document: string, { lines }: JsonObject): { readonly path: string; readonly message: string } | undefined {
  if (!keyedLines.has(document) || !Array.isArray(lines)) return undefined
  const seen = new Set<Json | undefined>()
  for (const [index, line] of lines.entries()) {
    const key = isObject(line) ? line.key : undefined
    if (seen.has(key)) return { path: `/lines/${index}/key`, message: 'is the key of an earlier line too: each line needs its own' }
    seen.add(key)
  }
  return undefined
}
