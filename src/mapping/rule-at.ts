import type { CompiledMapping, RulePosition } from './types.ts'

/** The rule that makes a field, or the nearest one around it (a link makes an object, whose fields have no rule of their own), and its place in the file. `rule`: `lines[].sku`. */
export function ruleAt(
  { lines }: Pick<CompiledMapping, 'lines'>,
  rule: string,
): { readonly rule: string; readonly position: RulePosition } | undefined {
  for (let here = rule; here !== ''; here = here.replace(/(?:^|\.)[^.[\]]*$|\[\]$/, '')) {
    const position = lines.get(here)
    if (position !== undefined) return { rule: here, position }
  }
  return undefined
}
