import { execFile } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Another time of day, and a faster one, for a process of the hub: libfaketime (https://github.com/wolfcw/libfaketime), which need not be installed. */

const run = promisify(execFile)
const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/local/lib']
const library = libraries.map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1')).find((file) => existsSync(file))

/** Ahead of this machine, or behind it, by so many minutes. Spans are measured rightly: only the time of day is wrong. */
export const shiftedClock = (minutes: number, zone: string): Readonly<Record<string, string>> => ({
  LD_PRELOAD: library ?? '',
  FAKETIME: `${minutes < 0 ? '-' : '+'}${Math.abs(minutes)}m`,
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  DONT_FAKE_MONOTONIC: '1',
  TZ: zone,
})

/** Begins at a wall time of its zone (`2028-02-28 12:00:00`) with the process, and goes `rate` times as fast, spans of timers as well. */
export const fastClock = (from: string, zone: string, rate: number): Readonly<Record<string, string>> => ({
  LD_PRELOAD: library ?? '',
  FAKETIME: `@${from} x${rate}`,
  TZ: zone,
})

/** The time of day of a hub, epoch ms, from its own answers. @throws Error when it tells none */
export async function toldTime(api: string): Promise<number> {
  // a server whose time flies gives requests up, without a date
  for (let tries = 0; tries < 100; tries++) {
    const date = (await fetch(`http://${api}/readyz`).catch(() => undefined))?.headers.get('date')
    if (date) return Date.parse(date)
  }
  throw new Error(`the hub at ${api} does not tell its time`)
}

/** What is missing for it here, by name. */
export async function withoutFakeClock(): Promise<string | undefined> {
  if (library === undefined) return `no faketime/libfaketimeMT.so.1 in ${libraries.join(', ')} (package libfaketime)`
  const { stdout } = await run(process.execPath, ['-p', 'Date.now()'], { env: { ...process.env, ...shiftedClock(-10, 'UTC') } })
  return Date.now() - Number(stdout) > 500_000 ? undefined : `${library} does not change the time of node`
}

/** Removes what libfaketime leaves in shared memory of processes that were killed. */
export function clearFakeClocks(): void {
  const shared = '/dev/shm'
  for (const name of existsSync(shared) ? readdirSync(shared) : []) {
    const pid = /^(?:sem\.faketime_sem|faketime_shm)_(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !existsSync(join('/proc', pid))) rmSync(join(shared, name), { force: true })
  }
}
