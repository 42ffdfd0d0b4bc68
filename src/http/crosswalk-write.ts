import { addLink } from '../ledger/links.ts'
import { mergedKey } from '../ledger/merged-keys.ts'
import { fetchDocument, fetchLink, loadDocuments, loadLinks, openShelf, type Shelf, survivorOf } from '../ledger/shelf.ts'
import type { Context } from '../pipeline/context.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { linkTypes } from '../pipeline/link-types.ts'
import type { Tx } from '../store/database.ts'
import type { Reader } from '../store/in-list.ts'

/** One line of the crosswalk: our key of a thing beside its key at a connection. */
export interface Line {
  readonly type: string
  readonly connection: string
  readonly externalKey: string
  readonly key: string
}

/** made: new. kept: it stood there already. refused: nothing was written for it. */
export type LineOutcome =
  | { readonly outcome: 'made' | 'kept' }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string }

export interface Linked {
  readonly outcomes: readonly LineOutcome[]
  /** wakes what waited for the new lines; to be called after the commit */
  readonly ring: () => void
}

/**
 * Links the lines in one unit of work of the ledger, with everything that follows: references resolve, parked records and deliveries become ready, duties are made. A line that
 * contradicts another, names an unknown connection or type, or (for types of documents) a document that is not there, is refused alone.
 */
export async function linkLines(tx: Tx, hub: Context, lines: readonly Line[], documentTypes: ReadonlySet<string>): Promise<Linked> {
  const types = linkTypes(hub.catalogue())
  const { result: outcomes, ring } = await writeLedger(tx, hub, async (books) => {
    const { shelf } = books.data
    const judged: LineOutcome[] = []
    for (const line of await load(shelf, lines)) {
      const outcome = await judge(shelf, hub, line, types, documentTypes)
      if (outcome.outcome === 'made') await addLink(books, { ...line, linkedBy: 'person' })
      judged.push(outcome)
    }
    return judged
  })
  return { outcomes, ring }
}

/** What {@link linkLines} would say, without writing. */
export async function tryLines(
  read: Reader,
  hub: Context,
  lines: readonly Line[],
  documentTypes: ReadonlySet<string>,
): Promise<LineOutcome[]> {
  const shelf = openShelf(read, hub.tenant)
  const living = await load(shelf, lines)
  const types = linkTypes(hub.catalogue())
  const outcomes: LineOutcome[] = []
  const seen = new Map<string, string>()
  for (const line of living) {
    const name = JSON.stringify([line.type, line.connection, line.externalKey])
    const earlier = seen.get(name)
    const judged = earlier === undefined ? await judge(shelf, hub, line, types, documentTypes) : compared(line, earlier)
    if (judged.outcome === 'made') seen.set(name, line.key)
    outcomes.push(judged)
  }
  return outcomes
}

/** Reads what the lines name, and answers them with the keys that live of those that were merged. */
async function load(shelf: Shelf, lines: readonly Line[]): Promise<readonly Line[]> {
  await loadLinks(shelf, [...lines, ...lines.map(({ type, key }) => mergedKey(type, key))])
  const living = lines.map((line) => ({ ...line, key: survivorOf(shelf, line.type, line.key) }))
  await loadDocuments(shelf, living)
  return living
}

async function judge(
  shelf: Shelf,
  hub: Context,
  line: Line,
  types: ReadonlySet<string>,
  documentTypes: ReadonlySet<string>,
): Promise<LineOutcome> {
  const { type, connection, key } = line
  if (!hub.catalogue().connections.has(connection))
    return { outcome: 'refused', code: 'unknown-connection', message: `the workspace has no connection '${connection}'` }
  const link = await fetchLink(shelf, line)
  if (link !== undefined) return compared(line, link.key)
  if (!types.has(type) && !documentTypes.has(type)) {
    const known = [...new Set([...types, ...documentTypes])].sort().join(', ')
    return { outcome: 'refused', code: 'unknown-type', message: `nothing here links a '${type}'; known are: ${known}` }
  }
  if (documentTypes.has(type) && (await fetchDocument(shelf, type, key)) === undefined)
    return { outcome: 'refused', code: 'no-document', message: `the ledger has no ${type} '${key}': a line can only name what is there` }
  return { outcome: 'made' }
}

const compared = (line: Line, key: string): LineOutcome =>
  key === line.key
    ? { outcome: 'kept' }
    : {
        outcome: 'refused',
        code: 'link-conflict',
        message: `${line.type} ${line.externalKey} of ${line.connection} is linked to '${key}' already: one of the two is wrong`,
      }
