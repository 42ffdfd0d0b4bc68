import { distance } from 'fastest-levenshtein'
import type { Fault } from '../model/errors.ts'

/** Gathers what is wrong with one connector; connectors are values, so a fault names the path inside it and not a line. */
export interface Report {
  error(path: string, code: string, message: string, suggestion?: string): void
  warning(path: string, code: string, message: string, suggestion?: string): void
  add(fault: Fault): void
  readonly file: string
  faults(): readonly Fault[]
}

export function openReport(file: string): Report {
  const found: Fault[] = []
  const note = (severity: Fault['severity']) => (path: string, code: string, message: string, suggestion?: string) => {
    found.push({ code, severity, file, line: 1, column: 1, path, message, ...(suggestion === undefined ? {} : { suggestion }) })
  }
  return { error: note('error'), warning: note('warning'), add: (fault) => found.push(fault), file, faults: () => found }
}

/** `did you mean 'since'?`, when one of the names is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const [best] = [...names]
    .map((known) => ({ known, steps: distance(name.toLowerCase(), known.toLowerCase()) }))
    .filter(({ known, steps }) => steps <= Math.max(1, Math.floor(known.length / 3)))
    .sort((a, b) => a.steps - b.steps)
  return best === undefined ? undefined : `did you mean '${best.known}'?`
}
