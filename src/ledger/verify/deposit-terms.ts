import { depositAccounts, depositsOf, orderSums, termsNamed, termsOfParties } from '../../store/deposit.ts'
import { typesOfTerms } from '../../store/deposit-names.ts'
import type { Reader } from '../../store/in-list.ts'
import type { DepositTable } from '../../store/tables-deposits.ts'
import { isLow, termRow, termsOn, termTypes } from '../deposit/terms.ts'
import { amountText, natural } from '../money/account.ts'
import { referencesIn } from '../references.ts'
import { rowName } from '../rows.ts'
import { documentName, externalsOf, loadDocuments, loadLinks, openShelf } from '../shelf.ts'
import { type Check, compareRows, type Difference } from './check.ts'
import { differing, text } from './deposits.ts'

/** Types whose documents say terms of deposits, and whatever else their rows say. */
export const termTypesIn = async (read: Reader, tenant: string): Promise<readonly string[]> => [
  ...new Set([...termTypes, ...(await typesOfTerms(read, tenant))]),
]

/** Contracts and changes of deposits of one type by their keys, beside the rows of what they say. */
export async function checkDepositTerms(read: Reader, tenant: string, type: string, keys: readonly string[]): Promise<Check> {
  const shelf = openShelf(read, tenant)
  const names = keys.map((key) => ({ type, key }))
  await loadDocuments(shelf, names)
  const documents = names.flatMap((name) => shelf.documents.get(documentName(name)) ?? [])
  await loadLinks(shelf, externalsOf(documents.flatMap(({ body }) => referencesIn(body).map(({ target }) => target))))
  return compareRows(
    'deposit_term',
    await termsNamed(read, tenant, type, keys),
    documents.flatMap((document) => termRow(shelf, document) ?? []),
    (row) => [row.type, row.key],
    ({ key }) => ({ type, key }),
  )
}

type Shown = Pick<DepositTable, 'owner' | 'low' | 'next_day'> &
  Readonly<Record<'lowBelow', string | null>> &
  Readonly<Record<'creditLine' | 'floor' | 'frozen', string>>

/**
 * Deposits of merchants: terms and credit line as documents say, kept where their accounts are, and as much frozen as their orders that are not sent yet cost. Since when there is one only its row knows.
 */
export async function checkDeposits(read: Reader, tenant: string, parties: readonly string[], today: string): Promise<Check> {
  const rows = new Map((await depositsOf(read, tenant, parties)).map((row) => [rowName(row.party, row.currency), row]))
  const terms = Map.groupBy(await termsOfParties(read, tenant, parties), (row) => rowName(row.party, row.currency))
  const sums = await orderSums(read, tenant, parties)
  const accounts = Map.groupBy(await depositAccounts(read, tenant, parties), (row) => rowName(row.party, row.currency))
  const differences = [...new Set([...rows.keys(), ...terms.keys()])].flatMap((name): Difference[] => {
    const row = rows.get(name)
    const own = accounts.get(name) ?? []
    const [party = '', currency = ''] = name.split('\0')
    const of = { type: 'party', key: party }
    const key = `${party} ${currency}`
    const said = termsOn(terms.get(name) ?? [], today)
    if (row === undefined) return [{ table: 'deposit', key, stored: null, computed: text(said), of }]
    if (!terms.has(name) && own.length === 0) return [{ table: 'deposit', key, stored: text(row), computed: null, of }]
    const owners = new Set(own.map(({ owner }) => owner))
    const owner = owners.has(row.owner) ? row.owner : ([...owners][0] ?? said.owner)
    const account = (kind: string) => own.find((one) => one.owner === owner && one.kind === kind)
    const available = account('available')
    const frozen = account('frozen')
    // from midnight until the clock has looked, terms may be those of yesterday
    const due = row.next_day !== null && row.next_day <= today
    const credit = due ? BigInt(row.credit) : said.credit
    const orders = sums.filter((one) => one.party === party && one.currency === currency && one.owner === owner)
    const amountOrNull = (value: number | bigint | null) => (value === null ? null : amountText(BigInt(value)))
    const stored: Shown = {
      ...{ owner: row.owner, low: row.low, next_day: row.next_day, lowBelow: amountOrNull(row.low_below) },
      ...{ creditLine: amountText(BigInt(row.credit)), floor: amountText(BigInt(available?.floor ?? 0)) },
      frozen: amountText(frozen === undefined ? 0n : natural(frozen)),
    }
    const low = isLow({ ...row, low_below: said.low_below }, available === undefined ? 0n : natural(available)) ? 1 : 0
    const computed: Shown = {
      ...{ owner, low, next_day: due ? row.next_day : said.next_day, lowBelow: amountOrNull(said.low_below) },
      ...{ creditLine: amountText(BigInt(credit)), floor: amountText(-BigInt(credit)) },
      frozen: amountText(orders.reduce((all, one) => all + one.frozen - one.captured, 0n)),
    }
    return differing('deposit', of, key, stored, computed)
  })
  return { checked: rows.size === 0 ? {} : { deposit: rows.size }, differences }
}
