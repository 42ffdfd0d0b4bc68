import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CommandError, exitCode } from './exit-code.ts'
import type { Shell } from './shell.ts'

/** A file named on the command line, as UTF-8. @throws CommandError not-found */
export const readText = async (shell: Shell, file: string): Promise<string> => (await readBytes(shell, file)).toString('utf8')

/** A file named on the command line. @throws CommandError not-found */
export async function readBytes(shell: Shell, file: string): Promise<Buffer> {
  try {
    return await readFile(resolve(shell.folder, file))
  } catch (error) {
    throw new CommandError(exitCode.notFound, 'no-file', shell.say('file.unreadable', { file }), error)
  }
}
