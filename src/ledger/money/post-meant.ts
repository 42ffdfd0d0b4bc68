import { amountScale, toScaled } from '../../model/decimal.ts'
import { sha256 } from '../../model/id.ts'
import { findAccounts, transfersAbout } from '../../store/account.ts'
import { grouped } from '../../store/in-list.ts'
import type { AccountTable, TransferTable } from '../../store/tables-money.ts'
import { accountId, amountText } from './account.ts'
import { nameOf } from './decide.ts'
import { type MoneyDesk, postGroups } from './post.ts'
import type { Posting, PostingGroup } from './posting.ts'

/** What a document means in money as it stands now. */
export type Meant = Omit<Posting, 'key' | 'reverses' | 'ref'> & { readonly ref: NonNullable<Posting['ref']> }

/** Keys of what follows documents begin with it; one that takes back goes on with `back`. */
const mark = 'meant/'
const back = `${mark}back/`

/**
 * Makes the books say what documents mean now, whatever they said before: what is missing is posted, what is too much is taken back by counter-entries (the accounts the other way round), nothing that was posted changes. So
 * every order in which documents arrive ends with the same balances. `keys`: the documents of one type that were looked at; those of which nothing is meant any more are taken back whole. They are facts, which are never
 * refused. Nobody else may post about these documents meanwhile (`holdNames`). Answers what was posted.
 */
export const postMeant = (
  desk: MoneyDesk,
  type: string,
  keys: readonly string[],
  meant: readonly Meant[],
  actor: string,
): Promise<readonly TransferTable[]> => postMeantOf(desk, [{ type, keys }], meant, actor)

/** The same for documents of several types at once, whose accounts are locked in one order. */
export async function postMeantOf(
  desk: MoneyDesk,
  abouts: readonly { readonly type: string; readonly keys: readonly string[] }[],
  meant: readonly Meant[],
  actor: string,
): Promise<readonly TransferTable[]> {
  const before: TransferTable[] = []
  for (const { type, keys } of abouts) before.push(...(await transfersAbout(desk.tx, desk.tenant, type, keys)).filter(isMeant))
  const accounts = await findAccounts(
    desk.tx,
    desk.tenant,
    before.flatMap(({ debit, credit }) => [debit, credit]),
  )
  const groups = corrections(before, new Map(accounts.map((row) => [row.id, row])), meant, actor)
  const outcomes = groups.length === 0 ? [] : await postGroups(desk, groups)
  return outcomes.flatMap((outcome) => {
    if (outcome.kind === 'refused') throw outcome.error
    return outcome.kind === 'posted' ? outcome.transfers : []
  })
}

/** What is missing between what was posted about documents (`accounts` has its accounts by id) and what they mean. */
export function corrections(
  before: readonly TransferTable[],
  accounts: ReadonlyMap<string, AccountTable>,
  meant: readonly Meant[],
  actor: string,
): readonly PostingGroup[] {
  const posted = grouped(before, (row) => slotOf(meantBy(row, accounts)))
  const wanted = grouped(meant, slotOf)
  return [...new Set([...posted.keys(), ...wanted.keys()])].sort().flatMap((slot): PostingGroup[] => {
    const rows = posted.get(slot) ?? []
    const now = wanted.get(slot) ?? []
    const was = rows.reduce((sum, row) => sum + (isBack(row) ? -BigInt(row.amount) : BigInt(row.amount)), 0n)
    const is = now.reduce((sum, { amount }) => sum + toScaled(amount, amountScale), 0n)
    const base = now[0] ?? (rows[0] === undefined ? undefined : meantBy(rows[0], accounts))
    if (is === was || base === undefined) return []
    const name = `${slot}/${rows.length + 1}`
    const posting: Posting =
      is > was
        ? { ...base, key: `${mark}${name}`, amount: amountText(is - was) }
        : { ...base, key: `${back}${name}`, amount: amountText(was - is), debit: base.credit, credit: base.debit }
    return [{ actor, forced: true, postings: [posting] }]
  })
}

export const isMeant = ({ key }: Pick<TransferTable, 'key'>): boolean => key.startsWith(mark)

const isBack = ({ key }: TransferTable): boolean => key.startsWith(back)

/** Postings of one document line with one meaning between two accounts: they are one sum. */
const slotOf = (meant: Meant): string => {
  const { ref, kind } = meant
  return sha256(ref.type, ref.key, ref.line ?? '', kind, accountId(nameOf(meant, meant.debit)), accountId(nameOf(meant, meant.credit)))
}

function meantBy(row: TransferTable, accounts: ReadonlyMap<string, AccountTable>): Meant {
  const end = (id: string) => {
    const { party, kind } = accounts.get(id) as AccountTable
    return { party, kind }
  }
  const { book, owner, currency, kind, business_date, ref_type, ref_key, ref_line } = row
  return {
    ...{ book, owner, currency, kind, businessDate: business_date, amount: amountText(BigInt(row.amount)) },
    ...{ debit: end(isBack(row) ? row.credit : row.debit), credit: end(isBack(row) ? row.debit : row.credit) },
    ref: { type: ref_type ?? '', key: ref_key ?? '', ...(ref_line === null ? {} : { line: ref_line }) },
  }
}
