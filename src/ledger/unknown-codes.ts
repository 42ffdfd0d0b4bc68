import { sha256 } from '../model/id.ts'
import { judge, note } from './findings.ts'
import { type Books, type Incoming, waitsForCode } from './types.ts'

const codes: ReadonlySet<string> = new Set(['unknown-code'])
/** Longest path a column holds. */
const maxPath = 191

/** Path of the finding about a code that a document was made without: the name of the wait, as a parked one has it. */
export function unknownCodePath(kind: string, connection: string, code: string): string {
  const name = waitsForCode(kind, connection, code)
  return name.length <= maxPath ? name : sha256(name)
}

/** Codes that the mapping went on without, by an `else` or by leaving something out: each is a finding until a record is made with it, or without needing it. */
export function judgeCodes(
  books: Books,
  document: { readonly type: string; readonly key: string },
  { connection, unknown }: Incoming,
): void {
  if (unknown === undefined) return
  judge(books, { ...document, codes })
  for (const { kind, code } of unknown)
    note(books, { ...document, code: 'unknown-code', path: unknownCodePath(kind, connection, code), detail: { kind, connection, code } })
}
