import type { Reader } from '../../store/in-list.ts'
import { movementsOf, serialsOf } from '../../store/movement.ts'
import { loadTargets } from '../assemble.ts'
import type { Note } from '../findings.ts'
import { type MovementFigures, movementFigures, moves } from '../movement-rows.ts'
import { documentName, loadDocuments, openShelf } from '../shelf.ts'
import { type Check, compareRows, together } from './check.ts'
import { compareNotes } from './notes.ts'

/** What documents of one type move, and that nothing moves that no document says. */
export async function checkMovements(read: Reader, tenant: string, type: string, keys: readonly string[]): Promise<Check> {
  const figures = await figuresOf(read, tenant, type, keys)
  const of = (row: { readonly type: string; readonly key: string }) => ({ type: row.type, key: row.key })
  return together(
    compareRows(
      'movement',
      await movementsOf(read, tenant, type, keys),
      figures.flatMap(({ rows }) => rows),
      (row) => [row.type, row.key, row.line, row.side],
      of,
    ),
    compareRows(
      'serial',
      await serialsOf(read, tenant, type, keys),
      figures.flatMap(({ serials }) => serials),
      (row) => [row.type, row.key, row.line, row.side, row.serial],
      of,
    ),
    await compareNotes(
      read,
      tenant,
      figures.flatMap(({ findings }) => findings.map((note) => ({ note, of: of(note) }))),
    ),
  )
}

/** Findings that these documents have now for what they move. */
export const movementNotes = async (read: Reader, tenant: string, type: string, keys: readonly string[]): Promise<readonly Note[]> =>
  (await figuresOf(read, tenant, type, keys)).flatMap(({ findings }) => findings)

async function figuresOf(read: Reader, tenant: string, type: string, keys: readonly string[]): Promise<readonly MovementFigures[]> {
  const shelf = openShelf(read, tenant)
  const names = keys.map((key) => ({ type, key }))
  await loadDocuments(shelf, names)
  const documents = names.flatMap((name) => shelf.documents.get(documentName(name)) ?? []).filter(moves)
  await loadTargets(shelf, documents)
  return documents.map((document) => movementFigures(shelf, document))
}
