import { checkTypes } from './check.ts'
import { readProgram } from './read-program.ts'
import { planReverse } from './reverse.ts'
import type { CompileOptions, Fault, ReverseEntry } from './types.ts'

export interface ReverseReport {
  readonly fields: readonly ReverseEntry[]
  /** what keeps the mapping from running backwards (errors), and what a derived push cannot do (warnings) */
  readonly faults: readonly Fault[]
}

/**
 * How every field of a mapping goes back; of one with direction `pull`, how it would with direction `both`. Empty for direction `push`, whose rules are written for
 * that way. Never throws for what stands in the file.
 */
export function reportReverse(text: string, given: CompileOptions): ReverseReport {
  const own = readProgram(text, given)
  if ('unread' in own) return { fields: [], faults: own.unread }
  if (own.program.direction === 'push') return { fields: [], faults: own.faults.list() }
  const read = own.program.direction === 'both' ? own : readProgram(text, given, 'both')
  if ('unread' in read) return { fields: [], faults: read.unread }
  const plan = planReverse(read.program, read.faults, read.options)
  checkTypes(read.program, read.faults, read.options, plan)
  return { fields: plan.report, faults: read.faults.list() }
}
