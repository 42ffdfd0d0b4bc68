import type { Migration, TableShape } from '../table-shape.ts'
import { reading } from './0002/reading.ts'
import { watch } from './0002/watch.ts'

/**
 * Schedules of every kind of job with their timing, reading of ranges, plans that wait for a person, and what watches over silence. The rows of `schedule` only say when something is due next and are
 * written anew at every start, so the table is made again instead of changed column by column.
 */
export const schedulesAndWatch: Migration = {
  number: 2,
  name: 'schedules-and-watch',
  async up(tx, maker) {
    await tx.schema.dropTable('schedule').ifExists().execute()
    const all: Record<string, TableShape> = { ...reading, ...watch }
    for (const [name, shape] of Object.entries(all)) await maker.createTable(tx, name, shape)
  },
}
