import { amountScale, toScaled } from '../../model/decimal.ts'
import { reject } from '../../model/errors.ts'
import { hubOrigin } from '../../model/hub-origin.ts'
import { canonicalJson, type JsonObject } from '../../model/json.ts'
import { deletePartyRows, savePartyRows } from '../../store/party-document.ts'
import { accountsOfChain, newestStatement, saveStatement, statementOf, unstatedSums } from '../../store/statement.ts'
import type { PartyDocumentTable } from '../../store/tables.ts'
import type { StatementTable } from '../../store/tables-statement.ts'
import { authorDocument, type Fits } from '../author.ts'
import { type Author, journal } from '../books.ts'
import { amountText } from '../money/account.ts'
import { postable } from '../payables/owed.ts'
import { fetchDocument } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { signOf } from './content.ts'
import { fill, holdChain, nameOf, toldOf } from './generate.ts'

/** A command on a statement. `hash`: of the content that the caller means. */
export interface Step {
  readonly key: string
  readonly author: Author
  readonly hash?: string
}

/** A line that the party does not agree with; without a line: the whole. */
export interface Dispute {
  readonly line?: number
  readonly reason: string
}

const mostDisputes = 1000

/** @throws HubError (reject) `no-statement` */
export async function fetchStatement(books: Books, key: string): Promise<StatementTable> {
  const found = await statementOf(books.tx, books.tenant, key)
  if (found === undefined) throw reject('no-statement', `there is no statement ${key}`)
  await holdChain(books, found)
  return (await statementOf(books.tx, books.tenant, key)) ?? found
}

/** `given`: the hash of the content that is meant. @throws HubError (reject) `outdated-version` */
export function demandHash({ key, revision, hash }: StatementTable, given: string | undefined): void {
  if (given !== hash)
    throw reject('outdated-version', `${key} is at version ${revision} with hash ${hash}, and ${given ?? 'none'} was meant: read it again`)
}

/** @throws HubError (reject) `illegal-transition` */
function demandStatus({ key, status }: StatementTable, allowed: readonly string[], to: string): void {
  if (!allowed.includes(status))
    throw reject('illegal-transition', `${key} is ${status} and cannot become ${to}: only ${allowed.join(' or ')} can`)
}

async function move(
  books: Books,
  before: StatementTable,
  change: Partial<StatementTable>,
  author: Author,
  more: JsonObject = {},
): Promise<StatementTable> {
  const row: StatementTable = { ...before, ...change, changed_at: books.now }
  books.data.cause = { ...books.data.cause, author }
  await saveStatement(books.tx, row)
  journal(books, `statement-${row.status}`, nameOf(row), { ...toldOf(row), before: { status: before.status }, ...more })
  return row
}

const partyRow = ({ tenant, party, key }: StatementTable): PartyDocumentTable => ({
  ...{ tenant, party, type: 'statement', key, role: 'self', organisation: '', valid_from: '', valid_to: null },
})

/** Shows it to the party. @throws HubError (reject) */
export async function publishStatement(books: Books, { key, author }: Step): Promise<StatementTable> {
  const row = await fetchStatement(books, key)
  if (row.status === 'published') return row
  demandStatus(row, ['generated'], 'published')
  await savePartyRows(books.tx, [partyRow(row)])
  return move(books, row, { status: 'published' }, author)
}

/** The party agrees with this content. Again with the same: the same answer. @throws HubError (reject) `outdated-version`, `illegal-transition` */
export async function confirmStatement(books: Books, { key, author, hash }: Step): Promise<StatementTable> {
  const row = await fetchStatement(books, key)
  demandHash(row, hash)
  if (row.confirmed_hash === row.hash && agreed.has(row.status)) return row
  demandStatus(row, ['published', 'disputed'], 'confirmed')
  return move(books, row, { status: 'confirmed', confirmed_hash: row.hash }, author)
}

const agreed: ReadonlySet<string> = new Set(['confirmed', 'approved', 'part-paid', 'paid'])

/** The party does not agree, line by line. @throws HubError (reject) `outdated-version`, `illegal-transition`, `no-line`, `no-reason`, `too-many-disputes` */
export async function disputeStatement(
  books: Books,
  { key, author, hash, disputes }: Step & { readonly disputes: readonly Dispute[] },
): Promise<StatementTable> {
  const row = await fetchStatement(books, key)
  demandHash(row, hash)
  demandStatus(row, ['published', 'disputed'], 'disputed')
  if (disputes.length === 0 || disputes.some(({ reason }) => reason.trim() === ''))
    throw reject('no-reason', `${key}: say what is wrong, with the line where it is one`)
  const stored = row.disputes === null ? [] : (JSON.parse(row.disputes) as readonly JsonObject[])
  if (stored.length + disputes.length > mostDisputes) throw reject('too-many-disputes', `${key} has more than ${mostDisputes} disputes`)
  const wrong = disputes.find(({ line }) => line !== undefined && (line < 1 || line > row.line_count))
  if (wrong !== undefined) throw reject('no-line', `${key} has lines 1 to ${row.line_count}, not ${wrong.line}`)
  const told = disputes.map(
    ({ line, reason }): JsonObject => ({
      ...(line === undefined ? {} : { line }),
      reason,
      revision: row.revision,
      at: new Date(books.now).toISOString(),
      by: author.actor,
    }),
  )
  return move(books, row, { status: 'disputed', disputes: canonicalJson([...stored, ...told]) }, author, { disputes: told })
}

/**
 * A new version of the content, with what was corrected or came since within its days. Only the newest of an account can be: what came later is in the next one otherwise.
 * @throws HubError (reject) `illegal-transition`, `carried-forward`
 */
export async function reviseStatement(books: Books, { key, author }: Step): Promise<StatementTable> {
  const row = await fetchStatement(books, key)
  demandStatus(row, ['generated', 'disputed'], 'revised')
  await demandNewest(books, row)
  // what is being mended is not the party's yet
  await deletePartyRows(books.tx, [partyRow(row)])
  const accounts = await accountsOfChain(books.tx, books.tenant, row)
  books.data.cause = { ...books.data.cause, author }
  const next = await fill(
    books,
    {
      ...row,
      revision: row.revision + 1,
      status: 'generated',
      confirmed_hash: null,
      made_at: books.now,
      made_by: author.actor,
      changed_at: books.now,
    },
    accounts.map(({ id }) => id),
  )
  journal(books, 'statement-revised', nameOf(next), {
    ...toldOf(next),
    before: { status: row.status, closing: amountText(BigInt(row.closing)) },
  })
  return next
}

async function demandNewest({ tx, tenant }: Books, row: StatementTable): Promise<void> {
  const newest = await newestStatement(tx, tenant, row)
  if (newest !== undefined && newest.key !== row.key)
    throw reject('carried-forward', `${newest.key} opens with what ${row.key} closed with, and has what came since: go on with that`)
}

/** Another person lets it be paid. @throws HubError (reject) `not-confirmed`, `outdated-version`, `own-approval` */
export async function approveStatement(
  books: Books,
  { key, author, hash, ownApproval }: Step & { readonly ownApproval: boolean },
): Promise<StatementTable> {
  const row = await fetchStatement(books, key)
  demandHash(row, hash)
  if (row.status === 'approved') return row
  if (row.status !== 'confirmed' || row.confirmed_hash !== row.hash)
    throw reject('not-confirmed', `${key} is ${row.status}: it is approved once its party has confirmed version ${row.revision}`)
  if (!ownApproval && row.made_by === author.actor)
    throw reject('own-approval', `${key} was made by ${author.actor}: somebody else approves it`)
  return move(books, row, { status: 'approved' }, author)
}

export interface Paying extends Step {
  readonly number: string
  readonly amount: string
  /** RFC 3339 */
  readonly paidAt: string
  readonly method?: string
  readonly reference?: string
}

/**
 * Pays a statement, whole or in part, by a payment of the hub that refers to it. Only the content that was confirmed is paid, and no more than is left of it after all that was paid since.
 * @throws HubError (reject) `not-payable`, `outdated-version`, `not-confirmed`, `carried-forward`, `more-than-owed` with the arithmetic, `number-taken`
 */
export async function payStatement(books: Books, paying: Paying, fits: Fits): Promise<LedgerDocument> {
  const { key, author, hash, number, amount, paidAt, method, reference } = paying
  const row = await fetchStatement(books, key)
  if (row.kind !== 'supplier') throw reject('not-payable', `${key} is of kind ${row.kind}: statements of suppliers are paid`)
  demandHash(row, hash)
  if (row.confirmed_hash !== hash || (row.status !== 'approved' && row.status !== 'part-paid'))
    throw reject('not-confirmed', `${key} is ${row.status}: it is paid once its party has confirmed this version and it was approved`)
  await demandNewest(books, row)
  const asked = postable(amount, row.currency)
  if (asked === undefined || toScaled(asked, amountScale) <= 0n)
    throw reject('no-amount', `'${amount}' is no amount above zero in ${row.currency}`)
  const left = await leftOf(books, row)
  const difference = toScaled(asked, amountScale) - left
  if (difference > 0n)
    throw reject(
      'more-than-owed',
      `${key} closes with ${amountText(BigInt(row.closing))}, ${amountText(BigInt(row.closing) - left)} was paid since, ${amountText(left)} is left and ${asked} is asked: ${amountText(difference)} too much. Nothing was paid`,
    )
  const payment = `${hubOrigin}/${number}`
  if ((await fetchDocument(books.data.shelf, 'payment', payment)) !== undefined)
    throw reject('number-taken', `there is a payment ${payment} already: give another number`)
  const party = (name: string) => ({ ref: { type: 'party', key: name } })
  const body = {
    ...{ number, kind: 'payment', status: 'captured', amount: asked, currency: row.currency, paidAt },
    ...(row.owner === '' ? {} : { payer: party(row.owner) }),
    payee: party(row.party),
    allocations: [{ ref: { type: 'statement', key }, amount: asked }],
    ...(method === undefined ? {} : { method }),
    ...(reference === undefined ? {} : { reference }),
  }
  return authorDocument(books, { type: 'payment', key: payment, body, author, seen: 0 }, fits)
}

/** Kinds of entries that are money which went or came back. */
const moneyKinds: ReadonlySet<string> = new Set(['payment', 'prepayment', 'refund'])

/** What is left to pay of the newest statement of an account: its closing less what was paid since, x 10^4. */
export async function leftOf({ tx, tenant }: Books, row: StatementTable): Promise<bigint> {
  const accounts = await accountsOfChain(tx, tenant, row)
  const since = await unstatedSums(
    tx,
    tenant,
    accounts.map(({ id }) => id),
  )
  return since.reduce((left, { kind, amount }) => (moneyKinds.has(kind) ? left + signOf(row.kind) * amount : left), BigInt(row.closing))
}

/** After money of an account moved: the newest statement is approved, part-paid or paid as the books say. */
export async function followPayments(
  books: Books,
  chain: { readonly owner: string; readonly party: string; readonly currency: string },
): Promise<void> {
  const row = await newestStatement(books.tx, books.tenant, { book: 'payable', ...chain })
  if (row === undefined || !paidStates.includes(row.status)) return
  await holdChain(books, row)
  const left = await leftOf(books, row)
  const status = left <= 0n ? 'paid' : left < BigInt(row.closing) ? 'part-paid' : 'approved'
  const changed: StatementTable = { ...row, status, changed_at: books.now }
  if (status !== row.status) await saveStatement(books.tx, changed)
  journal(books, 'statement-payment', nameOf(row), {
    ...toldOf(changed),
    left: amountText(left > 0n ? left : 0n),
    before: { status: row.status },
  })
}

const paidStates: readonly string[] = ['approved', 'part-paid', 'paid']
