import { hubOrigin } from '../model/hub-origin.ts'
import { saveReferences } from '../store/reference.ts'
import type { Move } from './derive-stock.ts'
import { write } from './draft.ts'
import { referenceRows } from './references.ts'
import { documentName, loadDocuments } from './shelf.ts'
import { shelfKey } from './stock-level.ts'
import type { Books } from './types.ts'
import { unitsOf } from './units.ts'
import { writeDocuments } from './write-documents.ts'

/**
 * A shelf that nobody counts as a whole (movements alone fill it, or only its lots and owners are counted) gets a stock level of the hub, so that routes have a document to bring to partners. Who counts it later takes
 * it over ({@link isAnchor}).
 */
export async function anchorShelves(books: Books, moves: readonly Move[]): Promise<void> {
  const { shelf, drafts } = books.data
  const wanted = new Map(
    moves.flatMap(({ rows, product }) =>
      rows
        .filter(({ condition }) => condition === 'sellable')
        .map(({ location }) => [shelfKey(location, product), { location, product }] as const),
    ),
  )
  await loadDocuments(
    shelf,
    [...wanted.keys()].map((key) => ({ type: 'stock-level', key })),
  )
  const missing = [...wanted].filter(([key]) => {
    const there = shelf.documents.get(documentName({ type: 'stock-level', key }))
    // one of the hub's that went with a merge, and is needed again
    return there === undefined || (there.origin === hubOrigin && there.body.movedTo !== undefined)
  })
  if (missing.length === 0) return
  await loadDocuments(
    shelf,
    missing.map(([, { product }]) => ({ type: 'product', key: product })),
  )
  for (const [key, { location, product }] of missing) {
    const known = shelf.documents.get(documentName({ type: 'product', key: product }))
    const { baseline, envelope } = books.data.products.get(product) ?? books.data.cause
    write(books, {
      type: 'stock-level',
      key,
      body: {
        location: { ref: { type: 'location', key: location } },
        product: { ref: { type: 'product', key: product } },
        unit: known === undefined ? 'unknown' : unitsOf(known.body).baseUnit,
        onHand: '0',
        method: 'movement',
      },
      origin: hubOrigin,
      mapping: null,
      baseline,
      envelope,
      makesVersion: true,
    })
  }
  const made = missing.flatMap(([key]) => drafts.get(documentName({ type: 'stock-level', key })) ?? [])
  await writeDocuments(books, made)
  await saveReferences(
    books.tx,
    made.flatMap(({ now }) => referenceRows(shelf, now, now.body)),
  )
}
