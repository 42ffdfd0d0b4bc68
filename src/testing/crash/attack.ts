import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { writeToMemory } from '../memory-disk.ts'
import { hubProgram } from './program.ts'
import type { Scenario, Size } from './scenario.ts'
import { ends, type Servers } from './servers.ts'
import { emptyVerdict, itselfFailed, type Verdict } from './verdict.ts'
import { openWorld } from './world.ts'

const keptIn = writeToMemory()

/** How long the smallest command takes now, against a quiet machine: one that is busy with other things is given its time. */
async function slownessNow(): Promise<number> {
  const program = await hubProgram({})
  const began = performance.now()
  await run(process.execPath, [program, '--version'])
  return Math.max(1, Math.min(5, (performance.now() - began) / quietMs))
}
const run = promisify(execFile)
const quietMs = 400

export interface Ran extends Verdict {
  readonly scenario: string
  readonly engine: Scenario['engine']
  readonly seed: number
  readonly covers: readonly string[]
  readonly injected: Readonly<Record<string, number>>
  readonly ms: number
  /** against a quiet machine, before it began: spans grew with it */
  readonly slowness: number
  /** how late this process itself was at its worst: with it in the seconds, times say more of the machine than of the hub */
  readonly driverLagMs: number
  /** of the logs, when something is wrong */
  readonly folder?: string
}

/** Opens a world, lets the scenario loose on it and judges what is left. What a scenario throws is a breach as well. */
export async function attack(
  scenario: Scenario,
  seed: number,
  size: Size,
  servers: Servers | undefined,
  mutant: string | undefined,
  only: readonly string[],
): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-crash-'))
  const slowness = await slownessNow()
  const began = performance.now()
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  const { name, engine, covers, workers, leaseMs, maxCrashes, timeoutMs, rate } = scenario
  const volume = scenario.volume?.(folder)
  const hosts = scenario.hosts?.()
  const world = await openWorld({
    seed,
    folder,
    slowness,
    ...(mutant === undefined ? {} : { mutant }),
    times: {
      ...(leaseMs === undefined ? {} : { leaseMs }),
      ...(maxCrashes === undefined ? {} : { maxCrashes }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(rate === undefined ? {} : { rate }),
    },
    ...(engine === 'mysql' && servers !== undefined ? { servers } : {}),
    ...(workers === undefined ? {} : { workers }),
    ...(volume === undefined ? {} : { data: volume.data }),
    ...(hosts === undefined ? {} : { hosts }),
  })
  const close = async () => {
    await world.close()
    volume?.release()
    hosts?.close()
  }
  let verdict: Verdict
  ends.add(close)
  try {
    verdict = await scenario.run(world, size, only)
  } catch (error) {
    verdict = {
      ...emptyVerdict,
      breaches: [`${itselfFailed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`],
    }
  } finally {
    ends.delete(close)
    await close()
  }
  const injected = Object.fromEntries([...Map.groupBy(world.injections, ({ what }) => what)].map(([what, all]) => [what, all.length]))
  const hostile = Object.fromEntries(
    Object.entries(world.partner.done).flatMap(([kind, times]) => (times > 0 ? [[`partner: ${kind}`, times]] : [])),
  )
  const ran: Ran = {
    scenario: name,
    engine,
    seed,
    covers,
    injected: { ...injected, ...hostile },
    ...verdict,
    ms: Math.round(performance.now() - began),
    slowness: Math.round(slowness * 10) / 10,
    driverLagMs: Math.round(lag.max / 1e6),
  }
  if (verdict.breaches.length === 0) {
    rmSync(folder, { recursive: true, force: true })
    return ran
  }
  const kept = mkdtempSync(join(keptIn, 'crossdock-crash-'))
  cpSync(folder, kept, { recursive: true })
  rmSync(folder, { recursive: true, force: true })
  writeFileSync(
    join(kept, 'effects.json'),
    JSON.stringify({ ran, injections: world.injections, effects: world.partner.log.effects }, null, 1),
  )
  return { ...ran, folder: kept }
}
