import { retry } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import type { Row } from './body.ts'

/**
 * Rows that are lists of values, named by place.
 * @throws HubError `bad-shape` (retry) for a row with more or fewer values than were asked for: then no place means what its name says
 */
export function nameRows(rows: readonly Row[], columns: readonly string[] | undefined): readonly Row[] {
  if (columns === undefined) return rows
  return rows.map((row) => {
    if (Array.isArray(row.value) && row.value.length !== columns.length)
      throw retry(
        'bad-shape',
        `a row of the answer has ${row.value.length} values, ${columns.length} were asked for: ${columns.join(', ')}`.slice(0, 400),
        {
          sent: true,
        },
      )
    return { ...row, value: nameValues(row.value, columns) }
  })
}

/**
 * One row kept from an earlier reading, which may have had fewer columns.
 * @throws HubError `bad-shape` (retry) for one with more values than there are names
 */
export function nameValues(value: Json, columns: readonly string[]): Json {
  if (!Array.isArray(value)) return value
  if (value.length > columns.length)
    throw retry('bad-shape', `a row has ${value.length} values and the stream ${columns.length} columns: names were taken away`, {
      sent: true,
    })
  return Object.fromEntries(value.map((cell: Json, place) => [columns[place] ?? '', cell]))
}
