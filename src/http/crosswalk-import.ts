import type { Context } from '../pipeline/context.ts'
import type { Tx } from '../store/database.ts'
import { type Cells, type Columns, type FileFormat, mediaTypes, readFile } from './crosswalk-files.ts'
import { count, described, fields, flag, list, type Of, text } from './shape.ts'

export const maxFileBytes = 8 * 1024 * 1024
/** Lines of one transaction. */
const chunkLines = 500

export const importAnswer = fields({
  dryRun: flag,
  made: count,
  kept: count,
  changed: described(count, 'codes that end on another day than before'),
  refused: count,
  faults: described(list(fields({ line: count, code: text(), message: text() })), 'the first 100'),
})

/** What became of one line. */
export type Outcome =
  | { readonly outcome: 'made' | 'kept' | 'changed' }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string }

interface Asked {
  readonly columns: Columns
  readonly contentType: string
  readonly body: Uint8Array
  readonly dryRun: boolean
}
interface Ways<L> {
  readonly attempt: (lines: readonly L[]) => Promise<readonly Outcome[]>
  readonly save: (tx: Tx, lines: readonly L[]) => Promise<{ readonly outcomes: readonly Outcome[]; readonly ring: () => void }>
}

/** Takes the lines of a file in chunks, each one unit of work, or only says what would become of them. @throws ProblemError 422 for a file that cannot be read */
export async function importFile<L>(
  hub: Context,
  asked: Asked,
  toLine: (cells: Cells) => L,
  ways: Ways<L>,
): Promise<Of<typeof importAnswer>> {
  const format: FileFormat = asked.contentType === mediaTypes.csv ? 'csv' : 'ndjson'
  const read = readFile(format, asked.columns, asked.body)
  const lines = read.map(({ cells }) => toLine(cells))
  const outcomes: Outcome[] = []
  if (asked.dryRun) outcomes.push(...(await ways.attempt(lines)))
  else
    for (let from = 0; from < lines.length; from += chunkLines) {
      const saved = await hub.database.write((tx) => ways.save(tx, lines.slice(from, from + chunkLines)))
      outcomes.push(...saved.outcomes)
      saved.ring()
    }
  const faults = outcomes.flatMap((one, index) =>
    one.outcome === 'refused' ? [{ line: read[index]?.at ?? 0, code: one.code, message: one.message }] : [],
  )
  const counted = (outcome: Outcome['outcome']) => outcomes.filter((one) => one.outcome === outcome).length
  return {
    dryRun: asked.dryRun,
    made: counted('made'),
    kept: counted('kept'),
    changed: counted('changed'),
    refused: faults.length,
    faults: faults.slice(0, 100),
  }
}
