import { canonicalJson, type JsonObject } from '../model/json.ts'
import { findingsOf, saveFindings } from '../store/finding.ts'
import { grouped } from '../store/in-list.ts'
import type { FindingTable } from '../store/tables.ts'
import { journal } from './books.ts'
import type { FindingCode } from './finding-codes.ts'
import { documentName } from './shelf.ts'
import type { Books } from './types.ts'

/** Something a person should know about a document, with the arithmetic. `path` is a JSON pointer, '' for the document itself. */
export interface Note {
  readonly type: string
  readonly key: string
  readonly code: FindingCode
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

export const noteName = ({ type, key, code, path }: Omit<Note, 'detail' | 'code'> & { readonly code: string }): string =>
  `${type}\0${key}\0${code}\0${path}`

/** Opens a finding, or keeps it open with fresh detail; written by `finish`. One that a person accepted stays closed while its detail is the same. */
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

/** Makes the open findings of these codes what is wanted: opens what is new, closes what is over; written by `finish`. */
export function settle(
  books: Books,
  open: readonly Pick<FindingTable, 'type' | 'key'>[],
  codes: ReadonlySet<string>,
  wanted: readonly Note[],
): void {
  for (const { type, key } of [...open, ...wanted]) judge(books, { type, key, codes })
  for (const finding of wanted) note(books, finding)
}

/** Documents of one type that have an open finding of a code once this unit of work ends. */
export async function openAtEnd(books: Books, type: string, keys: readonly string[], code: string): Promise<ReadonlySet<string>> {
  const { notes, scopes } = books.data
  const stored = (await findingsOf(books.tx, books.tenant, type, keys)).filter((row) => row.code === code)
  const rows = new Map(stored.map((row) => [noteName(row), row]))
  const judged = new Set(scopes.flatMap((scope) => (scope.type === type && scope.codes.has(code) ? [scope.key] : [])))
  const noted = [...notes].filter(
    ([name, finding]) => finding.type === type && finding.code === code && !isAcceptedAs(rows.get(name), finding),
  )
  return new Set([
    ...noted.map(([, { key }]) => key),
    ...stored.flatMap(({ key, state }) => (state === 'open' && !judged.has(key) ? [key] : [])),
  ])
}

/** A person accepted the finding as it is noted now. */
const isAcceptedAs = (row: FindingTable | undefined, { detail }: Note): boolean =>
  row?.accepted === 1 && row.detail === canonicalJson(detail)

/** Opens and closes findings idempotently, and forgets what was noted. Answers those that opened, closed or say something else. */
export async function writeFindings(books: Books): Promise<readonly FindingTable[]> {
  const { notes, scopes } = books.data
  if (notes.size === 0 && scopes.length === 0) return []
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
  notes.clear()
  scopes.length = 0
  return rows
}

function opened(books: Books, stored: ReadonlyMap<string, FindingTable>): FindingTable[] {
  return [...books.data.notes.values()].flatMap((finding) => {
    const { type, key, code, path } = finding
    const before = stored.get(noteName(finding))
    const detail = canonicalJson(finding.detail)
    const wasOpen = before?.state === 'open'
    if (isAcceptedAs(before, finding) || (wasOpen && before.detail === detail)) return []
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
        owner: before?.owner ?? null,
        owned_at: before?.owned_at ?? null,
        closed_by: null,
        accepted: null,
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
    return [{ ...row, state: 'closed' as const, closed_at: books.now, closed_by: null, accepted: null }]
  })
}

function orderOf(row: FindingTable): unknown {
  const detail: { readonly order?: unknown } = JSON.parse(row.detail)
  return detail.order
}
