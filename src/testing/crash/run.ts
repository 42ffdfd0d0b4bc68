import { parseArgs } from 'node:util'
import { attack, type Ran } from './attack.ts'
import { furtherScenarios } from './further-scenarios.ts'
import { hostScenarios } from './host-scenarios.ts'
import { operatorScenarios } from './operator-scenarios.ts'
import { releaseScenarios } from './release-scenarios.ts'
import { runMutants } from './run-mutants.ts'
import type { Scenario, Size } from './scenario.ts'
import { firstScenarios } from './scenarios.ts'
import { serverScenarios } from './server-scenarios.ts'
import { openServers, withoutServers } from './servers.ts'
import { soakScenarios } from './soak-scenarios.ts'
import { tenantScenarios } from './tenant-scenarios.ts'

/**
 * `npm run -s crash -- --seeds 3 --json`: the hub as real processes on servers of its own, attacked by every scenario of the shorter run with every seed. `--all`: all scenarios, at full size. `--seed <n>`: one seed. `--only <text>`: scenarios whose name holds it. `--place <text>`: of
 * the named places to die those that begin so. `--mutants [name…]`: each safeguard taken out must turn a scenario red. Ends with 1 after any breach, whose folder with logs and data is kept, and with 3 when a part could not run for want of the servers.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '3' },
    seed: { type: 'string' },
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    place: { type: 'string', multiple: true, default: [] },
    mutants: { type: 'boolean', default: false },
  },
})

async function runScenarios(): Promise<number> {
  const size: Size = values.all ? 'all' : 'ci'
  const seeds = values.seed === undefined ? Array.from({ length: Number(values.seeds) }, (_, index) => index + 1) : [Number(values.seed)]
  const wanted = [
    ...firstScenarios,
    ...furtherScenarios,
    ...serverScenarios,
    ...operatorScenarios,
    ...hostScenarios,
    ...releaseScenarios,
    ...tenantScenarios,
    ...soakScenarios,
  ].filter(({ name, ci }) => (ci || values.all) && (values.only.length === 0 || values.only.some((text) => name.includes(text))))
  const skipped: { readonly name: string; readonly why: string }[] = []
  const results: Ran[] = []
  const began = performance.now()
  let noServers = false
  /** Scenarios that run one after the other, on servers of their own. */
  const track = async (engine: Scenario['engine']) => {
    const own = wanted.filter((scenario) => scenario.engine === engine)
    const { servers, why, stop } = engine === 'mysql' && own.length > 0 ? await openServers() : withoutServers
    noServers ||= why !== undefined
    for (const scenario of own) {
      const missing = why ?? (await scenario.missing?.())
      if (missing !== undefined) {
        skipped.push({ name: scenario.name, why: missing })
        say({ scenario: scenario.name, skipped: missing })
        continue
      }
      const isOnce = scenario.seeds === 'once' || (scenario.seeds === 'first' && size === 'ci')
      for (const seed of isOnce ? seeds.slice(0, 1) : seeds) {
        const ran = await attack(scenario, seed, size, servers, undefined, values.place)
        results.push(ran)
        say(ran)
      }
    }
    await stop()
  }
  // a third beside them would make all of them slow, and whoever is slow waits longer for everything
  await Promise.all([track('mysql'), track('sqlite')])
  const failed = results.filter(({ breaches }) => breaches.length > 0)
  say({
    runs: results.length,
    failed: failed.map(({ scenario, seed }) => `${scenario}, seed ${seed}`),
    skipped,
    ms: Math.round(performance.now() - began),
  })
  return failed.length > 0 ? 1 : noServers || results.length === 0 ? 3 : 0
}

function say(line: object): void {
  process.stdout.write(values.json ? `${JSON.stringify(line)}\n` : `${shown(line)}\n`)
}

function shown(line: object): string {
  if (!('injected' in line)) return JSON.stringify(line)
  const { scenario, seed, ms, injected, breaches, folder, covers, engine, ...figures } = line as Ran
  const head = `${breaches.length === 0 ? 'holds ' : 'BROKEN'} ${scenario}, seed ${seed} (${covers.join(' ')}; ${(ms / 1000).toFixed(1)} s)`
  const faults = Object.entries(injected).map(([what, times]) => (times > 1 ? `${what} ×${times}` : what))
  return [
    head,
    `  ${JSON.stringify(figures)}`,
    `  ${faults.join(', ')}`,
    ...breaches.map((breach) => `  ! ${breach}`),
    ...(folder === undefined ? [] : [`  kept: ${folder}`]),
  ].join('\n')
}

process.exitCode = values.mutants ? await runMutants(positionals, say) : await runScenarios()
