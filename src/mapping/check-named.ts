import type { Faults } from './faults.ts'
import { nearest } from './nearest.ts'
import type { Program } from './program.ts'
import type { CompileOptions } from './types.ts'

/**
 * Reports ids of schemas that nobody has: with one of them misspelt nothing on that side would be checked. One that looks like a known one
 * is an error; another may have no schema yet, which is a warning. Says nothing where no schemas were given at all.
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
    const close = nearest(id, others)
    const message = `there is no schema '${id}'`
    if (close !== undefined) faults.add('E_SCHEMA', { at: [key] }, key, message, `did you mean '${close}'?`)
    else
      faults.add(
        'W_UNCHECKED',
        { at: [key] },
        key,
        `${message}, so nothing that is ${key === 'source' ? 'read' : 'written'} is proven`,
        isHub ? `there are: ${others.join(', ')}` : '`crossdock schema infer` makes one of samples, for schemas/<connector>/<name>.json',
      )
  }
}
