import { between, type Chance } from '../../simulator/day/chance.ts'
import { currencyOf } from './cast.ts'
import { today } from './days.ts'
import { type DepositBook, move, openDepositBook, queueOf, release, usableOf } from './deposit-books.ts'
import { type Amount, cent, exact, written } from './exact.ts'
import { demandRefusal, type Month } from './month.ts'

/** Our own party, in whose books deposits and payables are. */
export const owner = 'PLATFORM'

/** How a merchant is with its money: one in four has too little of it again and again, one works on a credit line, one takes some of it out and has it adjusted. */
type Manner = 'plenty' | 'short' | 'credit' | 'moves'
const manners = ['plenty', 'short', 'credit', 'moves'] as const
const mannerOf = (index: number): Manner => manners[index % manners.length] ?? 'plenty'
const opening: Readonly<Record<Manner, string>> = { plenty: '9000.00', short: '150.00', credit: '400.00', moves: '9000.00' }

export async function enterDeposits(month: Month): Promise<void> {
  const { hub, cast, deposits } = month
  for (const [index, merchant] of cast.merchants.entries()) {
    const of = { merchant: merchant.key, currency: currencyOf(merchant), why: 'pays in advance' }
    await hub.send('POST', '/v1/deposits/changes', { ...of, number: `DT-${merchant.key}`, kind: 'terms', lowBelow: '50.00', owner })
    const book = openDepositBook(merchant.key, of.currency)
    deposits.set(merchant.connection, book)
    await topUp(month, book, exact(opening[mannerOf(index)]), 'open')
  }
}

async function topUp(month: Month, book: DepositBook, amount: Amount, name: string): Promise<void> {
  const { merchant, currency } = book
  const number = `TU-${merchant}-${name}`
  const wish = { merchant, currency, amount: written(amount), reference: `BANK-${number}`, why: 'bank slip' }
  await month.hub.send('POST', '/v1/deposits/top-ups', { ...wish, number })
  move(book, { kind: 'top-up', document: `payment/hub/${number}`, amount })
  // what the bank tells once more is not written down again
  if (month.day % 5 === 1) await demandRefusal(month, 'payment-known', '/v1/deposits/top-ups', { ...wish, number: `${number}-again` })
}

/** Money comes in and goes out. */
export async function moveDeposits(month: Month, chance: Chance): Promise<void> {
  const { cast, deposits, day } = month
  for (const [index, { connection }] of cast.merchants.entries()) {
    const book = deposits.get(connection)
    if (book === undefined) continue
    const manner = mannerOf(index)
    const isWaiting = queueOf(book).length > 0
    if (isWaiting ? chance() < 0.6 : usableOf(book) < exact('100.00') && chance() < 0.2)
      await topUp(month, book, BigInt(between(chance, 5_000, 60_000)) * cent, String(day))
    if (manner === 'credit' && day === 2) await giveCredit(month, book)
    if (manner === 'moves') await takeOut(month, book, chance)
  }
}

/** A credit line is proposed by one person and holds when another agrees to it; orders that waited go. */
async function giveCredit(month: Month, book: DepositBook): Promise<void> {
  await change(month, book, { kind: 'credit-line', amount: '300.00', validFrom: today() })
  book.credit = exact('300.00')
  release(book)
}

/** More than there is cannot be taken out, some of it can, and differences are adjusted by two persons. */
async function takeOut(month: Month, book: DepositBook, chance: Chance): Promise<void> {
  const mood = chance()
  const amount = BigInt(between(chance, 1, 20_000)) * cent
  if (mood < 0.1) {
    const beyond = {
      number: `${numberOf(month, book, 'withdrawal')}-beyond`,
      kind: 'withdrawal',
      amount: written(usableOf(book) + cent),
    }
    await demandRefusal(month, 'not-enough-money', '/v1/deposits/changes', { ...of(book), ...beyond })
  }
  if (amount > usableOf(book)) return
  if (mood < 0.3) {
    await change(month, book, { kind: 'withdrawal', amount: written(amount) })
    move(book, { kind: 'withdraw', document: documentOf(month, book, 'withdrawal'), amount: -amount })
  } else if (mood < 0.5) {
    const signed = mood < 0.4 ? amount : -amount
    await change(month, book, { kind: 'adjustment', amount: written(signed) })
    move(book, { kind: 'adjust', document: documentOf(month, book, 'adjustment'), amount: signed })
  }
}

const of = ({ merchant, currency }: DepositBook) => ({ merchant, currency, why: 'as agreed' })
const numberOf = ({ day }: Month, { merchant }: DepositBook, kind: string): string => `DC-${kind}-${merchant}-${day}`
const documentOf = (month: Month, book: DepositBook, kind: string): string => `deposit-change/hub/${numberOf(month, book, kind)}`

async function change(
  month: Month,
  book: DepositBook,
  wish: { readonly kind: string; readonly amount: string; readonly validFrom?: string },
): Promise<void> {
  const { hub, keys } = month
  const { key = '' } = await hub.send('POST', '/v1/deposits/changes', { ...of(book), ...wish, number: numberOf(month, book, wish.kind) })
  if (wish.kind !== 'withdrawal')
    await hub.as(keys.get('checker') ?? '').send('POST', '/v1/deposits/changes/decide', { key, to: 'approved' })
}
