import type { PartnerLine } from '../model/delivery.ts'
import { reject } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import { documentsByNumber } from '../store/document.ts'
import { externalName, saveLineLinks } from '../store/link.ts'
import type { LinkTable } from '../store/tables.ts'
import { journal, touchOrder } from './books.ts'
import { judge } from './findings.ts'
import { documentName, fetchDocument, fetchLink, listOf, loadLineLinks, textOf, toDocument } from './shelf.ts'
import type { Books, LedgerDocument, Recognised } from './types.ts'

export interface LinkRequest {
  readonly type: string
  readonly connection: string
  readonly externalKey: string
  readonly key: string
  readonly linkedBy: LinkTable['linked_by']
  /** version of the record the partner returned: its echo is known by it */
  readonly version?: string | null
}

const identityCodes: ReadonlySet<string> = new Set(['identity-conflict', 'identifier-invalid'])

/**
 * Links a key at a connection with a document. Idempotent; a version that is named replaces the one kept. References that wait for it are resolved by `finish`.
 * @throws HubError `link-conflict` (reject) when the external key belongs to another document already: a key is given once.
 */
export async function addLink(
  books: Books,
  { type, connection, externalKey, key, linkedBy, version }: LinkRequest,
): Promise<'made' | 'kept'> {
  const { shelf, newLinks, movedLinks } = books.data
  const name = externalName({ type, connection, externalKey })
  const before = await fetchLink(shelf, { type, connection, externalKey })
  if (before !== undefined && before.key !== key)
    throw reject(
      'link-conflict',
      `${type} ${externalKey} of ${connection} is linked to ${before.key} (by ${before.linked_by}), so it cannot be linked to ${key} too: one of the two links is wrong. Look at both documents and keep the right one`,
    )
  if (before !== undefined) {
    if (version === undefined || version === before.version) return 'kept'
    const moved: LinkTable = { ...before, version }
    shelf.links.set(name, moved)
    if (newLinks.has(name)) newLinks.set(name, moved)
    else movedLinks.set(name, moved)
    return 'kept'
  }
  const row: LinkTable = {
    tenant: books.tenant,
    type,
    connection,
    external_key: externalKey,
    key,
    version: version ?? null,
    image_hash: null,
    linked_by: linkedBy,
    at: books.now,
  }
  shelf.links.set(name, row)
  newLinks.set(name, row)
  if (linkedBy !== 'origin') journal(books, 'linked', { type, key }, { connection, externalKey, linkedBy })
  judge(books, { type, key: `${connection}/${externalKey}`, codes: identityCodes })
  return 'made'
}

export interface LinesRequest {
  readonly type: string
  readonly connection: string
  readonly key: string
  readonly lines: readonly PartnerLine[]
}

/** In place of a line's key: the document does not have that number yet, because an older version of it is here; linked when it does. */
const waitingFor = (number: string): string => `?${number}`

/** Links a partner's line keys with our lines, found by their number; a line the document does not have yet is linked by `finish` when it appears. */
export async function addLines(books: Books, { type, connection, key, lines }: LinesRequest): Promise<void> {
  if (lines.length === 0) return
  const document = await fetchDocument(books.data.shelf, type, key)
  await loadLineLinks(books.data.shelf, type, [key])
  for (const { externalKey, number } of lines) {
    const line = document && textOf(lineByNumber(document.body, number)?.key)
    if (line === undefined && isLinkedLine(books, type, key, connection, externalKey)) continue
    setLine(books, { type, key }, connection, externalKey, line ?? waitingFor(number))
  }
}

const isLinkedLine = ({ data }: Books, type: string, key: string, connection: string, externalKey: string): boolean =>
  data.shelf.lineLinks.get(documentName({ type, key }))?.get(`${connection}\0${externalKey}`)?.startsWith('?') === false

function setLine(
  books: Books,
  { type, key }: { readonly type: string; readonly key: string },
  connection: string,
  externalKey: string,
  line: string,
): void {
  const linked = books.data.shelf.lineLinks.get(documentName({ type, key }))
  if (linked?.get(`${connection}\0${externalKey}`) === line) return
  linked?.set(`${connection}\0${externalKey}`, line)
  books.data.lineLinks.set(`${type}\0${connection}\0${key}\0${externalKey}`, {
    tenant: books.tenant,
    type,
    connection,
    external_line: externalKey,
    key,
    line,
    at: books.now,
  })
  touchOrder(books, type, key)
}

/** Links one line of a partner with ours, on the word of a person. The line links of the document must have been loaded. */
export const linkLine = (books: Books, { type, connection, key, externalKey, line }: LineLink): void =>
  setLine(books, { type, key }, connection, externalKey, line)

export interface LineLink {
  readonly type: string
  readonly connection: string
  readonly key: string
  readonly externalKey: string
  readonly line: string
}

/** Links the lines that waited for their number and are there now. The line links of these documents must have been loaded. */
export async function settleLines(books: Books, documents: Iterable<LedgerDocument>): Promise<void> {
  books.data.lineLinks.clear()
  for (const document of documents)
    for (const [name, line] of books.data.shelf.lineLinks.get(documentName(document)) ?? []) {
      const found = line.startsWith('?') ? textOf(lineByNumber(document.body, line.slice(1))?.key) : undefined
      const at = name.indexOf('\0')
      if (found !== undefined) setLine(books, document, name.slice(0, at), name.slice(at + 1), found)
    }
  await saveLineLinks(books.tx, [...books.data.lineLinks.values()])
}

/** A line by the number people know, else by its key. Numbers of lines that were cancelled whole may have been given to others: a live line wins. */
export function lineByNumber(order: JsonObject, number: string): JsonObject | undefined {
  const lines = listOf(order.lines)
  const numbered = lines.filter((line) => line.number === number)
  return (
    numbered.find((line) => line.status !== 'cancelled' && line.cancelled !== line.quantity) ??
    numbered[0] ??
    lines.find((line) => line.key === number)
  )
}

/** `by`: only our key tells, not our number. */
export interface HubRef {
  readonly document: string
  readonly value: string
  readonly by?: 'key'
}
export interface RecogniseRequest {
  readonly connection: string
  readonly stream: string
  readonly externalKey: string
  readonly hubRef: HubRef
  readonly lines: readonly PartnerLine[]
  readonly version: string | null
}

/**
 * Step 2 of the ladder: a partner's record carries our key, or our number where exactly one document has it. Links the record and its lines; the delivery that
 * brought the document there is settled by the pipeline. undefined when the value names nothing of ours, or the connection's own document.
 */
export async function recognise(
  books: Books,
  { connection, externalKey, hubRef, lines, version }: RecogniseRequest,
): Promise<Recognised | undefined> {
  const type = hubRef.document
  const link = await fetchLink(books.data.shelf, { type, connection, externalKey })
  const key = link?.key ?? (await namedDocument(books, hubRef, connection))?.key
  if (key === undefined || (await fetchDocument(books.data.shelf, type, key))?.origin === connection) return undefined
  if (link === undefined) await addLink(books, { type, connection, externalKey, key, linkedBy: 'hub-ref', version })
  await addLines(books, { type, connection, key, lines })
  return { type, key, lines }
}

async function namedDocument(books: Books, { document: type, value, by }: HubRef, connection: string): Promise<LedgerDocument | undefined> {
  const { shelf, drafts } = books.data
  const byKey = await fetchDocument(shelf, type, value)
  if (byKey !== undefined || by === 'key') return byKey
  const stored = await documentsByNumber(books.tx, books.tenant, type, value, 3)
  const found = new Map(stored.map((row) => [row.key, toDocument(row)]))
  for (const { now } of drafts.values()) if (now.type === type) now.number === value ? found.set(now.key, now) : found.delete(now.key)
  const foreign = [...found.values()].filter(({ origin }) => origin !== connection)
  return foreign.length === 1 ? foreign[0] : undefined
}
