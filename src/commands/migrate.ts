import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { FolderLockedError, openDataFolder } from '../data-folder.ts'
import { migrate, schemaNumber } from '../store/migrate.ts'
import { openSqlite } from '../store/sqlite.ts'
import { configOf } from './client.ts'
import { CommandError, exitCode } from './exit-code.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

interface Flags {
  readonly data?: string
  readonly json?: boolean
}

/** `crossdock migrate`: brings the database to this program's schema; what was there is copied first. `serve` does the same at its start. */
export function registerMigrate(program: Command, shell: Shell): void {
  const { say } = shell
  program
    .command('migrate')
    .description(say('migrate.about'))
    .option('--data <folder>', say('flag.data'))
    .option('--json', say('flag.json'))
    .action(async (flags: Flags) => {
      const { data } = configOf(shell, flags)
      if (!existsSync(data)) throw new CommandError(exitCode.notFound, 'no-data', say('migrate.noData', { data }))
      const folder = lock(data)
      try {
        const database = await openSqlite(folder.databaseFile)
        try {
          const applied = await migrate(database, { backup: true })
          const schema = await schemaNumber(database)
          if (flags.json) return printJson(shell, { schema, applied: applied.map(({ number, name }) => ({ number, name })) })
          for (const { number, name } of applied) shell.out(`${say('migrate.applied', { number, name })}\n`)
          shell.out(`${say('migrate.done', { schema })}\n`)
        } finally {
          await database.close()
        }
      } finally {
        folder.release()
      }
    })
}

function lock(data: string) {
  try {
    return openDataFolder(data)
  } catch (error) {
    if (error instanceof FolderLockedError) throw new CommandError(exitCode.refused, 'folder-locked', error.message, error)
    throw error
  }
}
