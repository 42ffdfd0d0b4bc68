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
}

/** The tables of one company; every write gives a new tag and moves the time of its document. */
export interface Book {
  all(set: string): readonly Entity[]
  find(set: string, id: string): Entity | undefined
  lines(set: string, document: string): readonly Entity[]
  add(set: string, fields: JsonObject): Entity
  set(set: string, id: string, fields: JsonObject): Entity
  remove(set: string, id: string): void
  /** next number of a series */
  number(series: string): string
}

export function openBook(now: () => Date, changed: (set: string, id: string, what: 'created' | 'updated' | 'deleted') => void): Book {
  const tables = new Map<string, Map<string, Entity>>()
  const series = new Map<string, number>()
  let writes = 0
  const table = (set: string) => {
    const found = tables.get(set) ?? new Map<string, Entity>()
    tables.set(set, found)
    return found
  }
  const stamp = () => ({
    '@odata.etag': `W/"${Buffer.from(String(++writes)).toString('base64')}"`,
    lastModifiedDateTime: now().toISOString(),
  })
  const parent = (set: string, line: Entity): void => {
    const [head] = Object.entries(linesOf).find(([, lines]) => lines === set) ?? []
    const document = head === undefined ? undefined : table(head).get(String(line.documentId))
    if (head === undefined || document === undefined) return
    table(head).set(document.id, { ...document, ...stamp() })
    changed(head, document.id, 'updated')
  }
  const book: Book = {
    all: (set) => [...table(set).values()],
    find: (set, id) => table(set).get(id.toLowerCase()),
    lines: (set, document) =>
      [...table(linesOf[set] ?? '').values()]
        .filter((line) => line.documentId === document)
        .sort((a, b) => Number(a.sequence) - Number(b.sequence)),
    add: (set, fields) => {
      const entity: Entity = { ...stamp(), id: randomUUID(), ...fields }
      table(set).set(entity.id, entity)
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
    remove: (set, id) => {
      if (table(set).delete(id)) changed(set, id, 'deleted')
    },
    number: (name) => {
      const next = (series.get(name) ?? 106_000) + 1
      series.set(name, next)
      return String(next)
    },
  }
  return book
}
