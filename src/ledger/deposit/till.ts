import { bug } from '../../model/errors.ts'
import { lockAccounts } from '../../store/account.ts'
import type { AccountTable } from '../../store/tables-money.ts'
import { type Author, journal } from '../books.ts'
import { accountId, amountText, natural, newAccount } from '../money/account.ts'
import { postGroups } from '../money/post.ts'
import type { End, Posting, PostingGroup } from '../money/posting.ts'
import type { Books } from '../types.ts'

/** The deposit of one merchant in one currency, in the book of `owner`. */
export interface DepositName {
  readonly party: string
  readonly currency: string
  readonly owner: string
}

/** Its accounts as they stand in this unit of work, x 10^4, with what is to be posted on them. */
export interface Till extends DepositName {
  available: bigint
  frozen: bigint
  /** least that the hub's own decisions leave available */
  readonly floor: bigint
  /** nothing is decided on it until it is opened again */
  readonly closed: boolean
  readonly groups: PostingGroup[]
}

/** Ways of money, each with its way back; words of statements (R131). */
const ways = {
  'top-up': { from: 'bank', to: 'available' },
  'top-up-reversed': { from: 'available', to: 'bank' },
  withdraw: { from: 'available', to: 'bank' },
  'withdraw-reversed': { from: 'bank', to: 'available' },
  freeze: { from: 'available', to: 'frozen' },
  release: { from: 'frozen', to: 'available' },
  capture: { from: 'frozen', to: 'sales' },
  'capture-reversed': { from: 'sales', to: 'frozen' },
  refund: { from: 'sales', to: 'available' },
  'refund-reversed': { from: 'available', to: 'sales' },
  'adjust-in': { from: 'adjustment', to: 'available' },
  'adjust-out': { from: 'available', to: 'adjustment' },
} as const satisfies Readonly<Record<string, { readonly from: string; readonly to: string }>>
export type Way = keyof typeof ways

/** Word of a statement: an adjustment is one, whichever way it goes. */
const kindOf = (way: Way): string => (way.startsWith('adjust') ? 'adjust' : way)

const tillName = ({ party, currency, owner }: DepositName): string => JSON.stringify([owner, party, currency])
const accountNames = ({ party, currency, owner }: DepositName) =>
  (['available', 'frozen'] as const).map((kind) => ({ book: 'deposit', owner, party, kind, currency }))

/** Reads deposits and holds their accounts until the transaction ends. Accounts that are not there are opened. */
export async function openTills({ tx, tenant, now }: Books, names: Iterable<DepositName>): Promise<ReadonlyMap<string, Till>> {
  const wanted = new Map([...names].map((name) => [tillName(name), name]))
  if (wanted.size === 0) return new Map()
  const rows = await lockAccounts(
    tx,
    tenant,
    [...wanted.values()].flatMap(accountNames).map((name) => newAccount(tenant, name, now)),
  )
  return new Map(
    [...wanted].map(([name, { party, currency, owner }]) => {
      const [available, frozen] = accountNames({ party, currency, owner }).map((one) => rows.get(accountId(one)) as AccountTable) as [
        AccountTable,
        AccountTable,
      ]
      const floor = BigInt(available.floor ?? 0)
      return [
        name,
        {
          ...{ party, currency, owner, floor, groups: [] },
          ...{ available: natural(available), frozen: natural(frozen), closed: available.frozen === 1 || frozen.frozen === 1 },
        },
      ]
    }),
  )
}

export const tillOf = (tills: ReadonlyMap<string, Till>, name: DepositName): Till => {
  const till = tills.get(tillName(name))
  if (till === undefined) throw bug('no-till', `the deposit of ${name.party} in ${name.currency} was not opened`)
  return till
}

export interface Moved {
  readonly way: Way
  /** x 10^4, positive */
  readonly amount: bigint
  /** once for ever */
  readonly key: string
  readonly ref: NonNullable<Posting['ref']>
  readonly businessDate: string
  readonly author?: Author
  /** a fact: posted whatever is left */
  readonly forced: boolean
}

/** Lines money up to be posted, and tells of it with what was there before and after. */
export function move(books: Books, till: Till, moved: Moved): void {
  const { way, amount, key, ref, businessDate, author, forced } = moved
  const { party, currency, owner } = till
  const { from, to } = ways[way]
  const end = (kind: string): End => ({ party: kind === 'available' || kind === 'frozen' ? party : '', kind })
  const before = { available: amountText(till.available), frozen: amountText(till.frozen) }
  for (const [kind, sign] of [
    [from, -1n],
    [to, 1n],
  ] as const)
    if (kind === 'available' || kind === 'frozen') till[kind] += sign * amount
  till.groups.push({
    actor: author?.actor ?? 'hub',
    forced,
    postings: [
      {
        ...{ key, book: 'deposit', owner, currency, debit: end(from), credit: end(to), amount: amountText(amount), kind: kindOf(way) },
        ...{ businessDate, ref, ...(author?.why == null ? {} : { why: author.why }) },
      },
    ],
  })
  const after = { available: amountText(till.available), frozen: amountText(till.frozen) }
  journal(
    books,
    'deposit-changed',
    { type: 'party', key: party },
    { currency, kind: kindOf(way), amount: amountText(amount), before, after, ref },
    null,
  )
}

/** Posts what was lined up. @throws HubError the reason of a command that is refused, with the arithmetic */
export async function settleTills({ tx, tenant, now, newId }: Books, tills: Iterable<Till>): Promise<void> {
  const groups = [...tills].flatMap((till) => till.groups.splice(0))
  if (groups.length === 0) return
  for (const outcome of await postGroups({ tx, tenant, now, newId }, groups)) if (outcome.kind === 'refused') throw outcome.error
}
