import type { Faults } from './faults.ts'
import { nearest } from './nearest.ts'
import type { Program } from './program.ts'
import type { CompileOptions } from './types.ts'

/**
 * Reports ids of schemas that nobody has: with one of them misspelt nothing on that side would be checked. One that looks like a known one
 * is an error; another, or another version, may have no schema yet, which is a warning. Says nothing where no schemas were given at all.
 */
export function checkNamed(program: Program, faults: Faults, { schemas, sourceSchema, targetSchema }: CompileOptions): void {
  if (schemas === undefined || schemas.size === 0) return
  const pushes = program.direction === 'push'
  const sides = [
    { key: 'source', id: program.source, known: sourceSchema !== undefined, isHub: pushes },
    { key: 'target', id: program.target, known: targetSchema !== undefined, isHub: !pushes },
  ]
  for (const { key, id, known, isHub } of sides) {
    // what a push writes is checked against the input of the action that takes it; the id is only a name then
    if (known || (key === 'target' && pushes)) continue
    const others = [...schemas.keys()].filter((one) => one.includes('/') !== isHub)
    const message = `there is no schema '${id}'`
    const unchecked = `${message}, so nothing that is ${key === 'source' ? 'read' : 'written'} is proven`
    const version = others.find((one) => baseOf(one) === baseOf(id))
    const close = version ?? meant(id, others)
    const advice = isHub
      ? `there are: ${others.join(', ')}`
      : '`crossdock schema infer` makes one of samples, for schemas/<connector>/<name>.json'
    if (close === undefined) faults.add('W_UNCHECKED', { at: [key] }, key, unchecked, advice)
    // an older text of a mapping still runs, to be compared and to explain what it made
    else if (version !== undefined) faults.add('W_UNCHECKED', { at: [key] }, key, unchecked, `did you mean '${version}'?`)
    else faults.add('E_SCHEMA', { at: [key] }, key, message, `did you mean '${close}'?`)
  }
}

/** An id without its version. */
const baseOf = (id: string): string => id.split('@')[0] ?? ''

/** `shop` and `order` of `shop/order@3`; an id of the hub has no folder. */
function partsOf(id: string): { readonly folder: string; readonly name: string } {
  const path = baseOf(id)
  const slash = path.lastIndexOf('/')
  return { folder: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) }
}

/** The known id that was probably meant: one with a similar name in the same folder, or of the same name in a similar folder. */
function meant(id: string, known: readonly string[]): string | undefined {
  const { folder, name } = partsOf(id)
  const beside = known.filter((one) => partsOf(one).folder === folder)
  const alike = known.filter((one) => partsOf(one).name === name)
  const nameMeant = nearest(
    name,
    beside.map((one) => partsOf(one).name),
  )
  const folderMeant = nearest(
    folder,
    alike.map((one) => partsOf(one).folder),
  )
  return beside.find((one) => partsOf(one).name === nameMeant) ?? alike.find((one) => partsOf(one).folder === folderMeant)
}
