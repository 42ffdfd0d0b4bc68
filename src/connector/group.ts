import { at } from '../model/json.ts'
import type { Row } from './body.ts'
import { type Draft, draftOf, embed, keyText } from './record.ts'

/** Joins rows of one key that follow each other. */
export interface Grouper {
  /** rows of a page; gives the records that are closed by a row of another key */
  push(rows: readonly Row[]): readonly Draft[]
  /** the list ended: gives the record that was still open */
  end(): readonly Draft[]
  /** bodies that the open record has rows in, older than the page just pushed */
  open(): readonly Uint8Array[]
}

/** Without a field every row is a record. */
export function openGrouper(field: string | undefined, keyPath: string): Grouper {
  if (field === undefined) return { push: (rows) => rows.map(draftOf), end: () => [], open: () => [] }
  let held: readonly Row[] = []
  return {
    push: (rows) => {
      const closed: Draft[] = []
      for (const row of rows) {
        const [first] = held
        if (first !== undefined && keyOf(first, keyPath) === keyOf(row, keyPath)) held = [...held, row]
        else {
          if (first !== undefined) closed.push(grouped(held, field))
          held = [row]
        }
      }
      return closed
    },
    end: () => {
      const closed = held.length === 0 ? [] : [grouped(held, field)]
      held = []
      return closed
    },
    open: () => [...new Set(held.map((row) => row.bytes))],
  }
}

const keyOf = (row: Row, keyPath: string): string | undefined => keyText(at(row.value, keyPath))

/** The fields of the first row, and all rows in the field. */
function grouped(rows: readonly Row[], field: string): Draft {
  const [first] = rows
  if (first === undefined) throw new RangeError('a group has at least one row')
  return embed(draftOf(first), field, rows)
}
