import { amountScale } from '../model/decimal.ts'
import type { Segment } from './path.ts'
import { type Cursor, conceals, cursorOf, isSensitive } from './schema-path.ts'
import type { Lineage } from './types.ts'

/** What the two schemas say of a field of the result. */
export interface FieldFacts {
  /** it, or something it is made of, must not be shown */
  readonly sensitive: boolean
  /** money of the document's currency */
  readonly amount: boolean
}

/** @param source where the document that is read begins, @param target where the result begins */
export function factsOf(
  source: Cursor | undefined,
  target: Cursor | undefined,
  lineage: (rule: string) => Lineage | undefined,
): (rule: string) => FieldFacts {
  const known = new Map<string, FieldFacts>()
  return (rule) => {
    const found = known.get(rule) ?? {
      sensitive: isSensitiveAt(target, rule) || (lineage(rule)?.paths ?? []).some((path) => isSensitiveAt(source, path)),
      amount: isAmount(cursorOf(target, segmentsOf(rule))),
    }
    known.set(rule, found)
    return found
  }
}

/** Whether a place, or one around it, must not be shown. `path` as lineage writes it: `line_items[].name`. */
export function isSensitiveAt(start: Cursor | undefined, path: string): boolean {
  const segments = segmentsOf(path)
  return segments.some((_, index) => isSensitive(cursorOf(start, segments.slice(0, index + 1))))
}

/** The same, or something inside it. */
export const concealsAt = (start: Cursor | undefined, path: string): boolean =>
  isSensitiveAt(start, path) || conceals(cursorOf(start, segmentsOf(path)))

const isAmount = (cursor: Cursor | undefined): boolean =>
  cursor?.schemas.some((schema) => schema.format === 'decimal' && schema['x-scale'] === amountScale) ?? false

const step = /\['((?:[^'\\]|\\.)*)'\]|\[[^\]']*(?:'(?:[^'\\]|\\.)*')?\]|[^.[\]]+/g

function segmentsOf(path: string): readonly Segment[] {
  return [...path.matchAll(step)].map(([text, quoted]): Segment => {
    if (quoted !== undefined) return { kind: 'name', name: quoted.replace(/\\(.)/g, '$1') }
    return text.startsWith('[') ? { kind: 'index', index: 0 } : { kind: 'name', name: text }
  })
}
