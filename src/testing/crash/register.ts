import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { mutate } from '../mutants/mutant.ts'
import { crashMutants } from './mutants.ts'

/**
 * `node --import …/register.ts`: loads the hub with places to die (life.ts) around its foundation, with the mutant that CRASH_MUTANT names, if any, and with CRASH_RELEASE=next as a release whose schema is one step further. The product has no switches for any of
 * them.
 */
const mutant = crashMutants.find(({ name }) => name === process.env.CRASH_MUTANT)
if (mutant === undefined && process.env.CRASH_MUTANT !== undefined) throw new Error(`there is no mutant '${process.env.CRASH_MUTANT}'`)
const life = new URL('./life.ts', import.meta.url).href
const opening = 'export async function openFoundation('

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.startsWith('file:') || loaded.source === null || loaded.source === undefined) return loaded
    const source = typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString('utf8')
    const changed = (mutant === undefined ? undefined : mutate(mutant, fileURLToPath(url), source)) ?? source
    const wrapped = url.endsWith('/src/main/foundation.ts')
      ? withPlaces(changed)
      : url.endsWith('/src/store/migrate.ts') && process.env.CRASH_RELEASE === 'next'
        ? withNextStep(changed)
        : changed
    return wrapped === source ? loaded : { ...loaded, source: wrapped }
  },
})

function withPlaces(source: string): string {
  const parts = source.split(opening)
  if (parts.length !== 2)
    throw new Error(
      `'${opening}' stands ${parts.length - 1} times in src/main/foundation.ts: make the loader of the crash harness fit it again`,
    )
  return `import { crashable } from ${JSON.stringify(life)}\n${parts.join('async function openPlainly(')}
export const openFoundation: typeof openPlainly = async (...settings) => crashable(await openPlainly(...settings))\n`
}

const steps = /export const migrations: readonly Migration\[\] = \[([^\]]*)\]/

/** A further step that changes the tables in use, as a later release may: columns that may be null, and a table. */
function withNextStep(source: string): string {
  const list = steps.exec(source)?.[1]
  if (list === undefined)
    throw new Error('the list of migrations in src/store/migrate.ts is not found: make the loader of the crash harness fit it again')
  return source.replace(
    steps,
    `const nextRelease: Migration = {
  number: ${list.split(',').length + 1},
  name: 'next-release',
  async up(tx, maker) {
    for (const table of ['receipt', 'envelope', 'delivery', 'attempt']) await maker.addColumn(tx, table, 'next_release', 'word')
    await maker.createTable(tx, 'next_release', tableShape({ columns: { tenant: 'word', name: 'word' }, primary: ['tenant', 'name'] }))
  },
}
export const migrations: readonly Migration[] = [${list}, nextRelease]`,
  )
}
