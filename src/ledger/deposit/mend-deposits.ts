import { isObject, type Json } from '../../model/json.ts'
import { findAccounts } from '../../store/account.ts'
import {
  deleteDepositOrders,
  deleteDepositPayments,
  deleteDeposits,
  deleteTerms,
  depositAccounts,
  depositOrdersOf,
  depositPaymentsOf,
  depositsOf,
  saveDepositOrders,
  saveDepositPayments,
  saveDeposits,
  termsNamed,
} from '../../store/deposit.ts'
import { holdNames } from '../../store/hold.ts'
import { grouped } from '../../store/in-list.ts'
import type { TransferTable } from '../../store/tables-money.ts'
import { referencesIn } from '../references.ts'
import { documentName, externalsOf, loadLinks } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'
import { netOf, postedAbout } from '../verify/deposits.ts'
import type { Difference } from '../verify.ts'
import { exact } from './orders.ts'
import { usualOwner, writeTerms } from './terms.ts'
import type { DepositName } from './till.ts'

/**
 * What is posted is the truth: rows of orders and payments are made what their transfers sum to, on the deposit where their money is, and `finish` posts from there what documents mean. Merchants whose deposits differ are looked at
 * again; rows of nothing go.
 */
export async function mendDeposits(books: Books, differences: readonly Difference[], there: readonly LedgerDocument[]): Promise<void> {
  const of = (table: string) => differences.filter((one) => one.table === table)
  await mendTerms(books, of('deposit_term'), there)
  await mendRows(books, of('deposit'))
  await mendOrders(books, of('deposit_order'))
  await mendPayments(books, of('deposit_payment'))
}

const keysOf = (wrong: readonly Difference[]): string[] => [...new Set(wrong.map(({ of }) => of.key))]
const isStray = ({ computed }: Difference): boolean => computed === null

/** The deposit that a computed row names. */
function namedIn(computed: string | null): DepositName | undefined {
  const row: Json = computed === null ? null : JSON.parse(computed)
  if (!isObject(row)) return undefined
  const { party, owner, currency } = row
  return typeof party === 'string' && typeof owner === 'string' && typeof currency === 'string' ? { party, owner, currency } : undefined
}

async function mendTerms(books: Books, wrong: readonly Difference[], there: readonly LedgerDocument[]): Promise<void> {
  const { tx, tenant, data } = books
  if (wrong.length === 0) return
  const wanted = new Set(wrong.map(({ of }) => documentName(of)))
  const documents = there.filter((document) => wanted.has(documentName(document)))
  await loadLinks(data.shelf, externalsOf(documents.flatMap(({ body }) => referencesIn(body).map(({ target }) => target))))
  for (const party of await writeTerms(books, documents)) data.deposits.parties.add(party)
  const known = new Set(documents.map(documentName))
  for (const [type, group] of grouped(wrong, ({ of }) => of.type)) {
    const strange = (await termsNamed(tx, tenant, type, keysOf(group))).filter((row) => !known.has(documentName(row)))
    for (const { party } of strange) data.deposits.parties.add(party)
    await deleteTerms(tx, strange)
  }
}

/** Deposits are where their accounts are; what their terms say `finish` writes. */
async function mendRows({ tx, tenant, now, data }: Books, wrong: readonly Difference[]): Promise<void> {
  const parties = keysOf(wrong)
  const stored = await depositsOf(tx, tenant, parties)
  const accounts = await depositAccounts(tx, tenant, parties)
  for (const one of wrong) {
    const party = one.of.key
    const currency = one.key.slice(party.length + 1)
    const row = stored.find((deposit) => deposit.party === party && deposit.currency === currency)
    const own = accounts.filter((account) => account.party === party && account.currency === currency)
    if (isStray(one)) await deleteDeposits(tx, tenant, [{ party, currency }])
    else if (own.length > 0 && !own.some(({ owner }) => owner === row?.owner))
      await saveDeposits(tx, [
        {
          ...{ tenant, party, currency, low_below: null, credit: 0n, low: 0, next_day: null, changed_at: now },
          ...{ since: Math.min(...own.map(({ opened_at }) => opened_at)), ...row, owner: own[0]?.owner ?? usualOwner },
        },
      ])
    data.deposits.parties.add(party)
  }
}

/** Deposits on which transfers moved money, by the key of the document they are about: that of the last of them. */
async function holdersOf(
  { tx, tenant }: Books,
  posted: ReadonlyMap<string, readonly TransferTable[]>,
): Promise<ReadonlyMap<string, DepositName>> {
  const transfers = [...posted.values()].flat()
  const accounts = new Map(
    (
      await findAccounts(
        tx,
        tenant,
        transfers.flatMap(({ debit, credit }) => [debit, credit]),
      )
    ).map((row) => [row.id, row]),
  )
  const holders = new Map<string, DepositName>()
  for (const [key, about] of posted)
    for (const { debit, credit } of about)
      for (const id of [debit, credit]) {
        const account = accounts.get(id)
        if (account !== undefined && account.party !== '')
          holders.set(key, { party: account.party, owner: account.owner, currency: account.currency })
      }
  return holders
}

async function mendOrders(books: Books, wrong: readonly Difference[]): Promise<void> {
  const { tx, tenant } = books
  const keys = keysOf(wrong)
  if (keys.length === 0) return
  const stored = new Map((await depositOrdersOf(tx, tenant, keys)).map((row) => [row.key, exact(row)]))
  const posted = await postedAbout(tx, tenant, 'sales-order', keys)
  const holders = await holdersOf(books, posted)
  const parties = [...stored.values(), ...holders.values()].map(({ party }) => `deposit:${party}`)
  await holdNames(tx, tenant, parties)
  await deleteDepositOrders(tx, tenant, keysOf(wrong.filter(isStray)))
  const rows = wrong.flatMap(({ of: { key }, computed }) => {
    const before = stored.get(key)
    const holder = holders.get(key) ?? (before && namedIn(computed))
    if (holder === undefined || computed === null) return []
    const { frozen, captured, refunded, given, posts } = netOf(posted.get(key) ?? [])
    const row = before ?? { tenant, key, ...holder, placed_at: 0, need: 0n, why: '' as const }
    return [{ ...row, ...holder, frozen, captured, refunded, given, posts }]
  })
  await saveDepositOrders(tx, rows)
}

async function mendPayments(books: Books, wrong: readonly Difference[]): Promise<void> {
  const { tx, tenant, data } = books
  const keys = keysOf(wrong)
  if (keys.length === 0) return
  for (const key of keys) data.deposits.payments.add(key)
  const stored = new Map((await depositPaymentsOf(tx, tenant, keys)).map((row) => [row.key, row]))
  const posted = await postedAbout(tx, tenant, 'payment', keys)
  const holders = await holdersOf(books, posted)
  await deleteDepositPayments(tx, tenant, keysOf(wrong.filter(isStray)))
  const rows = wrong.flatMap(({ of: { key }, computed }) => {
    const before = stored.get(key)
    const holder = holders.get(key) ?? (before && namedIn(computed))
    if (holder === undefined || computed === null) return []
    const { paid, posts } = netOf(posted.get(key) ?? [])
    const row = before ?? { tenant, key, reference: '', amount: 0n, state: 'void' as const }
    return [{ ...row, ...holder, posted: paid, posts }]
  })
  await saveDepositPayments(tx, rows)
}
