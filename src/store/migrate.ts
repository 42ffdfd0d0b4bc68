import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { sql } from 'kysely'
import { bug, reject } from '../model/errors.ts'
import type { Database } from './database.ts'
import { tables } from './migrations/0001-tables.ts'
import { schedulesAndWatch } from './migrations/0002-schedules-and-watch.ts'
import { traces } from './migrations/0003-traces.ts'
import { reports } from './migrations/0004-reports.ts'
import { falls } from './migrations/0005-falls.ts'
import { circuits } from './migrations/0006-circuits.ts'
import { tokenTurns } from './migrations/0007-token-turns.ts'
import { packedBodies } from './migrations/0008-packed-bodies.ts'
import { parcels } from './migrations/0009-parcels.ts'
import { shapes } from './migrations/0010-shapes.ts'
import { announcements } from './migrations/0011-announcements.ts'
import { authors } from './migrations/0012-authors.ts'
import { events } from './migrations/0013-events.ts'
import { verifications } from './migrations/0014-verifications.ts'
import { sales } from './migrations/0015-sales.ts'
import { crosswalk } from './migrations/0016-crosswalk.ts'
import { parties } from './migrations/0017-parties.ts'
import { counters } from './migrations/0018-counters.ts'
import { uncutPages } from './migrations/0019-uncut-pages.ts'
import { aftersales } from './migrations/0020-aftersales.ts'
import { stock } from './migrations/0021-stock.ts'
import { routing } from './migrations/0022-routing.ts'
import { daySales } from './migrations/0023-day-sales.ts'
import { numbers } from './migrations/0024-numbers.ts'
import { replenishment } from './migrations/0025-replenishment.ts'
import { promiseSums } from './migrations/0026-promise-sums.ts'
import { numberWarnings } from './migrations/0027-number-warnings.ts'
import { money } from './migrations/0028-money.ts'
import { invoices } from './migrations/0029-invoices.ts'
import { payouts } from './migrations/0030-payouts.ts'
import { prices } from './migrations/0031-prices.ts'
import { reservationQuantity } from './migrations/0032-reservation-quantity.ts'
import { payables } from './migrations/0033-payables.ts'
import { statements } from './migrations/0034-statements.ts'
import { deposits } from './migrations/0035-deposits.ts'
import { findingQueue } from './migrations/0036-finding-queue.ts'
import { numberStock } from './migrations/0037-number-stock.ts'
import { mysqlSchema } from './mysql-schema.ts'
import { sqliteSchema } from './sqlite-schema.ts'
import { type Migration, type SchemaMaker, tableShape } from './table-shape.ts'

/** All steps this program knows, in order. */
export const migrations: readonly Migration[] = [
  tables,
  schedulesAndWatch,
  traces,
  reports,
  falls,
  circuits,
  tokenTurns,
  packedBodies,
  parcels,
  shapes,
  announcements,
  authors,
  events,
  verifications,
  sales,
  crosswalk,
  parties,
  counters,
  uncutPages,
  aftersales,
  stock,
  routing,
  daySales,
  numbers,
  replenishment,
  promiseSums,
  numberWarnings,
  money,
  invoices,
  payouts,
  prices,
  reservationQuantity,
  payables,
  statements,
  deposits,
  findingQueue,
  numberStock,
]

export interface MigrateOptions {
  /** copy a SQLite file that has tables already to `<file>.before-<first new number>` before it is changed */
  readonly backup?: boolean
  /** the steps; those of this program when left out */
  readonly migrations?: readonly Migration[]
}

export interface Applied {
  readonly number: number
  readonly name: string
}

/**
 * Brings the database to the newest schema this program knows, each step in one transaction with the row that records it. Steps that were applied before
 * are left out, so it may be repeated. Answers the steps it applied now.
 * @throws HubError `schema-newer` (reject) when a newer program has migrated the database, `schema-differs` (bug) when a recorded step is another one than here
 */
export const migrate = (database: Database, options: MigrateOptions = {}): Promise<Applied[]> =>
  database.alone(() => migrateAlone(database, options))

async function migrateAlone(database: Database, options: MigrateOptions): Promise<Applied[]> {
  const steps = options.migrations ?? migrations
  const maker = makerOf(database)
  const done = await appliedSteps(database, maker)
  checkHistory(done, steps)
  const open = steps.slice(done.length)
  const [first] = open
  if (!first) return []
  if (options.backup && done.length > 0 && database.dialect === 'sqlite') await backUp(database, first.number)
  for (const step of open)
    await database.write(async (tx) => {
      await step.up(tx, maker)
      await tx
        .insertInto('migration')
        .values({
          number: step.number,
          name: step.name,
          at: await database.now(),
        })
        .execute()
    })
  return open.map(({ number, name }) => ({ number, name }))
}

/** Number of the newest step applied to the database; 0 when there is none. */
export async function schemaNumber(database: Database): Promise<number> {
  const done = await appliedSteps(database, makerOf(database))
  return done.at(-1)?.number ?? 0
}

/** The number a database has to have for this program to work on it. */
export const newestSchema = migrations.length

const migrationTable = tableShape({
  columns: { number: 'whole', name: 'word', at: 'whole' },
  primary: ['number'],
})

async function appliedSteps(database: Database, maker: SchemaMaker): Promise<Applied[]> {
  return database.write(async (tx) => {
    await maker.createTable(tx, 'migration', migrationTable)
    return tx.selectFrom('migration').select(['number', 'name']).orderBy('number').execute()
  })
}

function checkHistory(done: readonly Applied[], steps: readonly Migration[]): void {
  const newest = done.at(-1)?.number ?? 0
  if (newest > steps.length)
    throw reject(
      'schema-newer',
      `the database has schema ${newest}, this program knows schema ${steps.length}: start the newer program, or restore the copy made before the upgrade`,
    )
  for (const [i, step] of steps.entries()) {
    const applied = done[i]
    if (step.number !== i + 1)
      throw bug('schema-steps', `migration ${step.number} '${step.name}' stands at place ${i + 1}: number them 1, 2, 3 …`)
    if (applied && (applied.number !== step.number || applied.name !== step.name))
      throw bug(
        'schema-differs',
        `the database records migration ${applied.number} '${applied.name}', this program has ${step.number} '${step.name}' there: a released migration was changed`,
      )
  }
}

function makerOf(database: Database): SchemaMaker {
  return database.dialect === 'sqlite' ? sqliteSchema : mysqlSchema(database.collation ?? 'utf8mb4_bin')
}

/** The copy is as private as the file, and appears under its name only when it is whole and on the disk. */
async function backUp(database: Database, number: number): Promise<void> {
  const files = await sql<{
    name: string
    file: string
  }>`pragma database_list`.execute(database.read)
  const file = files.rows.find((row) => row.name === 'main')?.file
  if (!file) return
  const target = `${file}.before-${number}`
  const partial = `${target}.partial`
  rmSync(partial, { force: true })
  closeSync(openSync(partial, 'wx', 0o600))
  await sql`vacuum into ${partial}`.execute(database.read)
  const handle = openSync(partial, 'r+')
  fsyncSync(handle)
  closeSync(handle)
  renameSync(partial, target)
}
