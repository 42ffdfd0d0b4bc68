import { add, negate } from '../../model/decimal.ts'
import { findAccounts } from '../../store/account.ts'
import { holdNames } from '../../store/hold.ts'
import { grouped } from '../../store/in-list.ts'
import { creditsAgainst } from '../../store/invoice.ts'
import { deletePayableItems, insertPayableItems, payableItemsOf } from '../../store/payable.ts'
import { referencesTo } from '../../store/reference.ts'
import type { FindingTable } from '../../store/tables.ts'
import type { TransferTable } from '../../store/tables-money.ts'
import { journal, readAfresh } from '../books.ts'
import { judge, note } from '../findings.ts'
import { holdCodes } from '../match/accept-invoice.ts'
import { creditsOf } from '../match/head-findings.ts'
import { amountText } from '../money/account.ts'
import { type Meant, postMeant } from '../money/post-meant.ts'
import { differs, rowName } from '../rows.ts'
import { type DocumentName, documentName, namedDocument } from '../shelf.ts'
import { followPayments } from '../statements/steps.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { payableCodes } from './owed.ts'
import { owedBy, payableTypes } from './owed-by.ts'
import { mayConcernSupplier } from './payment-owed.ts'

/** What moves by itself has no other author. */
const follows = 'ledger'

/** Documents whose money of suppliers is looked at again: receipts and payments that changed, or whose references lead elsewhere now, and payments of a party that became a supplier, or is none any more. */
export async function touchPayables(books: Books, resolved: readonly DocumentName[]): Promise<void> {
  const { drafts, payables } = books.data
  const roles: string[] = []
  for (const { before, now } of drafts.values()) {
    if (
      now.type === 'goods-receipt' ||
      now.type === 'invoice' ||
      mayConcernSupplier(now) ||
      (before !== undefined && mayConcernSupplier(before))
    )
      payables.add(documentName(now))
    if (now.type === 'party' && supplies(before) !== supplies(now)) roles.push(now.key)
  }
  for (const name of [...resolved, ...[...books.data.rereferred].map(namedDocument)])
    if (payableTypes.includes(name.type)) payables.add(documentName(name))
  const waiting = [...drafts.values()].flatMap(({ now }) => (now.type === 'purchase-order' || now.type === 'invoice' ? [now] : []))
  if (waiting.length > 0) for (const name of await paying(books, waiting)) payables.add(name)
  if (roles.length > 0)
    for (const row of await referencesTo(books.tx, books.tenant, 'party', roles))
      if (row.from_type === 'payment') payables.add(documentName(fromOf(row)))
}

const fromOf = (row: { readonly from_type: string; readonly from_key: string }): DocumentName => ({
  type: row.from_type,
  key: row.from_key,
})

/** Payments of purchases and invoices that changed. */
async function paying({ tx, tenant }: Books, documents: readonly LedgerDocument[]): Promise<readonly string[]> {
  const names: string[] = []
  for (const [type, group] of grouped(documents, (document) => document.type))
    for (const row of await referencesTo(
      tx,
      tenant,
      type,
      group.map(({ key }) => key),
    ))
      if (row.from_type === 'payment') names.push(documentName(fromOf(row)))
  return names
}

const supplies = (document: LedgerDocument | undefined): boolean =>
  document !== undefined && !document.deleted && Array.isArray(document.body.roles) && document.body.roles.includes('supplier')

/**
 * Makes the books of suppliers say what the touched documents mean now. Orders must have been derived, and findings written: receipts and invoices of orders that moved are touched with them, and an invoice counts while none of its
 * findings (`moved`: those that opened or closed) holds it. Nothing is asked where there are none.
 */
export async function derivePayables(books: Books, moved: readonly FindingTable[]): Promise<void> {
  const { tx, tenant, now, newId, data } = books
  for (const { type, key, code } of moved) if (type === 'invoice' && holdCodes.has(code)) data.payables.add(documentName({ type, key }))
  if (data.payables.size === 0) return
  await touchCredits(books)
  await holdNames(
    tx,
    tenant,
    [...data.payables].map((name) => `payable:${name}`),
  )
  readAfresh(books)
  const desk = { tx, tenant, now, newId }
  for (const [type, group] of grouped([...data.payables].sort().map(namedDocument), (name) => name.type)) {
    const keys = group.map(({ key }) => key)
    const owed = await owedBy(data.shelf, type, keys)
    for (const key of keys) judge(books, { type, key, codes: payableCodes })
    for (const { notes } of owed.values()) for (const one of notes) note(books, one)
    await writeItems(
      books,
      type,
      keys,
      [...owed.values()].flatMap(({ items }) => items),
    )
    const posted = await postMeant(
      desk,
      type,
      keys,
      [...owed.values()].flatMap(({ meant }) => meant),
      data.cause.author?.actor ?? follows,
    )
    for (const [key, transfers] of grouped(posted, ({ ref_key }) => ref_key ?? '')) {
      tell(books, { type, key }, transfers)
      if (type === 'invoice') tellVariance(books, key, owed.get(key)?.meant ?? [])
    }
    if (type === 'payment') await followPaid(books, posted)
  }
}

/** Credit notes count while the invoices that they take from do. */
async function touchCredits({ tx, tenant, data }: Books): Promise<void> {
  const invoices = [...data.payables].map(namedDocument).flatMap(({ type, key }) => (type === 'invoice' ? [key] : []))
  if (invoices.length === 0) return
  const naming = [...(await creditsOf(data.shelf, invoices)).values()].flat()
  for (const key of [...naming.map((credit) => credit.key), ...(await creditsAgainst(tx, tenant, invoices)).map((row) => row.key)])
    data.payables.add(documentName({ type: 'invoice', key }))
}

/** Statements whose account was paid. */
async function followPaid(books: Books, posted: readonly TransferTable[]): Promise<void> {
  const accounts = await findAccounts(
    books.tx,
    books.tenant,
    posted.flatMap(({ debit, credit }) => [debit, credit]),
  )
  for (const row of new Map(
    accounts.filter(({ party }) => party !== '').map((one) => [rowName(one.owner, one.party, one.currency), one]),
  ).values())
    await followPayments(books, row)
}

async function writeItems(
  { tx, tenant }: Books,
  type: string,
  keys: readonly string[],
  now: Awaited<ReturnType<typeof payableItemsOf>>,
): Promise<void> {
  const name = (row: { readonly key: string; readonly owner: string; readonly party: string; readonly currency: string }) =>
    rowName(row.key, row.owner, row.party, row.currency)
  const stored = await payableItemsOf(tx, tenant, type, keys)
  const [old, wanted] = [new Map(stored.map((row) => [name(row), row])), new Map(now.map((row) => [name(row), row]))]
  const changed = new Set([
    ...now.filter((row) => differs(old.get(name(row)), row)).map(({ key }) => key),
    ...stored.filter((row) => !wanted.has(name(row))).map(({ key }) => key),
  ])
  if (changed.size === 0) return
  await deletePayableItems(
    tx,
    tenant,
    type,
    stored.flatMap(({ key }) => (changed.has(key) ? [key] : [])),
  )
  await insertPayableItems(
    tx,
    now.filter(({ key }) => changed.has(key)),
  )
}

/** Transfers that one line of the journal names. */
const mostNamed = 50

function tell(books: Books, name: DocumentName, transfers: readonly TransferTable[]): void {
  const shown = transfers.slice(0, mostNamed)
  journal(books, 'payable-posted', name, {
    owner: shown[0]?.owner ?? '',
    currency: shown[0]?.currency ?? '',
    transfers: shown.map(({ id, kind, amount, business_date, ref_line, key }) => ({
      ...{ id, kind, amount: amountText(BigInt(amount)), businessDate: business_date },
      ...(ref_line === null ? {} : { line: ref_line }),
      ...(key.startsWith('meant/back/') ? { back: true } : {}),
    })),
    count: transfers.length,
  })
}

/** What an invoice differs by now, by account; below zero: less is owed than receipts said. Nothing where it is taken back. */
function tellVariance(books: Books, key: string, meant: readonly Meant[]): void {
  const after: Record<string, string> = {}
  for (const { kind, amount, debit, currency } of meant) {
    after[kind] = add(after[kind] ?? '0.00', debit.kind === 'payable' ? negate(amount) : amount)
    after.currency = currency
  }
  journal(books, 'variance-posted', { type: 'invoice', key }, { after })
}
