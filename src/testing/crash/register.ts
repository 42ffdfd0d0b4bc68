import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { mutate } from '../mutants/mutant.ts'
import { crashMutants } from './mutants.ts'

/**
 * `node --import …/register.ts`: loads the hub with places to die (life.ts) around its foundation, and with the mutant that CRASH_MUTANT names, if any. The product has no switches for either.
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
    const wrapped = url.endsWith('/src/main/foundation.ts') ? withPlaces(changed) : changed
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
