import { furtherMutants } from '../mutants/further.ts'
import { mutants } from '../mutants/list.ts'
import type { Mutant } from '../mutants/mutant.ts'

/** A safeguard taken out of the started processes, and the attack that must notice. */
export interface CrashMutant extends Pick<Mutant, 'name' | 'breaks' | 'file' | 'edits'> {
  readonly scenario: string
  /** of the scenario: names of places to die */
  readonly places?: readonly string[]
}

const known = (name: string, scenario: string, places?: readonly string[]): CrashMutant => {
  const found = [...mutants, ...furtherMutants].find((mutant) => mutant.name === name)
  if (found === undefined) throw new Error(`there is no mutant '${name}' in src/testing/mutants`)
  const { breaks, file, edits } = found
  return { name, breaks, file, edits, scenario, ...(places === undefined ? {} : { places }) }
}
const own = (
  name: string,
  breaks: string,
  [file, find, replace]: readonly [string, string, string],
  scenario: string,
  places?: readonly string[],
): CrashMutant => ({
  name,
  breaks,
  file,
  edits: [{ find, replace }],
  scenario,
  ...(places === undefined ? {} : { places }),
})

/** The first five are issue 5's, the others are ours. Those with names of src/testing/mutants are the same edits, met here by whole processes. */
export const crashMutants: readonly CrashMutant[] = [
  known('early-ack', 'points on sqlite', ['receive/commit|written']),
  known('fence', 'freeze past the lease'),
  own(
    'random-key',
    'every try has a random effect key',
    ['src/pipeline/deliver.ts', 'effectKey: delivery.effect_key', 'effectKey: context.newId()'],
    'cut answers on sqlite',
  ),
  own(
    'cursor-first',
    'the cursor moves in a transaction before that of its rows',
    [
      'src/pipeline/pull.ts',
      'const kept = await writePage(',
      'if (page.checkpoint !== undefined) { const time = page.checkpoint.time; await context.database.write(async (tx) => savePosition(tx, context.tenant, setup.name, stream, JSON.stringify({ time }), await context.database.now())) }\n    const kept = await writePage(',
    ],
    'lost webhooks on sqlite',
  ),
  own(
    'found-rows',
    'an ignored duplicate counts as a row that was written',
    ['src/store/mysql-pool.ts', "flags: ['-FOUND_ROWS']", "flags: ['FOUND_ROWS']"],
    'lost commits',
  ),
  known('effect-key', 'cut answers on sqlite'),
  known('reckless', 'points on sqlite', ['letter done']),
  known('older-wins', 'storm on sqlite'),
  own(
    'blind-sweep',
    'nobody looks for lanes that lost their ring or their worker',
    [
      'src/pipeline/sweep.ts',
      'of await dueLanes(database, tenant, now, maxLanes)',
      'of (await dueLanes(database, tenant, now, maxLanes)).slice(0, 0)',
    ],
    'points on sqlite',
    ['ingest/many|', 'ring/'],
  ),
  own(
    'hopeful-commit',
    'a COMMIT that failed is taken for one that took effect',
    [
      'src/store/mysql.ts',
      '    connection.destroy()\n    throw retry(',
      '    connection.destroy()\n    if (cause !== undefined) return\n    throw retry(',
    ],
    'lost commits',
  ),
]
