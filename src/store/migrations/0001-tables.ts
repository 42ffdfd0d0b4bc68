import type { Migration, TableShape } from '../table-shape.ts'
import { derived } from './0001/derived.ts'
import { documents } from './0001/documents.ts'
import { inbound } from './0001/inbound.ts'
import { outbound } from './0001/outbound.ts'
import { workspace } from './0001/workspace.ts'

/** Every table of the hub. Primary keys start with the tenant; so do unique keys, except the two tokens that tell whose request it is. */
export const tables: Migration = {
  number: 1,
  name: 'tables',
  async up(tx, maker) {
    const all: Record<string, TableShape> = {
      ...workspace,
      ...inbound,
      ...documents,
      ...derived,
      ...outbound,
    }
    for (const [name, shape] of Object.entries(all)) await maker.createTable(tx, name, shape)
  },
}
