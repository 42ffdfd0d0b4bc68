import type { ExitCode } from '../commands/exit-code.ts'
import { runProgram } from '../commands/program.ts'
import type { Shell } from '../commands/shell.ts'
import { type Language, speaker } from '../model/messages.ts'

export interface ShellRun {
  /** bytes that were written as such are in it as Latin-1 */
  readonly out: string
  readonly err: string
  readonly code: ExitCode
}
export interface TestShell {
  readonly shell: Shell
  /** runs one command line, split at spaces unless given as words */
  run(line: string | readonly string[]): Promise<ShellRun>
}

/** A shell that keeps what is written to it. `given` replaces parts of it: environment, folder, language, the way to a hub. */
export function testShell(given: Partial<Shell> & { readonly language?: Language } = {}): TestShell {
  let out = ''
  let err = ''
  let code: ExitCode = 0
  const language = given.language ?? 'en'
  const shell: Shell = {
    language,
    say: speaker(language),
    env: {},
    folder: process.cwd(),
    colour: false,
    columns: 120,
    readSecret: () => Promise.reject(new Error('this test has no standard input')),
    openLocal: () => Promise.reject(new Error('this test has no hub')),
    untilStopped: async () => {},
    ...given,
    out: (text) => {
      out += typeof text === 'string' ? text : Buffer.from(text).toString('latin1')
    },
    note: (text) => {
      err += text
    },
    end: (ended) => {
      code = ended
    },
  }
  return {
    shell,
    async run(line) {
      out = ''
      err = ''
      code = 0
      await runProgram(shell, typeof line === 'string' ? line.split(' ') : line)
      return { out, err, code }
    },
  }
}
