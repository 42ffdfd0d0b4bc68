/** What the process ends with, so that scripts can tell. Listed in docs/cli.md. */
export const exitCode = {
  /** done, nothing wrong */
  ok: 0,
  /** the command ran and found a problem: faults in a workspace, a document that does not add up, a failed case */
  found: 1,
  /** the command line or the workspace it names is wrong: mend it and call again */
  usage: 2,
  /** no hub answers: start it, or name another address */
  unreachable: 3,
  /** the thing that was named is not there */
  notFound: 4,
  /** the hub answered no: the key lacks a scope, or the state does not allow it */
  refused: 5,
  /** two versions of a mapping make different documents, and none that one took is refused by the other */
  differs: 6,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** A command that cannot go on. `message` is for the person at the terminal and says what to do next. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: ExitCode
  /** the hub's own word for it: `not-found`, `missing-scope`; `usage` and `unreachable` are ours */
  readonly code: string

  constructor(exitCode: ExitCode, code: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.exitCode = exitCode
    this.code = code
  }
}

export const usage = (message: string): CommandError => new CommandError(exitCode.usage, 'usage', message)
