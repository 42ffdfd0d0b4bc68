import { grouped, type Reader } from '../../store/in-list.ts'
import type { FindingTable } from '../../store/tables.ts'
import { assemble, orderTypes } from '../assemble.ts'
import { type Note, noteName } from '../findings.ts'
import { movementCodes } from '../movement-rows.ts'
import { orderFigures } from '../order-figures.ts'
import { parcelCases, parcelFigures } from '../parcel-figures.ts'
import { payableCodes } from '../payables/owed.ts'
import { type DocumentName, openShelf } from '../shelf.ts'
import { productCodes } from '../stock-figures.ts'
import type { Amends } from './amends.ts'
import type { Check, Difference } from './check.ts'
import { costNotes } from './costs.ts'
import { invoiceNotes } from './invoices.ts'
import { movementNotes } from './movements.ts'
import { differenceOf, orderNamed } from './notes.ts'
import { payableNotes } from './payables.ts'
import { payoutNotesOf, platformsNow, settledOrders } from './payouts.ts'
import { salesNotes } from './sales.ts'
import { levelNotes, productNotes } from './stock.ts'

/** Open findings that have to follow from something. */
export async function checkFindings(read: Reader, tenant: string, rows: readonly FindingTable[], amends: Amends): Promise<Check> {
  const computed = await notesBehind(read, tenant, rows, amends)
  const differences = rows.flatMap((row): Difference[] =>
    computed.has(noteName(row)) ? [] : [differenceOf(row, causeOf(row), row.detail, null)],
  )
  return { checked: rows.length === 0 ? {} : { finding: rows.length }, differences }
}

/** Names of all findings that the orders, stock levels and parcels behind these have now. */
async function notesBehind(read: Reader, tenant: string, rows: readonly FindingTable[], amends: Amends): Promise<ReadonlySet<string>> {
  const orders = rows.flatMap((row) => {
    const key = orderNamed(row)
    return key === undefined ? [] : [...orderTypes].map((type) => ({ type, key }))
  })
  const cases = await assemble(openShelf(read, tenant), orders)
  const figures = [...cases.values()].map((orderCase) => ({ orderCase, figures: orderFigures(orderCase) }))
  const { terms } = await platformsNow(read, tenant)
  const levels = rows.filter((row) => row.type === 'stock-level' && orderNamed(row) === undefined).map(({ key }) => key)
  const parcels = rows.filter(({ type }) => type === 'parcel').map(({ key }) => key)
  return new Set(
    [
      ...figures.flatMap((each) => each.figures.findings),
      ...settledOrders(figures, terms).flatMap(({ settled }) => settled.findings),
      ...(await payoutNotesOf(read, tenant, rows)),
      ...(await levelNotes(read, tenant, levels, amends)),
      ...(await productNotes(
        read,
        tenant,
        rows.filter(({ type, code }) => type === 'product' && productCodes.has(code)).map(({ key }) => key),
        amends,
      )),
      ...(await owing(read, tenant, rows)),
      ...(await moved(read, tenant, rows)),
      ...(await salesNotes(read, tenant, rows)),
      ...(await invoiceNotes(read, tenant, rows)),
      ...(await costNotes(read, tenant, rows)),
      ...(await parcelCases(openShelf(read, tenant), parcels)).flatMap((one) => parcelFigures(one).findings),
    ].map(noteName),
  )
}

async function moved(read: Reader, tenant: string, rows: readonly FindingTable[]): Promise<readonly Note[]> {
  const notes: Note[] = []
  for (const [type, group] of grouped(
    rows.filter(({ code }) => movementCodes.has(code)),
    (row) => row.type,
  ))
    notes.push(...(await movementNotes(read, tenant, type, [...new Set(group.map(({ key }) => key))])))
  return notes
}

async function owing(read: Reader, tenant: string, rows: readonly FindingTable[]): Promise<readonly Note[]> {
  const notes: Note[] = []
  for (const [type, group] of grouped(
    rows.filter(({ code }) => payableCodes.has(code)),
    (row) => row.type,
  ))
    notes.push(...(await payableNotes(read, tenant, type, [...new Set(group.map(({ key }) => key))])))
  return notes
}

const causeOf = (row: FindingTable): DocumentName => ({ type: row.type, key: row.key })
