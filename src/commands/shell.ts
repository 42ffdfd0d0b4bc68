import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { HubConfig } from '../config.ts'
import { type Language, languageOf, type Say, speaker } from '../model/messages.ts'
import type { ExitCode } from './exit-code.ts'

/** What an HTTP application must offer to be asked in-process. */
export interface LocalApp {
  readonly app: { fetch(request: Request): Response | Promise<Response> }
  readonly localKey: string
  close(): Promise<void>
}

/** Everything around a command: the person's language, the streams, the folder. Tests pass their own. */
export interface Shell {
  readonly language: Language
  readonly say: Say
  readonly env: Readonly<Record<string, string | undefined>>
  /** folder the person stands in; npm scripts run elsewhere and tell it in INIT_CWD */
  readonly folder: string
  /** escape sequences are welcome: a terminal, and neither NO_COLOR nor CI says otherwise */
  readonly colour: boolean
  readonly columns: number
  /** writes to standard output: text that brings its own line ends, or bytes as they are */
  out(text: string | Uint8Array): void
  /** writes to standard error */
  note(text: string): void
  /** A text that is not to be seen: typed without echo at a terminal, else all of standard input. One line end at its end is no part of it. */
  readSecret(question: string): Promise<string>
  /** Opens the data folder's hub in this process, without workers. `bare`: also when its workspace does not hold, without a workspace then. */
  openLocal(config: HubConfig, how?: { readonly bare: boolean }): Promise<LocalApp>
  /** resolves when the person asks to stop (Ctrl-C, SIGTERM) */
  untilStopped(): Promise<void>
  /** what the process ends with */
  end(code: ExitCode): void
}

/** The shell of this process. `argv` is looked through for --lang, so that help is in the person's language too. */
export function processShell(argv: readonly string[], openLocal: Shell['openLocal']): Shell {
  const { env } = process
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endUnread)
  const language = languageOf(flagOf(argv), env)
  return {
    language,
    say: speaker(language),
    env,
    folder: env.INIT_CWD ?? process.cwd(),
    colour: process.stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
    columns: process.stdout.columns ?? 120,
    out: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    readSecret,
    openLocal,
    untilStopped: () =>
      new Promise((resolve) => {
        process.once('SIGINT', () => resolve())
        process.once('SIGTERM', () => resolve())
      }),
    end: (code) => {
      process.exitCode = code
    },
  }
}

/** Who reads the output may stop before its end (`| head`): that is no failure, and nobody is left to tell. */
function endUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}

async function readSecret(question: string): Promise<string> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) return (await text(stdin)).replace(/\r?\n$/, '')
  // the terminal is in raw mode while this is open, and what it would echo goes nowhere: so the question comes after
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true })
  stderr.write(question)
  try {
    return await new Promise<string>((resolve) => {
      lines.once('line', resolve)
      // Ctrl-C, Ctrl-D: nothing was given
      lines.once('SIGINT', () => resolve(''))
      lines.once('close', () => resolve(''))
    })
  } finally {
    lines.close()
    stderr.write('\n')
  }
}

function flagOf(argv: readonly string[]): string | undefined {
  const place = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='))
  const word = argv[place]
  return word === undefined ? undefined : word.includes('=') ? word.slice(word.indexOf('=') + 1) : argv[place + 1]
}
