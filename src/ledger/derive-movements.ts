import { holdNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import { movementsOf, replaceMovements, serialsOf } from '../store/movement.ts'
import type { MovementTable } from '../store/tables.ts'
import { loadTargets } from './assemble.ts'
import { readAfresh, touchProduct } from './books.ts'
import { judge, note } from './findings.ts'
import { type MovementFigures, movementCodes, movementFigures, moves } from './movement-rows.ts'
import { differs, rowName } from './rows.ts'
import { documentName, loadDocuments, namedDocument } from './shelf.ts'
import type { Books } from './types.ts'

/** Computes what the touched documents move again and writes what differs. Products whose goods moved are touched. */
export async function deriveMovements(books: Books): Promise<void> {
  const { tx, tenant, data } = books
  if (data.moving.size === 0) return
  await holdNames(
    tx,
    tenant,
    [...data.moving.keys()].map((name) => `movement:${name}`),
  )
  readAfresh(books)
  const names = [...data.moving.keys()].map(namedDocument)
  await loadDocuments(data.shelf, names)
  const documents = names.flatMap((name) => data.shelf.documents.get(documentName(name)) ?? []).filter(moves)
  await loadTargets(data.shelf, documents)
  for (const [type, group] of grouped(documents, (document) => document.type)) {
    const keys = group.map(({ key }) => key)
    // a document that is born here moved nothing before
    const known = group.filter((each) => data.drafts.get(documentName(each))?.before !== undefined || !data.drafts.has(documentName(each)))
    const old = grouped(
      await movementsOf(
        tx,
        tenant,
        type,
        known.map(({ key }) => key),
      ),
      ({ key }) => key,
    )
    const numbers = grouped(
      await serialsOf(
        tx,
        tenant,
        type,
        known.map(({ key }) => key),
      ),
      ({ key }) => key,
    )
    const figures = new Map(group.map((document) => [document.key, movementFigures(data.shelf, document)]))
    for (const key of keys) judge(books, { type, key, codes: movementCodes })
    for (const { findings } of figures.values()) for (const finding of findings) note(books, finding)
    const changed = [...figures].filter(
      ([key, now]) => !sameRows(old.get(key) ?? [], now.rows) || !sameRows(numbers.get(key) ?? [], now.serials),
    )
    for (const [key, now] of changed) touchProducts(books, documentName({ type, key }), [...(old.get(key) ?? []), ...now.rows])
    await replaceMovements(
      tx,
      tenant,
      type,
      changed.filter(([key]) => old.has(key) || numbers.has(key)).map(([key]) => key),
      changed.flatMap(([, { rows }]) => rows),
      changed.flatMap(([, { serials }]) => serials),
    )
  }
}

function touchProducts(books: Books, name: string, rows: readonly Pick<MovementTable, 'product'>[]): void {
  const cause = books.data.moving.get(name) ?? books.data.cause
  for (const product of new Set(rows.map((row) => row.product))) {
    touchProduct(books, product, cause)
    books.data.moved.add(product)
  }
}

type Row = MovementFigures['rows'][number] | MovementFigures['serials'][number]
const nameOf = (row: Row): string => rowName(row.line, row.side, 'serial' in row ? row.serial : '')

function sameRows(before: readonly Row[], now: readonly Row[]): boolean {
  const old = new Map(before.map((row) => [nameOf(row), row]))
  return before.length === now.length && now.every((row) => !differs(old.get(nameOf(row)), row))
}
