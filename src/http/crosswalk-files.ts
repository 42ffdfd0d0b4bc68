import { isObject, type Json, parseJson } from '../model/json.ts'
import type { Line } from './crosswalk-write.ts'
import { ProblemError } from './problem.ts'

export type FileFormat = 'csv' | 'ndjson'
export const fileFormats: readonly FileFormat[] = ['csv', 'ndjson']
export const mediaTypes: Readonly<Record<FileFormat, string>> = { csv: 'text/csv', ndjson: 'application/x-ndjson' }

const columns = ['type', 'connection', 'externalKey', 'key'] as const
/** Most lines of one file. */
export const maxLines = 20_000
const longestText = 400

/** First line of a file, when its format has one. */
export const fileHead = (format: FileFormat): string => (format === 'csv' ? `${columns.join(',')}\r\n` : '')

export const writeLine = (format: FileFormat, line: Line): string =>
  format === 'csv'
    ? `${columns.map((column) => cell(line[column])).join(',')}\r\n`
    : `${JSON.stringify({ type: line.type, connection: line.connection, externalKey: line.externalKey, key: line.key })}\n`

/**
 * A text as a CSV cell (RFC 4180). What a spreadsheet would run as a formula, and what begins with an apostrophe, gets an apostrophe before it, which reading takes away.
 */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r']/.test(text) ? `'${text}` : text
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The lines of a file, with the number of the line each begins on. @throws ProblemError 422 that names the first line that cannot be read */
export function readFile(format: FileFormat, bytes: Uint8Array): { readonly line: Line; readonly at: number }[] {
  const text = decode(bytes)
  const lines = format === 'csv' ? readCsv(text) : readNdjson(text)
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

function readNdjson(text: string): { line: Line; at: number }[] {
  return text.split('\n').flatMap((row, index) => {
    if (row.trim() === '') return []
    let value: Json
    try {
      value = parseJson(row)
    } catch {
      throw unreadable(index + 1, 'this is not one JSON object')
    }
    const given = isObject(value) ? value : {}
    return [{ line: toLine((column) => given[column], index + 1), at: index + 1 }]
  })
}

function readCsv(text: string): { line: Line; at: number }[] {
  const [head, ...rows] = splitCsv(text)
  if (!head) throw unreadable(1, `the first line must name the columns ${columns.join(', ')}`)
  const places = new Map(head.cells.map((name, place) => [name.trim(), place]))
  if (places.size !== head.cells.length) throw unreadable(head.at, 'a column is named twice')
  for (const column of columns) if (!places.has(column)) throw unreadable(head.at, `the column '${column}' is missing`)
  return rows.map(({ cells, at }) => {
    if (cells.length !== head.cells.length)
      throw unreadable(at, `there are ${cells.length} cells, the first line names ${head.cells.length}`)
    return { line: toLine((column) => cells[places.get(column) ?? -1]?.replace(/^'/, ''), at), at }
  })
}

function toLine(value: (column: (typeof columns)[number]) => unknown, at: number): Line {
  const read = (column: (typeof columns)[number]): string => {
    const found = value(column)
    if (typeof found !== 'string' || found === '' || found.length > longestText || !found.isWellFormed() || found.includes('\0'))
      throw unreadable(at, `'${column}' must be a text of 1 to ${longestText} characters`)
    return found
  }
  return { type: read('type'), connection: read('connection'), externalKey: read('externalKey'), key: read('key') }
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
