import { at, isObject, type Json } from '../model/json.ts'
import { fieldsOf } from './lint-calls.ts'
import { nearest, type Report } from './lint-report.ts'
import type { Placeholder } from './template.ts'
import type { Command, Pairs } from './types.ts'

/** Checks what a command compares after an unanswered try: that it is ever compared, that the input has what is named, and that nothing its call sends is left out. */
export function lintMatches(report: Report, path: string, { read, requires, input }: Command, placeholders: readonly Placeholder[]): void {
  if (read?.matches === undefined) return
  if (requires === undefined || read.proves !== undefined)
    report.error(
      path,
      'never-compared',
      'it is compared where `requires` refuses and no `proves` tells: the command needs the first and not the second',
    )
  const { lists = [], ...pairs } = read.matches
  const names = placeholders.filter(({ root }) => root === 'input').map(({ path: variable }) => variable.split('.')[1])
  const sent = names.flatMap((name) => name ?? fieldsOf(input) ?? [])
  lintPairs(
    report,
    path,
    pairs,
    input,
    sent,
    lists.map(({ rows }) => rows[1]),
  )
  for (const [place, { rows, key, more: _more, ...values }] of lists.entries()) {
    const here = `${path}.lists.${place}`
    const row = at(lintInput(report, here, rows[1], input), 'items')
    lintInput(report, here, key[1], row)
    lintPairs(report, here, values, row, isObject(row) ? (fieldsOf(row) ?? []) : [], [key[1]])
  }
}

function lintPairs(
  report: Report,
  path: string,
  { equal = [], decimal = [] }: Pairs,
  schema: Json | undefined,
  sent: readonly string[],
  others: readonly string[],
): void {
  const compared = [...equal, ...decimal].map(([, input]) => input)
  for (const input of compared) lintInput(report, path, input, schema)
  const known = new Set([...compared, ...others].map((input) => input.split('.')[0]))
  for (const name of new Set(sent))
    if (!known.has(name))
      report.error(
        path,
        'not-compared',
        `"${name}" of the input is sent and not compared: a thing without it would be taken for what was sent`,
      )
}

/** Reports a name that the schema does not list. Answers the schema of what the path leads to; undefined where nothing is known of it. */
function lintInput(report: Report, path: string, input: string, schema: Json | undefined): Json | undefined {
  let here = schema
  for (const name of input.split('.')) {
    const known = isObject(here) ? fieldsOf(here) : undefined
    if (known === undefined) return undefined
    if (!known.includes(name)) {
      report.error(path, 'unknown-input', `the input has no "${input}"; there are ${known.join(', ')}`, nearest(name, known))
      return undefined
    }
    here = at(here, `properties.${name}`)
  }
  return here
}
