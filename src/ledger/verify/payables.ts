import type { Reader } from '../../store/in-list.ts'
import { payableItemsOf } from '../../store/payable.ts'
import type { Note } from '../findings.ts'
import { owedBy } from '../payables/owed-by.ts'
import { openShelf } from '../shelf.ts'
import { type Check, compareRows, together } from './check.ts'
import { checkMeant } from './meant.ts'
import { compareNotes } from './notes.ts'

/** What receipts or payments mean for suppliers beside what was posted about them, what falls due, and what is held back. */
export async function checkPayables(read: Reader, tenant: string, type: string, keys: readonly string[]): Promise<Check> {
  const owed = [...(await owedBy(openShelf(read, tenant), type, keys)).values()]
  const notes = owed.flatMap(({ notes: own }) => own).map((note) => ({ note, of: { type, key: note.key } }))
  return together(
    await checkMeant(
      read,
      tenant,
      { book: 'payable', type, keys },
      owed.flatMap(({ meant }) => meant),
    ),
    compareRows(
      'payable_item',
      await payableItemsOf(read, tenant, type, keys),
      owed.flatMap(({ items }) => items),
      ({ type: of, key, owner, party, currency }) => [of, key, owner, party, currency],
      ({ key }) => ({ type, key }),
    ),
    await compareNotes(read, tenant, notes),
  )
}

/** Findings that documents of suppliers have to have. */
export const payableNotes = async (read: Reader, tenant: string, type: string, keys: readonly string[]): Promise<readonly Note[]> =>
  [...(await owedBy(openShelf(read, tenant), type, keys)).values()].flatMap(({ notes }) => notes)
