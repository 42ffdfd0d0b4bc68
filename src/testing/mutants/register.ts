import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { mutants } from './list.ts'
import { mutate } from './mutant.ts'

/** `node --import …/register.ts` with CROSSDOCK_MUTANT=<name>: loads the program with one safeguard taken out. */
const mutant = mutants.find(({ name }) => name === process.env.CROSSDOCK_MUTANT)
if (mutant === undefined)
  throw new Error(`there is no mutant '${process.env.CROSSDOCK_MUTANT ?? ''}'; known: ${mutants.map(({ name }) => name).join(', ')}`)

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.startsWith('file:') || loaded.source === null || loaded.source === undefined) return loaded
    const source = typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString('utf8')
    const changed = mutate(mutant, fileURLToPath(url), source)
    return changed === undefined ? loaded : { ...loaded, source: changed }
  },
})
