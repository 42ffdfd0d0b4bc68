import { add, isDecimal } from '../../model/decimal.ts'
import { reject } from '../../model/errors.ts'
import { textHash } from '../../model/id.ts'
import { isObject, type Json } from '../../model/json.ts'
import { findingsOf, saveFindings } from '../../store/finding.ts'
import { holdNames } from '../../store/hold.ts'
import type { Reader } from '../../store/in-list.ts'
import { acceptanceOf, deleteAcceptance, saveAcceptance } from '../../store/invoice.ts'
import type { FindingTable } from '../../store/tables.ts'
import { type Author, journal } from '../books.ts'
import { followInvoice } from '../payables/follow-invoice.ts'
import { fetchDocument } from '../shelf.ts'
import type { Books } from '../types.ts'
import { headCodes } from './head-findings.ts'
import { matchCodes } from './match-findings.ts'
import { type MatchRules, takesTwo } from './tolerance.ts'

/** Findings that hold the payment of an invoice while they are open. */
export const holdCodes: ReadonlySet<string> = new Set([...matchCodes, ...headCodes, 'does-not-foot', 'unknown-unit', 'unmatched-line'])

/** What is accepted with an invoice. */
export interface Acceptance {
  /** accepted: the payment is free. waiting: a second person has to accept the same */
  readonly state: 'accepted' | 'waiting'
  readonly codes: readonly string[]
  /** what the findings are worth, by currency */
  readonly amounts: Readonly<Record<string, string>>
}

/** Open findings that hold the payment of an invoice. */
export const holdsOf = async (read: Reader, tenant: string, key: string): Promise<readonly FindingTable[]> =>
  (await findingsOf(read, tenant, 'invoice', [key])).filter(({ state, code }) => state === 'open' && holdCodes.has(code))

/** What findings are worth together, by currency; one without an amount is worth nothing that could be said. */
export function worthOf(findings: readonly Pick<FindingTable, 'detail'>[]): Readonly<Record<string, string>> {
  const amounts: Record<string, string> = {}
  for (const { detail } of findings) {
    const told = JSON.parse(detail) as Json
    if (!isObject(told) || typeof told.amount !== 'string' || typeof told.currency !== 'string' || !isDecimal(told.amount)) continue
    amounts[told.currency] = add(amounts[told.currency] ?? '0.00', told.amount)
  }
  return amounts
}

export const needsSecond = (rules: MatchRules | undefined, amounts: Readonly<Record<string, string>>): boolean =>
  Object.entries(amounts).some(([currency, amount]) => takesTwo(rules, amount, currency))

/**
 * A person pays an invoice as it is: its findings are closed as accepted, and open again when they come to say something else. Above the limit of the workspace the first person's word waits for that of another about the same findings.
 * @throws HubError (reject) `no-invoice`, `nothing-held`, `same-person`
 */
export async function acceptInvoice(
  books: Books,
  { key, author, rules }: { readonly key: string; readonly author: Author; readonly rules: MatchRules | undefined },
): Promise<Acceptance> {
  const { tx, tenant, now } = books
  await holdNames(tx, tenant, [`invoice:${key}`])
  if ((await fetchDocument(books.data.shelf, 'invoice', key)) === undefined)
    throw reject('no-invoice', `the ledger has no invoice '${key}': GET /v1/invoices (\`crossdock invoices list\`) has those there are`)
  const open = await holdsOf(tx, tenant, key)
  if (open.length === 0) throw reject('nothing-held', `nothing holds the payment of invoice ${key}: there is nothing to accept`)
  const amounts = worthOf(open)
  const codes = [...new Set(open.map(({ code }) => code))].sort()
  const findings = textHash(
    open
      .map(({ code, path, detail }) => JSON.stringify([code, path, detail]))
      .sort()
      .join('\n'),
  )
  const told = { codes, amounts, ...(author.why === null ? {} : { why: author.why }) }
  if (needsSecond(rules, amounts)) {
    const first = await acceptanceOf(tx, tenant, key)
    if (first?.findings !== findings) {
      await saveAcceptance(tx, { tenant, key, findings, asked_by: author.actor, asked_at: now, why: author.why ?? '' })
      journal(books, 'invoice-accept-asked', { type: 'invoice', key }, told)
      return { state: 'waiting', codes, amounts }
    }
    if (first.asked_by === author.actor)
      throw reject(
        'same-person',
        `invoice ${key} was accepted with this key already, and ${sums(amounts)} takes two: another person has to accept it (maker and checker)`,
      )
  }
  await saveFindings(
    tx,
    open.map((row) => ({ ...row, state: 'closed' as const, closed_at: now, closed_by: author.actor.slice(0, 64), accepted: 1 as const })),
  )
  await deleteAcceptance(tx, tenant, key)
  followInvoice(books, key)
  for (const { code, path } of open) journal(books, 'finding-closed', { type: 'invoice', key }, { code, path, action: 'accept' })
  journal(books, 'invoice-accepted', { type: 'invoice', key }, told)
  return { state: 'accepted', codes, amounts }
}

export const sums = (amounts: Readonly<Record<string, string>>): string =>
  Object.entries(amounts)
    .map(([currency, amount]) => `${currency} ${amount}`)
    .join(' and ')

/** Judges invoices by the tolerances of today, with all orders they are of. */
export function rejudge({ data }: Books, keys: readonly string[]): void {
  for (const key of keys) data.shelf.rejudged.add(key)
}
