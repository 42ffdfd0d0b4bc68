import { applyEdits, modify } from 'jsonc-parser'
import type { CasesFile, MappingCase } from '../testing/mapping-kit.ts'

/** The text of a file of cases with one more at its end; what stands in it stays as it is written. `before`: undefined where there is no file yet. */
export function appendCase(before: string | undefined, context: CasesFile['context'], made: MappingCase): string {
  if (before === undefined) return `${JSON.stringify({ context, cases: [made] }, undefined, 2)}\n`
  const count = (JSON.parse(before) as CasesFile).cases.length
  const eol = before.includes('\r\n') ? '\r\n' : '\n'
  const edits = modify(before, ['cases', count], made, {
    isArrayInsertion: true,
    formattingOptions: { insertSpaces: true, tabSize: 2, eol },
  })
  return applyEdits(before, edits)
}
