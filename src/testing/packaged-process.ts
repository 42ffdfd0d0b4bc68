import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'

/** How a program of the packaging suite ended. */
export interface Ran {
  /** null: a signal ended it */
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly ms: number
}

export interface RunOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** killed with its children after so long */
  readonly limitMs: number
  readonly input?: string
  /** user and group id, where this process may change to them */
  readonly user?: number
}

/** A program that runs until it is told to end. */
export interface Running {
  readonly ended: Promise<Ran>
  /** undefined while it runs */
  over(): Ran | undefined
  signal(name: NodeJS.Signals): void
}

const mostOutput = 400_000
const running = new Set<ChildProcess>()
const closing = new AbortController()

/** Starts a program in a process group of its own. @throws Error after endAll */
export function start(command: readonly string[], { cwd, env, limitMs, input, user }: RunOptions): Running {
  closing.signal.throwIfAborted()
  const [file = '', ...rest] = command
  const began = performance.now()
  const child = spawn(file, rest, {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  })
  running.add(child)
  child.stdin.on('error', () => {})
  child.stdin.end(input ?? '')
  const texts = { out: '', err: '' }
  for (const name of ['out', 'err'] as const)
    child[`std${name}`].on('data', (bytes: Buffer) => {
      texts[name] = (texts[name] + bytes.toString('utf8')).slice(-mostOutput)
    })
  const late = setTimeout(() => killGroup(child), limitMs)
  let result: Ran | undefined
  const ended = new Promise<Ran>((resolve) => {
    const end = (code: number | null, more = '') => {
      clearTimeout(late)
      running.delete(child)
      result ??= { code, ...texts, err: texts.err + more, ms: performance.now() - began }
      resolve(result)
    }
    child.once('error', (error) => end(null, error.message))
    child.once('close', (code) => end(code))
  })
  return { ended, over: () => result, signal: (name) => void child.kill(name) }
}

/** Runs a program to its end. @throws Error with its last words when it does not end with `expected` */
export async function run(command: readonly string[], options: RunOptions, expected = 0): Promise<Ran> {
  const ran = await start(command, options).ended
  if (ran.code === expected) return ran
  const why =
    ran.code === null ? `did not end within ${options.limitMs / 1000} s, or was killed` : `ended with ${ran.code}, not ${expected}`
  throw new Error(`${command.join(' ')}: ${why}\n${ran.out.slice(-3000)}\n${ran.err.slice(-3000)}`)
}

/** Ends whatever still runs, each by its own group, and lets nothing start any more. */
export function endAll(): void {
  closing.abort(new Error('the suite is ending'))
  for (const child of running) killGroup(child)
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Asks until the answer is not undefined. @throws Error that names what was waited for */
export async function until<T>(what: string, limitMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + limitMs
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error(`${what} did not come within ${limitMs / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, refuse) => {
    const probe = createServer()
    probe.once('error', refuse)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : refuse(new Error('no port'))))
    })
  })

/** @throws Error that tells both values when they differ */
export function holds(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: wanted ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`)
}
