import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../model/json.ts'
import type { Entity } from './query.ts'

export const none = '0001-01-01'
export const noId = '00000000-0000-0000-0000-000000000000'

/** Sets and the lines in them. */
export const linesOf: Readonly<Record<string, string>> = {
  purchaseOrders: 'purchaseOrderLines',
  salesOrders: 'salesOrderLines',
  purchaseReceipts: 'purchaseReceiptLines',
  salesShipments: 'salesShipmentLines',
  purchaseInvoices: 'purchaseInvoiceLines',
  salesCreditMemos: 'salesCreditMemoLines',
}
const headsOf: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(linesOf).map(([head, lines]) => [lines, head]))

/** A document that is not there any more, as it was (order archives). */
export interface Archived {
  readonly head: Entity
  readonly lines: readonly Entity[]
}

/** The tables of one company; every write gives a new tag and moves the time of its document. */
export interface Book {
  all(set: string): readonly Entity[]
  find(set: string, id: string): Entity | undefined
  lines(set: string, document: string): readonly Entity[]
  add(set: string, fields: JsonObject): Entity
  set(set: string, id: string, fields: JsonObject): Entity
  /** a figure that is worked out whenever it is asked for (a FlowField): no tag and no time moves, and nobody is told */
  figure(set: string, id: string, fields: JsonObject): void
  /** a document with its lines, or one record */
  remove(set: string, id: string): void
  /** deletes a document that was posted whole, and keeps it as it was */
  archive(set: string, id: string): void
  archived(set: string): readonly Archived[]
  /** next number of a series */
  number(series: string): string
}

export function openBook(now: () => Date, changed: (set: string, id: string, what: 'created' | 'updated' | 'deleted') => void): Book {
  const tables = new Map<string, Map<string, Entity>>()
  /** lines by their document */
  const placed = new Map<string, Set<string>>()
  const series = new Map<string, number>()
  const archives = new Map<string, Archived[]>()
  let writes = 0
  const table = (set: string) => {
    const found = tables.get(set) ?? new Map<string, Entity>()
    tables.set(set, found)
    return found
  }
  const linesIn = (set: string, document: string): Set<string> => {
    const name = `${set} ${document}`
    const found = placed.get(name) ?? new Set<string>()
    placed.set(name, found)
    return found
  }
  const stamp = () => ({
    '@odata.etag': `W/"${Buffer.from(String(++writes)).toString('base64')}"`,
    lastModifiedDateTime: now().toISOString(),
  })
  const parent = (set: string, line: Entity): void => {
    const head = headsOf[set]
    const document = head === undefined ? undefined : table(head).get(String(line.documentId))
    if (head === undefined || document === undefined) return
    table(head).set(document.id, { ...document, ...stamp() })
    changed(head, document.id, 'updated')
  }
  const book: Book = {
    all: (set) => [...table(set).values()],
    find: (set, id) => table(set).get(id.toLowerCase()),
    lines: (set, document) => {
      const lines = linesOf[set] ?? ''
      return [...linesIn(lines, document)]
        .flatMap((id) => table(lines).get(id) ?? [])
        .sort((a, b) => Number(a.sequence) - Number(b.sequence))
    },
    add: (set, fields) => {
      const entity: Entity = { ...stamp(), id: randomUUID(), ...fields }
      table(set).set(entity.id, entity)
      if (headsOf[set] !== undefined) linesIn(set, String(entity.documentId)).add(entity.id)
      changed(set, entity.id, 'created')
      parent(set, entity)
      return entity
    },
    set: (set, id, fields) => {
      const entity: Entity = { ...(book.find(set, id) ?? { id }), ...fields, ...stamp(), id }
      table(set).set(id, entity)
      changed(set, id, 'updated')
      parent(set, entity)
      return entity
    },
    figure: (set, id, fields) => {
      const entity = book.find(set, id)
      if (entity !== undefined) table(set).set(id, { ...entity, ...fields, id })
    },
    remove: (set, id) => {
      for (const line of book.lines(set, id)) table(linesOf[set] ?? '').delete(line.id)
      if (table(set).delete(id)) changed(set, id, 'deleted')
    },
    archive: (set, id) => {
      const head = book.find(set, id)
      if (head !== undefined) archives.set(set, [...(archives.get(set) ?? []), { head, lines: book.lines(set, id) }])
      book.remove(set, id)
    },
    archived: (set) => archives.get(set) ?? [],
    number: (name) => {
      const next = (series.get(name) ?? 106_000) + 1
      series.set(name, next)
      return String(next)
    },
  }
  return book
}
