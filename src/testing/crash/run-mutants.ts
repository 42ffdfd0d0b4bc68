import { attack } from './attack.ts'
import { furtherScenarios } from './further-scenarios.ts'
import { crashMutants } from './mutants.ts'
import type { Scenario } from './scenario.ts'
import { firstScenarios } from './scenarios.ts'
import { openServers, withoutServers } from './servers.ts'
import { itselfFailed } from './verdict.ts'

/** Seeds that a mutant may hide from before it counts as a survivor: a seed fixes load and faults, not the order in which the system runs them. */
const seeds = [1, 2, 3]

/** Each mutant, or those that are named, against the scenario that must turn red. Answers the exit code. */
export async function runMutants(names: readonly string[], say: (line: object) => void): Promise<number> {
  const unknown = names.filter((name) => !crashMutants.some((mutant) => mutant.name === name))
  if (unknown.length > 0)
    throw new Error(`there is no mutant '${unknown.join("', '")}'; known: ${crashMutants.map(({ name }) => name).join(', ')}`)
  const wanted = crashMutants.filter(({ name }) => names.length === 0 || names.includes(name))
  const of = ({ scenario }: (typeof wanted)[number]): Scenario => {
    const found = [...firstScenarios, ...furtherScenarios].find(({ name }) => name === scenario)
    if (found === undefined) throw new Error(`there is no scenario '${scenario}'`)
    return found
  }
  const survivors: string[] = []
  const skipped: string[] = []
  const track = async (engine: Scenario['engine']) => {
    const own = wanted.filter((mutant) => of(mutant).engine === engine)
    if (own.length === 0) return
    const { servers, why, stop } = engine === 'mysql' ? await openServers() : withoutServers
    for (const mutant of own) {
      if (why !== undefined) {
        skipped.push(mutant.name)
        say({ mutant: mutant.name, skipped: why })
        continue
      }
      let caught: Awaited<ReturnType<typeof attack>> | undefined
      for (const seed of seeds) {
        const ran = await attack(of(mutant), seed, 'ci', servers, mutant.name, mutant.places ?? [])
        // a hub that does not even start says nothing of the safeguard
        if (ran.breaches.length === 0 || ran.breaches.some((breach) => breach.startsWith(itselfFailed))) continue
        caught = ran
        break
      }
      if (caught === undefined) survivors.push(mutant.name)
      const figures =
        caught === undefined
          ? {}
          : { lost: caught.lost, doubled: caught.doubled, outOfOrder: caught.outOfOrder, ledgerSum: caught.ledgerSum, stuck: caught.stuck }
      say({
        mutant: mutant.name,
        breaks: mutant.breaks,
        scenario: mutant.scenario,
        caught: caught !== undefined,
        ...figures,
        by: caught?.breaches.map((text) => text.slice(0, 200)) ?? [],
      })
    }
    await stop()
  }
  await Promise.all([track('mysql'), track('sqlite')])
  say({ mutants: wanted.length, survivors, skipped })
  return survivors.length > 0 ? 1 : skipped.length === wanted.length ? 3 : 0
}
