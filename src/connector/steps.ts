import { reject } from '../model/errors.ts'
import { at, canonicalJson, type Json } from '../model/json.ts'
import { keyText } from './record.ts'
import type { Roots } from './template.ts'
import type { Step } from './types.ts'
import type { Writer } from './write.ts'

/**
 * Harmless calls around an effect, in turn. Which rows belong together is known for all steps before the first is sent.
 * @throws HubError as the wire does; `unmatched-row` (reject) when an item has no row of its own, or a row or an item is there twice
 */
export async function runSteps(
  { wire, condition }: Pick<Writer, 'wire' | 'condition'>,
  steps: readonly Step[] | undefined,
  roots: Roots,
  signal: AbortSignal | undefined,
): Promise<void> {
  const planned = (steps ?? []).map((step) => ({ step, pairs: step.each === undefined ? [{}] : pairsOf(step.each, roots) }))
  for (const { step, pairs } of planned) {
    if (step.only !== undefined && !(await isThere({ wire, condition }, step.only, roots, signal))) continue
    for (const pair of pairs) await wire.ask(step, { ...roots, ...pair }, { signal, needsBody: false })
  }
}

/** Whether the partner shows what is looked for: a value, or a record. @throws HubError as the wire does */
export async function isThere(
  { wire, condition }: Pick<Writer, 'wire' | 'condition'>,
  only: NonNullable<Step['only']>,
  roots: Roots,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { body } = await wire.ask(only.call, roots, { signal })
  if ('path' in only) return among(at(body.value(), only.path), only.in)
  const holds = condition(only.match)
  const { input, key } = roots
  return body.rows(only.records).some(({ value }) => holds({ record: value, input: input ?? null, key: key ?? null }))
}

/** Before the effect: whether every item of the steps that follow it has a row of its own. @throws HubError `unmatched-row` (reject) */
export function checkRows(steps: readonly Step[] | undefined, roots: Roots): void {
  for (const { each } of steps ?? []) if (each !== undefined) pairsOf(each, roots)
}

/** Each item of the input with the row that was read before and has the same key. */
function pairsOf(each: NonNullable<Step['each']>, roots: Roots): readonly { readonly item: Json; readonly row: Json }[] {
  const items = byKey(at(roots.input, each.of), each.by)
  const rows = byKey(at(roots.before, each.rows), each.key)
  return [...items].map(([key, [item = null, ...twins]]) => {
    const [row, ...others] = rows.get(key) ?? []
    if (row !== undefined && twins.length + others.length === 0) return { item, row }
    const count = row === undefined ? 'is not there' : 'stands there, or here, more than once'
    throw reject(
      'unmatched-row',
      `"${each.of}" with ${each.by} ${key}: what belongs to it at the partner ("${each.rows}") ${count}; nothing was sent`,
      {
        sent: false,
      },
    )
  })
}

const byKey = (list: Json | undefined, key: string): ReadonlyMap<string, readonly Json[]> =>
  Map.groupBy<string, Json>(Array.isArray(list) ? list : [], (row) => keyText(at(row, key)) ?? 'without key')

/** Whether a value is one of a list, by content. */
export const among = (value: Json | undefined, list: readonly Json[]): boolean =>
  value !== undefined && list.some((item) => canonicalJson(item) === canonicalJson(value))
