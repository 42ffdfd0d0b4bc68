import { createHash } from 'node:crypto'
import { amountScale, toScaled } from '../../model/decimal.ts'
import { bug } from '../../model/errors.ts'
import { canonicalJson, type JsonObject } from '../../model/json.ts'
import type { Reader } from '../../store/in-list.ts'
import { type StatedEntry, statedPage } from '../../store/statement.ts'
import type { StatementTable } from '../../store/tables-statement.ts'
import { amountText } from '../money/account.ts'

export type StatementKind = 'supplier' | 'merchant' | 'payout'
/** Of which book statements are made. */
export const bookOfKind: Readonly<Record<StatementKind, string>> = { supplier: 'payable', merchant: 'deposit', payout: 'platform' }

/** Amounts of a statement are positive where the party is owed; of a platform, which pays out what it holds, where it owes. */
export const signOf = (kind: string): bigint => (kind === 'payout' ? 1n : -1n)

/** What a statement says beside its lines; the hash is over this and the lines. */
export const headOf = (row: StatementTable): JsonObject => ({
  number: row.key,
  revision: row.revision,
  kind: row.kind,
  owner: row.owner,
  party: row.party,
  currency: row.currency,
  from: row.from_date,
  until: row.until_date,
  opening: amountText(BigInt(row.opening)),
  closing: amountText(BigInt(row.closing)),
  totals: JSON.parse(row.totals) as JsonObject,
  lineCount: row.line_count,
})

/** One line as it is shown, printed and hashed. `revision`: of the content, since which it is there. */
export type StatementLine = {
  readonly line: number
  readonly revision: number
  readonly kind: string
  readonly account: string
  readonly amount: string
  readonly businessDate: string
  readonly document: { readonly type: string; readonly key: string; readonly line: string | null } | null
  readonly transfer: string
}
export const lineOf = (kind: string, entry: StatedEntry): StatementLine => ({
  line: entry.line,
  revision: entry.revision,
  kind: entry.kind,
  account: entry.account_kind,
  amount: amountText(signOf(kind) * BigInt(entry.amount)),
  businessDate: entry.business_date,
  document: entry.ref_type === null ? null : { type: entry.ref_type, key: entry.ref_key ?? '', line: entry.ref_line },
  transfer: entry.transfer,
})

/** Lines that are held at once. */
const page = 1000

/** All lines of this version, some at a time: one that is made meanwhile adds its lines after these. */
export async function* statementLines(
  read: Reader,
  tenant: string,
  { key, kind, line_count }: Pick<StatementTable, 'key' | 'kind' | 'line_count'>,
): AsyncGenerator<readonly StatementLine[]> {
  for (let after = 0; after < line_count; ) {
    const rows = await statedPage(read, tenant, key, after, Math.min(page, line_count - after))
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map((row) => lineOf(kind, row))
    after = last.line
  }
}

/** The content as canonical JSON, in pieces: the head with its lines. */
export async function* statementText(read: Reader, tenant: string, row: StatementTable): AsyncGenerator<string> {
  const [before, after] = textAround(row)
  yield before
  let first = true
  for await (const lines of statementLines(read, tenant, row)) {
    yield linesText(lines, first)
    first = false
  }
  yield after
}

/** What stands before and after the lines. */
function textAround(row: StatementTable): readonly [before: string, after: string] {
  const empty = '"lines":[]'
  const text = canonicalJson({ ...headOf(row), lines: [] })
  const cut = text.indexOf(empty) + empty.length - 1
  return [text.slice(0, cut), text.slice(cut)]
}
const linesText = (lines: readonly StatementLine[], first: boolean): string =>
  (first ? '' : ',') + lines.map((line) => canonicalJson(line)).join(',')

/**
 * The lines for a copy of a statement, held against what it says: whoever writes them while they come has written what was hashed, or learns at their end that the copy is worth nothing.
 * @throws HubError (bug) `statement-differs`
 */
export async function* provenLines(read: Reader, tenant: string, row: StatementTable): AsyncGenerator<readonly StatementLine[]> {
  const [before, after] = textAround(row)
  const hash = createHash('sha256').update(before)
  let closing = BigInt(row.opening)
  let first = true
  for await (const lines of statementLines(read, tenant, row)) {
    hash.update(linesText(lines, first))
    for (const { amount } of lines) closing += toScaled(amount, amountScale)
    first = false
    yield lines
  }
  const found = hash.update(after).digest('hex')
  if (closing !== BigInt(row.closing) || found !== row.hash)
    throw bug(
      'statement-differs',
      `the lines of ${row.key} come to ${amountText(closing)} and hash ${found}; it says ${amountText(BigInt(row.closing))} and ${row.hash}. Run \`crossdock ledger verify\``,
    )
}

/** sha256 over {@link statementText}, hexadecimal: anybody who has the statement as JSON can make it. */
export async function statementHash(read: Reader, tenant: string, row: StatementTable): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of statementText(read, tenant, row)) hash.update(piece)
  return hash.digest('hex')
}
