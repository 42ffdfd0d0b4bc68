import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** Milliseconds of one clock tick of /proc/PID/stat (CLK_TCK is 100 on Linux). */
const tickMs = 10

/** CPU time that processes have used so far, user and system, all threads, in ms. */
export const cpuMs = (pids: readonly number[]): number => pids.reduce((total, pid) => total + ticksOf(pid) * tickMs, 0)

function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // the name in parentheses may hold blanks; utime and stime are fields 14 and 15
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** Memory of a process in MB of 10^6 bytes: what it has now, or the most it ever had. */
export function memoryMb(pid: number, which: 'now' | 'most'): number {
  const line = new RegExp(`^${which === 'now' ? 'VmRSS' : 'VmHWM'}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return (Number(line?.[1] ?? 0) * 1024) / 1e6
}

export interface Program {
  readonly pid: number
  readonly child: ChildProcess
  /** what it wrote last, for errors */
  lastWords(): string
  /** ends it by its id, with time to finish */
  stop(): Promise<void>
}

/** Starts a program whose output goes to a file. */
export function startProgram(command: readonly string[], env: NodeJS.ProcessEnv, log: string): Program {
  const [file = '', ...args] = command
  const out = openSync(log, 'a')
  const child = spawn(file, args, { env, stdio: ['ignore', out, out] })
  closeSync(out)
  const { pid } = child
  if (pid === undefined) throw new Error(`${file} did not start`)
  return {
    pid,
    child,
    lastWords: () => `${readFileSync(log, 'utf8').trim().split('\n').slice(-5).join(' / ')} (${log})`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await gone
      clearTimeout(late)
    },
  }
}

/** Waits for an address to answer with a status. Answers the ms it took. @throws Error when the program ended or the limit passed */
export async function untilAnswers(
  program: Program,
  address: string,
  { status = 200, limitMs = 60_000, everyMs = 10 }: { readonly status?: number; readonly limitMs?: number; readonly everyMs?: number } = {},
): Promise<number> {
  const began = performance.now()
  for (;;) {
    if (program.child.exitCode !== null) throw new Error(`it ended with code ${program.child.exitCode}: ${program.lastWords()}`)
    const answer = await fetch(address, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.status === status) return performance.now() - began
    if (performance.now() - began > limitMs) throw new Error(`${address} does not answer: ${program.lastWords()}`)
    await wait(everyMs)
  }
}
