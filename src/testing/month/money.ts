import type { Chance } from '../../simulator/day/chance.ts'
import type { Cast } from './cast.ts'
import { depositDifferences } from './deposit-proof.ts'
import { enterDeposits, moveDeposits } from './deposits.ts'
import { invoice } from './invoices.ts'
import { matchDifferences } from './match-proof.ts'
import { ledgerFigures, payableDifferences } from './money-proof.ts'
import type { Money, Month } from './month.ts'
import { paySuppliers } from './payments.ts'
import { payoutDifferences } from './payout-proof.ts'
import { payOut } from './payouts.ts'
import { platformDifferences } from './platform-proof.ts'
import { openPriceBooks } from './price-books.ts'
import { changePrices, enterPrices } from './prices.ts'
import type { Difference } from './proof.ts'
import { openSupplierBooks } from './supplier-books.ts'

export const openMoney = ({ suppliers }: Cast): Money => ({
  prices: openPriceBooks(),
  deposits: new Map(),
  suppliers: openSupplierBooks(suppliers),
  payouts: new Map(),
  paidOut: new Map(),
  statements: new Set(),
  stated: new Map(),
  mistyped: [],
  moneyDifferences: [],
})

export async function enterMoney(month: Month, chance: Chance): Promise<void> {
  await enterPrices(month, chance)
  await enterDeposits(month)
}

/** What the back office does about money on a day. */
export async function moveMoney(month: Month, chance: Chance): Promise<void> {
  await changePrices(month, chance)
  await moveDeposits(month, chance)
  await invoice(month, chance)
  await paySuppliers(month, chance)
  await payOut(month)
}

export interface MoneyOutcome {
  readonly figures: Readonly<Record<string, unknown>>
  readonly differences: readonly Difference[]
}

/** Everything about money against the generator's books, when the month is over. */
export async function moneyOutcome(month: Month): Promise<MoneyOutcome> {
  const matches = [...(await matchDifferences(month)), ...(await payoutDifferences(month)), ...(await platformDifferences(month))]
  const statements = [...month.moneyDifferences, ...(await depositDifferences(month)), ...(await payableDifferences(month))]
  const { differences, ...ledger } = await ledgerFigures(month)
  return {
    figures: {
      transfers: ledger.transfers,
      statements: month.statements.size,
      statementDifferences: statements.length,
      matchDifferences: matches.length,
      ledgerSum: ledger.ledgerSum,
      negativeBalances: ledger.negativeBalances,
    },
    differences: [...matches, ...statements, ...differences],
  }
}
