import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** One process of the hub, started as an operator starts it. */
export interface HubProcess {
  readonly role: 'serve' | 'api' | 'worker'
  readonly pid: number
  /** undefined while it runs */
  ended(): { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined
  /** resolves when it is gone */
  readonly gone: Promise<void>
  signal(name: NodeJS.Signals): void
  /** SIGTERM, and SIGKILL when that was not enough in time; answers the ms it took */
  stop(limitMs?: number): Promise<number>
}

export interface HubStart {
  /** the file of it (program.ts) */
  readonly program: string
  readonly role: HubProcess['role']
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly log: string
  /** program that is put before node, such as strace */
  readonly before?: readonly string[]
}

export function startHub({ program, role, args, env, log, before = [] }: HubStart): HubProcess {
  const out = openSync(log, 'a')
  const [file = '', ...rest] = [...before, process.execPath, program, role, ...args]
  const child: ChildProcess = spawn(file, rest, { env: { ...process.env, ...env }, stdio: ['ignore', out, out] })
  closeSync(out)
  const gone = once(child, 'exit').then(() => undefined)
  const ended = () =>
    child.exitCode === null && child.signalCode === null ? undefined : { code: child.exitCode, signal: child.signalCode }
  return {
    role,
    pid: child.pid ?? 0,
    ended,
    gone,
    signal: (name) => void child.kill(name),
    async stop(limitMs = 25_000) {
      if (ended() !== undefined) return 0
      const began = performance.now()
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), limitMs)
      await gone
      clearTimeout(late)
      return performance.now() - began
    },
  }
}

/** @throws Error with the end of its log when the process ends, or does not answer in time */
/** `at`: `host:port`. */
export async function untilReady(hub: HubProcess, at: string, log: string, limitMs = 120_000): Promise<void> {
  for (const limit = performance.now() + limitMs; ; ) {
    const answer = await fetch(`http://${at}/readyz`, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined)
    if (answer?.ok) return
    if (hub.ended() !== undefined || performance.now() > limit)
      throw new Error(
        `the hub (${hub.role}, ${JSON.stringify(hub.ended() ?? 'running')}) is not ready: ${readFileSync(log, 'utf8').trim().split('\n').slice(-5).join(' / ')} (${log})`,
      )
    await wait(25)
  }
}
