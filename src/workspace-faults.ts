import { distance } from 'fastest-levenshtein'
import type { Fault } from './model/errors.ts'

/** A workspace that does not hold, with everything that is wrong with it. */
export class WorkspaceFaultsError extends Error {
  override readonly name = 'WorkspaceFaultsError'
  readonly faults: readonly Fault[]

  constructor(folder: string, faults: readonly Fault[]) {
    const errors = faults.filter(({ severity }) => severity === 'error').length
    super(`the workspace ${folder} has ${errors} ${errors === 1 ? 'fault' : 'faults'}:\n${formatFaults(faults)}`)
    this.faults = faults
  }
}

/** Faults as lines of `file:line:column severity code path: message (suggestion)`, in the order of their places. */
export function formatFaults(faults: readonly Fault[]): string {
  return [...faults]
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column)
    .map(
      (fault) =>
        `${fault.file}:${fault.line}:${fault.column} ${fault.severity} ${fault.code}${fault.path ? ` ${fault.path}` : ''}: ${fault.message}${fault.suggestion ? ` (${fault.suggestion})` : ''}`,
    )
    .join('\n')
}

/** The known name that was probably meant. */
export function nearest(name: string, known: Iterable<string>): { readonly suggestion?: string } {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  const all = [...known]
  for (const candidate of all) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase())
    if (steps < least) {
      best = candidate
      least = steps
    }
  }
  if (best !== undefined) return { suggestion: `did you mean '${best}'?` }
  return all.length > 0 && all.length <= 12 ? { suggestion: `known: ${all.sort().join(', ')}` } : {}
}
