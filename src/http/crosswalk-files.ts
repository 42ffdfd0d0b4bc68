import { isObject, type Json, parseJson } from '../model/json.ts'
import { ProblemError } from './problem.ts'

export type FileFormat = 'csv' | 'ndjson'
export const fileFormats: readonly FileFormat[] = ['csv', 'ndjson']
export const mediaTypes: Readonly<Record<FileFormat, string>> = { csv: 'text/csv', ndjson: 'application/x-ndjson' }

/** Columns of a kind of file, in their order: those that every line has, and those that may be empty or left out. */
export interface Columns {
  readonly needed: readonly string[]
  readonly more: readonly string[]
}
/** Cells by column; '' where a column that may be empty is. */
export type Cells = Readonly<Record<string, string>>
export interface FileLine {
  readonly cells: Cells
  /** number of the line it begins on */
  readonly at: number
}

export const linkColumns: Columns = { needed: ['type', 'connection', 'externalKey', 'key'], more: [] }
export const codeColumns: Columns = {
  needed: ['kind', 'code', 'hub'],
  more: ['connection', 'organisation', 'product', 'factor', 'validFrom', 'validTo'],
}

/** Most lines of one file. */
export const maxLines = 20_000
const longestText = 400

const all = ({ needed, more }: Columns): readonly string[] => [...needed, ...more]

/** First line of a file, when its format has one. */
export const fileHead = (format: FileFormat, columns: Columns): string => (format === 'csv' ? `${all(columns).join(',')}\r\n` : '')

export const writeLine = (format: FileFormat, columns: Columns, cells: Cells): string =>
  format === 'csv'
    ? `${all(columns)
        .map((column) => cell(cells[column] ?? ''))
        .join(',')}\r\n`
    : `${JSON.stringify(Object.fromEntries(all(columns).flatMap((column) => (isGiven(columns, column, cells[column]) ? [[column, cells[column]]] : []))))}\n`

const isGiven = ({ needed }: Columns, column: string, text: string | undefined): boolean =>
  needed.includes(column) || (text !== undefined && text !== '')

/**
 * A text as a CSV cell (RFC 4180). What a spreadsheet would run as a formula, and what begins with an apostrophe, gets an apostrophe before it, which reading takes away.
 */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r']/.test(text) ? `'${text}` : text
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The lines of a file. @throws ProblemError 422 that names the first line that cannot be read */
export function readFile(format: FileFormat, columns: Columns, bytes: Uint8Array): FileLine[] {
  const text = decode(bytes)
  const lines = format === 'csv' ? readCsv(text, columns) : readNdjson(text, columns)
  if (lines.length > maxLines) throw unreadable(maxLines + 1, `a file may have ${maxLines} lines; split it`)
  return lines
}

const unreadable = (at: number, what: string): ProblemError =>
  new ProblemError(422, 'unreadable-file', `Line ${at}: ${what}. Nothing was written.`)

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw unreadable(1, 'the file is not UTF-8')
  }
}

function readNdjson(text: string, columns: Columns): FileLine[] {
  return text.split('\n').flatMap((row, index) => {
    if (row.trim() === '') return []
    let value: Json
    try {
      value = parseJson(row)
    } catch {
      throw unreadable(index + 1, 'this is not one JSON object')
    }
    const given = isObject(value) ? value : {}
    return [{ cells: toCells((column) => given[column], columns, index + 1), at: index + 1 }]
  })
}

function readCsv(text: string, columns: Columns): FileLine[] {
  const [head, ...rows] = splitCsv(text)
  if (!head) throw unreadable(1, `the first line must name the columns ${all(columns).join(', ')}`)
  const places = new Map(head.cells.map((name, place) => [name.trim(), place]))
  if (places.size !== head.cells.length) throw unreadable(head.at, 'a column is named twice')
  for (const column of columns.needed) if (!places.has(column)) throw unreadable(head.at, `the column '${column}' is missing`)
  return rows.map(({ cells, at }) => {
    if (cells.length !== head.cells.length)
      throw unreadable(at, `there are ${cells.length} cells, the first line names ${head.cells.length}`)
    return { cells: toCells((column) => cells[places.get(column) ?? -1]?.replace(/^'/, ''), columns, at), at }
  })
}

function toCells(value: (column: string) => unknown, columns: Columns, at: number): Cells {
  const read = (column: string): string => {
    const given = value(column)
    const found = given === undefined || given === null ? '' : given
    if (found === '' && columns.more.includes(column)) return ''
    if (typeof found !== 'string' || found === '' || found.length > longestText || !found.isWellFormed() || found.includes('\0'))
      throw unreadable(at, `'${column}' must be a text of 1 to ${longestText} characters`)
    return found
  }
  return Object.fromEntries(all(columns).map((column) => [column, read(column)]))
}

interface Row {
  readonly cells: readonly string[]
  readonly at: number
}

/** RFC 4180 with either line ending; empty lines are left out. @throws ProblemError for a quote that stands or is missing where it must not */
function splitCsv(text: string): Row[] {
  const rows: Row[] = []
  let cells: string[] = []
  let place = 0
  let line = 1
  let began = 1
  const endRow = () => {
    if (cells.length > 1 || cells[0] !== '') rows.push({ cells, at: began })
    cells = []
    began = line
    if (rows.length > maxLines + 1) throw unreadable(line, `a file may have ${maxLines} lines; split it`)
  }
  while (place < text.length) {
    const isQuoted = text[place] === '"'
    const end = isQuoted ? closingQuote(text, place, line) : endOfPlain(text, place, line)
    const raw = isQuoted ? text.slice(place + 1, end - 1).replaceAll('""', '"') : text.slice(place, end)
    line += raw.split('\n').length - 1
    cells.push(raw)
    if (text[end] === ',') {
      place = end + 1
      if (place === text.length) cells.push('')
      continue
    }
    place = end + (text.startsWith('\r\n', end) ? 2 : 1)
    line += 1
    endRow()
  }
  if (cells.length > 0) endRow()
  return rows
}

function closingQuote(text: string, start: number, line: number): number {
  for (let at = start + 1; ; at += 2) {
    at = text.indexOf('"', at)
    if (at < 0) throw unreadable(line, 'a quote is not closed')
    if (text[at + 1] === '"') continue
    const next = text[at + 1]
    if (next !== undefined && next !== ',' && next !== '\n' && !text.startsWith('\r\n', at + 1))
      throw unreadable(line, 'something stands after a closing quote')
    return at + 1
  }
}

function endOfPlain(text: string, start: number, line: number): number {
  const found = /,|\r\n|\n/g
  found.lastIndex = start
  const end = found.exec(text)?.index ?? text.length
  if (text.slice(start, end).includes('"')) throw unreadable(line, 'a quote stands inside a cell without quotes')
  return end
}
