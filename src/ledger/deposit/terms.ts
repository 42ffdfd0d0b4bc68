import { amountScale, DecimalError, toScaled } from '../../model/decimal.ts'
import { isObject, type Json } from '../../model/json.ts'
import { lockAccounts, saveAccounts } from '../../store/account.ts'
import { deleteTerms, depositsOf, saveDeposits, saveTerms, termsNamed, termsOfParties } from '../../store/deposit.ts'
import type { DepositTable, DepositTermTable } from '../../store/tables-deposits.ts'
import { newAccount } from '../money/account.ts'
import { differs, rowName } from '../rows.ts'
import { keyOf, type Shelf, textOf } from '../shelf.ts'
import type { Books, LedgerDocument } from '../types.ts'

export const changeType = 'deposit-change'
/** Documents that say something of the terms of deposits. */
export const termTypes: ReadonlySet<string> = new Set(['contract', changeType])

/** Whoever keeps the books where nobody says. */
export const usualOwner = 'own'
const agreed: ReadonlySet<string> = new Set(['signed', 'active', 'suspended', 'ended'])

/** What a contract, or a change that holds, says of a deposit's terms; undefined for all others. Its references must have been loaded. */
export function termRow(shelf: Shelf, { type, key, status, deleted, body, changedAt }: LedgerDocument): DepositTermTable | undefined {
  const party = keyOf(shelf, body.party)
  if (party === undefined || deleted) return undefined
  const row = { tenant: shelf.tenant, type, key, party }
  if (type === 'contract') {
    const { deposit } = body
    if (!isObject(deposit) || body.kind !== 'merchant' || !agreed.has(status ?? '')) return undefined
    const holds = status === 'signed' || status === 'active'
    return {
      ...row,
      ...{
        currency: textOf(deposit.currency) ?? '',
        owner: ownerIn(deposit.owner),
        kind: 'terms',
        low_below: scaledOrNull(deposit.lowBelow),
      },
      ...{
        credit: holds ? (scaledOrNull(deposit.creditLine) ?? 0n) : 0n,
        valid_from: textOf(body.validFrom) ?? '',
        valid_to: textOf(body.validTo) ?? null,
      },
      at: Date.parse(textOf(body.signedAt) ?? '') || 0,
    }
  }
  if (type !== changeType || status !== 'approved' || (body.kind !== 'terms' && body.kind !== 'credit-line')) return undefined
  const isCredit = body.kind === 'credit-line'
  return {
    ...row,
    ...{ currency: textOf(body.currency) ?? '', owner: ownerIn(body.owner), kind: String(body.kind) },
    ...{ low_below: isCredit ? null : scaledOrNull(body.lowBelow), credit: isCredit ? (scaledOrNull(body.amount) ?? 0n) : 0n },
    ...{
      valid_from: textOf(body.validFrom) ?? '',
      valid_to: textOf(body.validTo) ?? null,
      at: Date.parse(textOf(body.decidedAt) ?? '') || changedAt,
    },
  }
}

const ownerIn = (value: Json | undefined): string => (isObject(value) ? (textOf(value.key) ?? '') : '')

function scaledOrNull(value: Json | undefined): bigint | null {
  if (typeof value !== 'string') return null
  try {
    return toScaled(value, amountScale)
  } catch (error) {
    if (error instanceof DecimalError) return null
    throw error
  }
}

/** Writes what these documents say of terms now. Answers the merchants whose terms may be others. */
export async function writeTerms({ tx, tenant, data }: Books, documents: readonly LedgerDocument[]): Promise<ReadonlySet<string>> {
  const parties = new Set<string>()
  for (const [type, group] of Map.groupBy(documents, (one) => one.type)) {
    const stored = new Map(
      (
        await termsNamed(
          tx,
          tenant,
          type,
          group.map(({ key }) => key),
        )
      ).map((row) => [row.key, row]),
    )
    const rows = group.flatMap((document) => termRow(data.shelf, document) ?? [])
    const kept = new Set(rows.map(({ key }) => key))
    const gone = [...stored.values()].filter(({ key }) => !kept.has(key))
    const changed = rows.filter((row) => differs(stored.get(row.key), row))
    await saveTerms(tx, changed)
    await deleteTerms(tx, gone)
    for (const { key, party } of [...changed, ...gone]) {
      parties.add(party)
      const before = stored.get(key)?.party
      if (before !== undefined) parties.add(before)
    }
  }
  return parties
}

/** What all terms of a deposit make of it on a day (`YYYY-MM-DD`). The last word on the alarm counts; of several credit lines the largest that holds. */
export function termsOn(
  rows: readonly DepositTermTable[],
  today: string,
): Pick<DepositTable, 'owner' | 'low_below' | 'credit' | 'next_day'> {
  const sorted = [...rows].sort((a, b) => a.at - b.at || (rowName(a.type, a.key) < rowName(b.type, b.key) ? -1 : 1))
  const holds = (row: DepositTermTable) => row.valid_from <= today && (row.valid_to === null || row.valid_to >= today)
  const credit = sorted.filter(holds).reduce((most, row) => (BigInt(row.credit) > most ? BigInt(row.credit) : most), 0n)
  const days = sorted
    .filter((row) => BigInt(row.credit) > 0n)
    .flatMap(({ valid_from, valid_to }) => [valid_from, ...(valid_to === null ? [] : [dayAfter(valid_to)])])
    .filter((day) => day > today)
    .sort()
  return {
    owner: sorted.find(({ owner }) => owner !== '')?.owner ?? usualOwner,
    low_below: sorted.findLast(({ low_below }) => low_below !== null)?.low_below ?? null,
    credit,
    next_day: days[0] ?? null,
  }
}

/** Whether a deposit is low: it is over with a tenth more than the mark, so that it does not come and go with each order. */
export function isLow({ low, low_below }: Pick<DepositTable, 'low' | 'low_below'>, available: bigint): boolean {
  const mark = low_below === null ? undefined : BigInt(low_below)
  return mark !== undefined && (low === 1 ? available * 10n < mark * 11n : available < mark)
}

/** Of a row that was damaged, what stands there: verification names it. */
const dayAfter = (day: string): string => {
  const ms = Date.parse(day)
  return Number.isNaN(ms) ? day : new Date(ms + 86_400_000).toISOString().slice(0, 10)
}

/** Makes deposits what their terms say today, and the least that may be left on their accounts with them. The merchants must be held. Answers all deposits of these merchants. */
export async function restateDeposits(books: Books, parties: ReadonlySet<string>): Promise<readonly DepositTable[]> {
  const { tx, tenant, now, data } = books
  const today = new Date(now).toISOString().slice(0, 10)
  const stored = new Map((await depositsOf(tx, tenant, parties)).map((row) => [rowName(row.party, row.currency), row]))
  const terms = Map.groupBy(await termsOfParties(tx, tenant, parties), (row) => rowName(row.party, row.currency))
  const rows = [...new Set([...stored.keys(), ...terms.keys()])].map((name): DepositTable => {
    const before = stored.get(name)
    const [party = '', currency = ''] = name.split('\0')
    const { owner, ...said } = termsOn(terms.get(name) ?? [], today)
    // whose books it is in stays: its money is there
    return {
      tenant,
      party,
      currency,
      owner: before?.owner ?? owner,
      ...said,
      low: before?.low ?? 0,
      since: before?.since ?? now,
      changed_at: now,
    }
  })
  const changed = rows.filter(({ changed_at: _, ...row }) => differs(stored.get(rowName(row.party, row.currency)), row))
  await saveDeposits(tx, changed)
  // of those that were asked for by name the account may say another floor than its row
  const asked = rows.filter(({ party }) => data.deposits.parties.has(party))
  await saveFloors(books, [...new Set([...changed, ...asked])])
  return rows
}

async function saveFloors({ tx, tenant, now }: Books, deposits: readonly DepositTable[]): Promise<void> {
  const floors = new Map(
    deposits.map(({ party, currency, owner, credit }) => {
      const account = newAccount(tenant, { book: 'deposit', owner, party, kind: 'available', currency }, now)
      return [account.id, { account, floor: -BigInt(credit) }] as const
    }),
  )
  const accounts = await lockAccounts(
    tx,
    tenant,
    [...floors.values()].map(({ account }) => account),
  )
  await saveAccounts(
    tx,
    [...accounts.values()].flatMap((row) => {
      const floor = floors.get(row.id)?.floor ?? 0n
      return BigInt(row.floor ?? 0) === floor && row.floor !== null ? [] : [{ ...row, floor, changed_at: now }]
    }),
  )
}
