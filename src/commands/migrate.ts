import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { FolderLockedError, openDataFolder } from '../data-folder.ts'
import type { Database } from '../store/database.ts'
import { type Applied, migrate, schemaNumber } from '../store/migrate.ts'
import { openMysql } from '../store/mysql.ts'
import { openSqlite } from '../store/sqlite.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags {
  readonly data?: string
  readonly database?: string
  readonly json?: boolean
}

/** `crossdock migrate`: brings the database to this program's schema; a file is copied first. `serve` does the same with its own file; a shared database is changed only here. */
export function registerMigrate(program: Command, shell: Shell): void {
  const { say } = shell
  program
    .command('migrate')
    .description(say('migrate.about'))
    .option('--data <folder>', say('flag.data'))
    .option('--database <address>', say('flag.database'))
    .option('--json', say('flag.json'))
    .action(async (flags: Flags) => {
      const config = configOf(shell, flags)
      const { applied, schema } =
        config.database === undefined ? await migrateFile(shell, config.data) : await migrated(await openMysql(config.database))
      if (flags.json) return printJson(shell, { schema, applied: applied.map(({ number, name }) => ({ number, name })) })
      for (const { number, name } of applied) shell.out(`${say('migrate.applied', { number, name })}\n`)
      shell.out(`${say('migrate.done', { schema })}\n`)
    })
}

async function migrateFile({ say }: Shell, data: string) {
  if (!existsSync(data)) throw new CommandError(exitCode.notFound, 'no-data', say('migrate.noData', { data }))
  const folder = lock(data)
  try {
    return await migrated(await openSqlite(folder.databaseFile))
  } finally {
    folder.release()
  }
}

async function migrated(database: Database): Promise<{ readonly applied: readonly Applied[]; readonly schema: number }> {
  try {
    const applied = await migrate(database, { backup: true })
    return { applied, schema: await schemaNumber(database) }
  } finally {
    await database.close()
  }
}

function lock(data: string) {
  try {
    return openDataFolder(data)
  } catch (error) {
    if (error instanceof FolderLockedError) throw new CommandError(exitCode.refused, 'folder-locked', error.message, error)
    throw error
  }
}
