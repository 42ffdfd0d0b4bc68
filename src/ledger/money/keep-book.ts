import { reject } from '../../model/errors.ts'
import { lockBook, saveBook } from '../../store/account.ts'
import type { BookTable } from '../../store/tables-money.ts'
import { writeJournal } from '../write-journal.ts'
import { type BookName, bookNames } from './chart.ts'
import { dayIn } from './day.ts'
import { periodOf } from './period.ts'
import type { MoneyDesk } from './post.ts'

/** What is wanted of one book: another zone, months closed until `until` (`YYYY-MM`), or open again from the month after it; `until: null` opens all. */
export interface Keeping {
  readonly book: string
  readonly owner: string
  readonly zone?: string
  readonly until?: string | null
  readonly actor: string
  readonly why?: string
}

/**
 * Keeps a book: closes its months or opens them again, and says in which zone its days begin. Closing a month moves nothing: what comes late for it posts into the first open month. The journal has the line `book-closed` or
 * `book-opened` with what stood before. Answers the receivers that have something to be told.
 * @throws HubError (reject) `no-such-account` for an unknown book, `bad-zone`, `month-not-over`
 */
export async function keepBook(
  desk: MoneyDesk,
  { book, owner, zone, until, actor, why }: Keeping,
): Promise<{ readonly row: BookTable; readonly told: readonly string[] }> {
  const { tx, tenant, now, newId } = desk
  if (!bookNames.includes(book as BookName))
    throw reject('no-such-account', `there is no book '${book}': it is one of ${bookNames.join(', ')}`)
  const before = await lockBook(tx, tenant, book, owner)
  const row: BookTable = {
    ...{ tenant, book, owner, zone: zone ?? before?.zone ?? 'UTC', closed_until: before?.closed_until ?? null },
    ...(until === undefined ? {} : { closed_until: until }),
    ...{ changed_at: now, changed_by: actor },
  }
  const current = periodOf(dayIn(row.zone, now))
  if (row.closed_until !== null && row.closed_until >= current)
    throw reject('month-not-over', `month ${row.closed_until} is not over in ${row.zone}: close a month before ${current}`)
  await saveBook(tx, row)
  const kind = (row.closed_until ?? '') < (before?.closed_until ?? '') ? 'book-opened' : 'book-closed'
  const told =
    row.closed_until === (before?.closed_until ?? null)
      ? []
      : await writeJournal(
          tx,
          tenant,
          [
            {
              ...{
                tenant,
                id: newId(),
                at: now,
                kind,
                type: 'book',
                key: `${book}/${owner}`,
                version: null,
                envelope: null,
                delivery: null,
              },
              detail: JSON.stringify({ book, owner, before: before?.closed_until ?? null, after: row.closed_until }),
              ...{ actor, why: why ?? null },
            },
          ],
          now,
        )
  return { row, told }
}
