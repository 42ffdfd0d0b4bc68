import { amountText } from '../ledger/money/account.ts'
import type { StatementKind } from '../ledger/statements/content.ts'
import { reject } from '../model/errors.ts'
import type { StatementTable } from '../store/tables-statement.ts'
import { count, decimal, described, fields, list, mapOf, nullable, type Of, oneOf, text, time } from './shape.ts'
import { document, id, iso, stored } from './values.ts'

export const tag = 'statements'
export const kinds = ['supplier', 'merchant', 'payout'] as const satisfies readonly StatementKind[]
export const statuses = ['generated', 'published', 'confirmed', 'disputed', 'approved', 'part-paid', 'paid'] as const

/** One statement as it is answered. */
export const statement = fields({
  number: text(),
  revision: described(count, 'version of the content'),
  kind: oneOf(...kinds),
  status: text(),
  owner: text(),
  party: text(),
  currency: text(),
  from: text(),
  until: text(),
  opening: described(decimal, 'what the statement before closed with; positive: the party is owed (payout: it owes)'),
  closing: described(decimal, 'opening and all lines'),
  totals: described(mapOf(decimal), 'sums by kind of entry'),
  lineCount: count,
  hash: described(text(), 'sha256 over the canonical JSON of head and lines (the file in format json)'),
  confirmedHash: nullable(text()),
  disputes: list(document),
  madeAt: time,
})
export const shown = (row: StatementTable): Of<typeof statement> => {
  const disputes = stored(row.disputes)
  return {
    number: row.key,
    revision: row.revision,
    kind: row.kind as StatementKind,
    status: row.status,
    owner: row.owner,
    party: row.party,
    currency: row.currency,
    from: row.from_date,
    until: row.until_date,
    opening: amountText(BigInt(row.opening)),
    closing: amountText(BigInt(row.closing)),
    totals: JSON.parse(row.totals) as Record<string, string>,
    lineCount: row.line_count,
    hash: row.hash,
    confirmedHash: row.confirmed_hash,
    disputes: Array.isArray(disputes) ? disputes : [],
    madeAt: iso(row.made_at),
  }
}
export const params = { id: described(id, 'number of the statement') }
export const noStatement = (number: string) => reject('no-statement', `there is no statement ${number}`)
