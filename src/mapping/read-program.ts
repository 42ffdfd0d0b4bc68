import { isObject } from '../model/json.ts'
import type { Faults } from './faults.ts'
import { type LayeredText, readLayers } from './layers.ts'
import { parseMapping } from './parse.ts'
import type { Program } from './program.ts'
import type { CompileOptions, Direction, Fault } from './types.ts'

export interface ReadProgram {
  readonly source: LayeredText
  readonly program: Program
  readonly faults: Faults
  /** with the schemas that the file names */
  readonly options: CompileOptions
}

/** The rules of a mapping file, and the faults of its text. `as`: another direction than the file says. */
export function readProgram(text: string, given: CompileOptions, as?: Direction): ReadProgram | { readonly unread: readonly Fault[] } {
  const { source, faults } = readLayers(text, given)
  if (source === undefined) return { unread: faults.list() }
  const value = as !== undefined && isObject(source.value) ? { ...source.value, direction: as } : source.value
  const program = parseMapping(value, faults, given)
  if (program === undefined) return { unread: faults.list() }
  return { source, program, faults, options: withSchemas(program, given) }
}

/** With the schemas that the file names, where they are not given. */
export const withSchemas = ({ source, target }: Pick<Program, 'source' | 'target'>, given: CompileOptions): CompileOptions => ({
  ...given,
  sourceSchema: given.sourceSchema ?? given.schemas?.get(source),
  targetSchema: given.targetSchema ?? given.schemas?.get(target),
})
