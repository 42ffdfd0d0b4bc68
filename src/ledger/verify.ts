import type { Database } from '../store/database.ts'
import { reportDayNames } from '../store/day-sale.ts'
import { depositNames, depositOrderNames, depositPaymentNames, termNames } from '../store/deposit-names.ts'
import {
  accountNames,
  derivedOrderTypes,
  documentNames,
  documentTypes,
  movementNames,
  movementTypes,
  orderNames,
  pageOfNames,
  parcelNames,
  payableNames,
  payableTypesIn,
  productNames,
  replenishmentNames,
  returnNames,
  salesReportNames,
  salesReportTypes,
  schemeNames,
  soldNames,
} from '../store/derived-names.ts'
import { findingPage, findingsNamed } from '../store/finding.ts'
import type { Reader } from '../store/in-list.ts'
import { invoiceNames } from '../store/invoice-names.ts'
import { soldOfProducts, soldPage } from '../store/order.ts'
import { payoutNames } from '../store/payout-names.ts'
import { costedNames, pricingNames } from '../store/price-names.ts'
import { statementNames } from '../store/statement.ts'
import type { FindingTable } from '../store/tables.ts'
import { transferNames } from '../store/transfer-names.ts'
import { orderTypes } from './assemble.ts'
import { movingTypes } from './movement-rows.ts'
import { payableTypes } from './payables/owed-by.ts'
import { type Amends, noAmends } from './verify/amends.ts'
import { type Check, type CheckedTable, type Difference, together } from './verify/check.ts'
import { checkCosts } from './verify/costs.ts'
import { checkDeposits, checkDepositTerms, termTypesIn } from './verify/deposit-terms.ts'
import { checkDepositOrders, checkDepositPayments } from './verify/deposits.ts'
import { checkFindings } from './verify/findings.ts'
import { checkInvoices } from './verify/invoices.ts'
import { checkAccounts, checkBooks } from './verify/money.ts'
import { checkMovements } from './verify/movements.ts'
import { derivedCodes } from './verify/notes.ts'
import { checkNumbers } from './verify/numbers.ts'
import { checkOrders } from './verify/orders.ts'
import { checkParcels } from './verify/parcels.ts'
import { checkParties } from './verify/parties.ts'
import { checkPayables } from './verify/payables.ts'
import { checkPayouts } from './verify/payouts.ts'
import { checkPrices, pricingTypes } from './verify/prices.ts'
import { checkReferences } from './verify/references.ts'
import { checkReplenishments } from './verify/replenishments.ts'
import { checkReturns } from './verify/returns.ts'
import { checkReportDays, checkReports, salesDayOf } from './verify/sales.ts'
import { checkStatements } from './verify/statements.ts'
import { checkSold, checkStock, checkStraySold } from './verify/stock.ts'

export type { CheckedTable, Difference } from './verify/check.ts'

/** What a verification found. */
export interface Verified {
  /** rows looked at, by table: those that are stored, and those that have to be */
  readonly checked: Readonly<Partial<Record<CheckedTable, number>>>
  readonly differences: readonly Difference[]
  /** false: it ended at {@link maxDifferences}, and not everything was looked at */
  readonly whole: boolean
}

export const maxDifferences = 1000
const page = 200

interface Run {
  readonly database: Database
  readonly tenant: string
  readonly amends: Amends
  check: Check
  /** called between two pages; throws where the work has to end */
  readonly pause: () => Promise<void> | undefined
}

/**
 * Computes every derived row again from the documents and says what differs from the store. An empty list is the proof.
 *
 * It goes in pages of 200 orders, products, parcels or documents, and holds no more than one of them and what differs. Each page is read at one moment, so a write that happens meanwhile is
 * seen wholly or not at all: every write leaves all derived rows of what it touched as they have to be. Sums over orders (held, in transit, sold) are taken from the rows of orders, which have been looked at themselves,
 * with what those that differ have to become. Since that may be older than the sum, whatever differs is looked at once more at the end, all of it at one moment, and only what differs then is told.
 * @throws what `pause` throws
 */
export async function verify(database: Database, tenant: string, pause: Run['pause'] = () => undefined): Promise<Verified> {
  const run: Run = { database, tenant, amends: noAmends(), check: { checked: {}, differences: [] }, pause }
  const types = await database.moment((read) => documentTypes(read, tenant))
  for (const type of types)
    await inPages(run, documentNames(type), async (read, keys) =>
      together(await checkReferences(read, tenant, type, keys), await checkParties(read, tenant, type, keys)),
    )
  for (const type of await database.moment((read) => derivedOrderTypes(read, tenant, orderTypes)))
    await inPages(run, orderNames(type), (read, keys) => checkOrders(read, tenant, type, keys, run.amends))
  for (const type of await database.moment((read) => pricingTypes(read, tenant)))
    await inPages(run, pricingNames(type), (read, keys) => checkPrices(read, tenant, type, keys))
  await inPages(run, costedNames, (read, keys) => checkCosts(read, tenant, keys))
  await inPages(run, schemeNames, (read, schemes) => checkNumbers(read, tenant, schemes))
  await inPages(run, accountNames, (read, ids) => checkAccounts(read, tenant, ids))
  run.check = together(run.check, await database.moment((read) => checkBooks(read, tenant)))
  const today = new Date(await database.now()).toISOString().slice(0, 10)
  for (const type of await database.moment((read) => termTypesIn(read, tenant)))
    await inPages(run, termNames(type), (read, keys) => checkDepositTerms(read, tenant, type, keys))
  await inPages(run, depositNames, (read, parties) => checkDeposits(read, tenant, parties, today))
  await inPages(run, depositOrderNames, (read, keys) => checkDepositOrders(read, tenant, keys))
  await inPages(run, depositPaymentNames, (read, keys) => checkDepositPayments(read, tenant, keys))
  await inPages(run, returnNames, (read, keys) => checkReturns(read, tenant, keys))
  for (const type of await database.moment((read) => salesReportTypes(read, tenant)))
    await inPages(run, salesReportNames(type), (read, keys) => checkReports(read, tenant, type, keys))
  await inPages(run, invoiceNames, (read, keys) => checkInvoices(read, tenant, keys))
  await inPages(run, replenishmentNames, (read, keys) => checkReplenishments(read, tenant, keys))
  await inPages(run, [...payoutNames, transferNames('payout')], (read, keys) => checkPayouts(read, tenant, keys))
  await inPages(run, reportDayNames, (read, names) => checkReportDays(read, tenant, names))
  for (const type of await database.moment((read) => movementTypes(read, tenant, movingTypes)))
    await inPages(run, movementNames(type), (read, keys) => checkMovements(read, tenant, type, keys))
  for (const type of await database.moment((read) => payableTypesIn(read, tenant, payableTypes)))
    await inPages(run, payableNames(type), (read, keys) => checkPayables(read, tenant, type, keys))
  await inPages(run, statementNames, (read, keys) => checkStatements(read, tenant, keys))
  await inPages(run, productNames, (read, products) => checkStock(read, tenant, products, run.amends))
  await inPages(run, soldNames, (read, products) => checkSold(read, tenant, products, run.amends))
  await straySold(run)
  await inPages(run, parcelNames, async (read, tracking) =>
    together(await checkParcels(read, tenant, tracking), await checkParties(read, tenant, 'parcel', tracking)),
  )
  await strayFindings(run)
  const { checked, differences } = run.check
  const named = differences.slice(0, maxDifferences)
  return {
    checked,
    differences: named.length === 0 ? [] : await database.moment((read) => stillDiffering(read, tenant, named, today)),
    whole: !isFull(run),
  }
}

const isFull = ({ check }: Run): boolean => check.differences.length >= maxDifferences

async function inPages(
  run: Run,
  sources: Parameters<typeof pageOfNames>[0],
  look: (read: Reader, names: readonly string[]) => Promise<Check>,
): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined && !isFull(run); ) {
    const from: string = after
    const found = await run.database.moment(async (read) => {
      const { names, last } = await pageOfNames(sources, read, run.tenant, from, page)
      return { last, check: await look(read, names) }
    })
    run.check = together(run.check, found.check)
    after = found.last
    await run.pause()
  }
}

async function straySold(run: Run): Promise<void> {
  const { database, tenant, amends } = run
  for (let after: { connection: string; product: string } | undefined = { connection: '', product: '' }; after && !isFull(run); ) {
    const from = after
    const rows = await database.moment(async (read) => {
      const found = await soldPage(read, tenant, from, page)
      run.check = together(run.check, await checkStraySold(read, tenant, found, amends))
      return found
    })
    after = rows.length === page ? rows.at(-1) : undefined
    await run.pause()
  }
}

async function strayFindings(run: Run): Promise<void> {
  const { database, tenant, amends } = run
  for (let after: FindingTable | undefined | null = null; after !== undefined && !isFull(run); ) {
    const from: FindingTable | null = after
    const rows: FindingTable[] = await database.moment(async (read) => {
      const found = await findingPage(read, tenant, { state: 'open', codes: derivedCodes }, from ?? undefined, page)
      run.check = together(run.check, await checkFindings(read, tenant, found, amends))
      return found
    })
    after = rows.length === page ? rows.at(-1) : undefined
    await run.pause()
  }
}

/** Looks at the same rows again, all at one moment. */
async function stillDiffering(read: Reader, tenant: string, before: readonly Difference[], today: string): Promise<readonly Difference[]> {
  const amends = noAmends()
  const of = (type: string, table?: string) => [
    ...new Set(before.filter((one) => one.of.type === type && (table === undefined || one.table === table)).map((one) => one.of.key)),
  ]
  const checks: Check[] = []
  for (const type of new Set(before.filter(({ table }) => table === 'reference').map((one) => one.of.type)))
    checks.push(await checkReferences(read, tenant, type, of(type, 'reference')))
  for (const type of new Set(before.filter(({ table }) => table === 'party_document').map((one) => one.of.type)))
    checks.push(await checkParties(read, tenant, type, of(type, 'party_document')))
  for (const type of await derivedOrderTypes(read, tenant, orderTypes)) checks.push(await checkOrders(read, tenant, type, of(type), amends))
  for (const type of await pricingTypes(read, tenant)) checks.push(await checkPrices(read, tenant, type, of(type)))
  checks.push(await checkCosts(read, tenant, of('sales-order')))
  checks.push(await checkNumbers(read, tenant, of('number-scheme')))
  checks.push(await checkAccounts(read, tenant, of('account')), ...(of('book').length === 0 ? [] : [await checkBooks(read, tenant)]))
  for (const type of await termTypesIn(read, tenant)) checks.push(await checkDepositTerms(read, tenant, type, of(type)))
  checks.push(await checkDeposits(read, tenant, of('party', 'deposit'), today))
  checks.push(await checkDepositOrders(read, tenant, of('sales-order', 'deposit_order')))
  checks.push(await checkDepositPayments(read, tenant, of('payment', 'deposit_payment')))
  checks.push(await checkReturns(read, tenant, of('return', 'aftersale')))
  for (const type of await salesReportTypes(read, tenant)) checks.push(await checkReports(read, tenant, type, of(type)))
  checks.push(await checkReplenishments(read, tenant, of('replenishment')))
  checks.push(await checkInvoices(read, tenant, of('invoice')))
  checks.push(await checkPayouts(read, tenant, of('payout')))
  checks.push(await checkReportDays(read, tenant, salesDays(before)))
  for (const type of await movementTypes(read, tenant, movingTypes)) checks.push(await checkMovements(read, tenant, type, of(type)))
  for (const type of await payableTypesIn(read, tenant, payableTypes)) checks.push(await checkPayables(read, tenant, type, of(type)))
  checks.push(await checkStatements(read, tenant, of('statement')))
  const products = of('product')
  checks.push(await checkStock(read, tenant, products, amends), await checkSold(read, tenant, products, amends))
  checks.push(await checkStraySold(read, tenant, await soldOfProducts(read, tenant, products), amends))
  checks.push(await checkParcels(read, tenant, of('parcel')))
  const findings = before.flatMap(({ finding, computed }) => (finding === undefined || computed !== null ? [] : [finding]))
  checks.push(await checkFindings(read, tenant, await findingsNamed(read, tenant, findings), amends))
  const names = new Set(before.map(nameOf))
  const still = new Map(
    together(...checks)
      .differences.map((one) => [nameOf(one), one] as const)
      .reverse(),
  )
  return [...still.values()].reverse().filter((one) => names.has(nameOf(one)))
}

/** Stores and days by the names that their rows and findings have. */
const salesDays = (differences: readonly Difference[]): readonly string[] => [...new Set(differences.flatMap(salesDayOf))]

const nameOf = ({ table, key }: Difference): string => `${table}\0${key}`
