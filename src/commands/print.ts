import Table from 'cli-table3'
import type { Json, JsonObject } from '../model/json.ts'
import type { Shell } from './shell.ts'

export interface Column {
  readonly title: string
  readonly cell: (row: JsonObject) => Json | undefined
}

/** Longest cell of a table; --json has everything. */
const widest = 60

/**
 * Rows as a table, or as one JSON document per line with `json`. Rows are taken as they come, so that a long list in JSON starts at once. Returns how many there were.
 */
export async function printRows(
  shell: Shell,
  rows: AsyncIterable<JsonObject> | Iterable<JsonObject>,
  columns: readonly Column[],
  json: boolean,
): Promise<number> {
  let count = 0
  if (json) {
    for await (const row of rows) {
      shell.out(`${JSON.stringify(row)}\n`)
      count++
    }
    return count
  }
  const cells: string[][] = []
  for await (const row of rows) {
    cells.push(columns.map(({ cell }) => cut(shown(cell(row)), widest)))
    count++
  }
  if (count === 0) shell.note(`${shell.say('list.empty')}\n`)
  else
    shell.out(
      `${table(
        shell,
        columns.map(({ title }) => title),
        cells,
      )}\n`,
    )
  return count
}

/** One value as indented JSON. */
export const printJson = (shell: Shell, value: Json): void => shell.out(`${JSON.stringify(value, undefined, 2)}\n`)

/** Names and values, one a line. Absent values are left out. */
export function printPairs(shell: Shell, pairs: readonly (readonly [string, Json | undefined])[]): void {
  const there = pairs.filter(([, value]) => value !== undefined && value !== null && value !== '')
  const width = Math.max(0, ...there.map(([name]) => columnsOf(name)))
  for (const [name, value] of there) shell.out(`${name}${' '.repeat(width - columnsOf(name))}  ${shown(value)}\n`)
}

export function table(shell: Shell, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const plain = new Table({
    head: [...head],
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: shell.colour ? ['bold'] : [], border: [] },
  })
  plain.push(...rows.map((row) => [...row]))
  return plain
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

export function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return '-'
  return harmless(typeof value === 'string' ? value : JSON.stringify(value))
}

/** A text from outside without what a terminal would obey: control characters but line end and tab, and the marks that turn the direction of writing. */
export const harmless = (text: string): string => text.replaceAll(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, '\ufffd')

function cut(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`
}

/** Columns a text takes on a terminal: Chinese characters take two. */
const columnsOf = (text: string): number => [...text].reduce((sum, letter) => sum + (/[ᄀ-ᅟ⺀-꓏가-힣豈-﫿＀-｠]/.test(letter) ? 2 : 1), 0)
