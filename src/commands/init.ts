import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { CommandError, exitCode } from './exit-code.ts'
import { starterFiles } from './init-files.ts'
import { printJson } from './print.ts'
import type { Shell } from './shell.ts'

/** `crossdock init`: writes a starter workspace. A file that is there stays as it is. */
export function registerInit(program: Command, shell: Shell): void {
  program
    .command('init')
    .description(shell.say('init.about'))
    .argument('[folder]', shell.say('init.folder'), '.')
    .option('--json', shell.say('flag.json'))
    .action(async (given: string, { json = false }: { readonly json?: boolean }) => {
      const folder = resolve(shell.folder, given)
      await mkdir(folder, { recursive: true })
      const written: string[] = []
      const kept: string[] = []
      for (const { path, text } of starterFiles(folder)) {
        const made = await writeNew(join(folder, path), text)
        const file = relative(shell.folder, join(folder, path))
        ;(made ? written : kept).push(file)
        if (!json) shell.out(`${shell.say(made ? 'init.written' : 'init.kept', { file })}\n`)
      }
      if (json) printJson(shell, { folder, written, kept })
      if (written.length === 0) throw new CommandError(exitCode.found, 'exists', shell.say('init.nothing', { folder: given }))
      if (!json) shell.out(`\n${shell.say('init.next')}\n`)
    })
}

async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
