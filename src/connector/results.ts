import type { Outcome } from '../model/delivery.ts'
import { at, type Json } from '../model/json.ts'
import { keyText } from './record.ts'
import { among } from './steps.ts'
import type { Results } from './types.ts'

/**
 * What an answer about many things makes of the try; undefined: each was taken, or had been before. What is refused does not come right by itself, so it is told before what a later try may mend; but a thing that may still
 * be mended keeps the try from being the last one.
 */
export function judgeResults(results: Results, input: Json, answer: Json, status: number): Outcome | undefined {
  const { code, message } = results
  const sent = rowsAt(input, results.of).flatMap((row) => keyText(at(row, results.sent)) ?? [])
  const accepted = new Set(rowsAt(answer, results.accepted).flatMap((row) => keyText(at(row, results.name)) ?? []))
  const rejected = new Map(rowsAt(answer, results.rejected).map((row) => [keyText(at(row, results.name)) ?? '', row]))
  const refused: string[] = []
  const open: string[] = []
  for (const name of sent) {
    const row = rejected.get(name)
    if (row === undefined ? accepted.has(name) : among(at(row, code), results.done)) continue
    if (row === undefined) open.push(`${name}: not answered`)
    else (among(at(row, code), results.retry) ? open : refused).push(`${name}: ${said(at(row, message), at(row, code))}`)
  }
  if (refused.length + open.length === 0) return undefined
  const words = [...refused, ...open].join('; ')
  return open.length > 0
    ? { kind: 'retry', code: 'some-not-taken', message: words, ambiguous: false, status }
    : { kind: 'reject', code: 'some-refused', message: words, status }
}

const rowsAt = (value: Json, path: string): readonly Json[] => {
  const found = at(value, path)
  return Array.isArray(found) ? found : []
}

const longest = 300
const said = (message: Json | undefined, code: Json | undefined): string =>
  [keyText(message)?.slice(0, longest), code === undefined ? undefined : `(${JSON.stringify(code)})`]
    .filter((part) => part !== undefined)
    .join(' ')
