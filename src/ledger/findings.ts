import { canonicalJson, type JsonObject } from '../model/json.ts'
import { findingsOf, saveFindings } from '../store/finding.ts'
import { grouped } from '../store/in-list.ts'
import type { FindingTable } from '../store/tables.ts'
import { journal } from './books.ts'
import { documentName } from './shelf.ts'
import type { Books } from './types.ts'

/** Something a person should know about a document, with the arithmetic. `path` is a JSON pointer, '' for the document itself. */
export interface Note {
  readonly type: string
  readonly key: string
  readonly code: string
  readonly path: string
  readonly detail: JsonObject
}

/** Findings that were judged anew: open ones of these codes that were not noted again are closed. `order`: only those whose detail names this order. */
export interface Scope {
  readonly type: string
  readonly key: string
  readonly codes: ReadonlySet<string>
  readonly order?: string
}

export const noteName = ({ type, key, code, path }: Omit<Note, 'detail'>): string => `${type}\0${key}\0${code}\0${path}`

/** Opens a finding, or keeps it open with fresh detail; written by `finish`. */
export function note(books: Books, finding: Note): void {
  books.data.notes.set(noteName(finding), finding)
}

/** Judges findings anew: what was noted or is open in the scope and is not noted again by the end of the unit of work is closed by `finish`. */
export function judge(books: Books, scope: Scope): void {
  books.data.scopes.push(scope)
  for (const [name, { type, key, code, detail }] of books.data.notes)
    if (type === scope.type && key === scope.key && scope.codes.has(code) && (scope.order === undefined || detail.order === scope.order))
      books.data.notes.delete(name)
}

/** Opens and closes findings idempotently. */
export async function writeFindings(books: Books): Promise<void> {
  const { notes, scopes } = books.data
  const stored = new Map<string, FindingTable>()
  const names = new Map([...notes.values(), ...scopes].map(({ type, key }) => [documentName({ type, key }), { type, key }]))
  for (const [type, group] of grouped(names.values(), (name) => name.type))
    for (const row of await findingsOf(
      books.tx,
      books.tenant,
      type,
      group.map(({ key }) => key),
    ))
      stored.set(noteName(row), row)
  const rows = [...opened(books, stored), ...closed(books, stored)]
  await saveFindings(books.tx, rows)
}

function opened(books: Books, stored: ReadonlyMap<string, FindingTable>): FindingTable[] {
  return [...books.data.notes.values()].flatMap((finding) => {
    const { type, key, code, path } = finding
    const before = stored.get(noteName(finding))
    const detail = canonicalJson(finding.detail)
    const wasOpen = before?.state === 'open'
    if (wasOpen && before.detail === detail) return []
    if (!wasOpen) journal(books, 'finding-opened', { type, key }, { code, path })
    return [
      {
        tenant: books.tenant,
        type,
        key,
        code,
        path,
        detail,
        state: 'open' as const,
        opened_at: wasOpen ? before.opened_at : books.now,
        closed_at: null,
      },
    ]
  })
}

function closed(books: Books, stored: ReadonlyMap<string, FindingTable>): FindingTable[] {
  const scopes = grouped(books.data.scopes, documentName)
  return [...stored].flatMap(([name, row]) => {
    if (row.state !== 'open' || books.data.notes.has(name)) return []
    const isJudged = scopes
      .get(documentName(row))
      ?.some(({ codes, order }) => codes.has(row.code) && (order === undefined || orderOf(row) === order))
    if (!isJudged) return []
    journal(books, 'finding-closed', { type: row.type, key: row.key }, { code: row.code, path: row.path })
    return [{ ...row, state: 'closed' as const, closed_at: books.now }]
  })
}

function orderOf(row: FindingTable): unknown {
  const detail: { readonly order?: unknown } = JSON.parse(row.detail)
  return detail.order
}
