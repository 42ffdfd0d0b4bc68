import type { Reader } from '../../store/in-list.ts'
import { orderLinesOf } from '../../store/order.ts'
import { costsOf } from '../../store/order-cost.ts'
import type { FindingTable, OrderCostTable, OrderLineTable } from '../../store/tables.ts'
import type { Note } from '../findings.ts'
import { type CostBody, costBody, costRow, emptied, quantityText } from '../prices/cost.ts'
import { waitingNote } from '../prices/cost-words.ts'
import type { PriceGrant } from '../prices/decide.ts'
import { costCodes } from '../prices/freeze.ts'
import { assignmentType, listsIn, termsOf, tierType } from '../prices/grant.ts'
import { entriesNamed, keptEntries, loadVersions, type Versions, versionName } from '../prices/kept-prices.ts'
import { differs, rowName } from '../rows.ts'
import { documentName, listOf, loadDocuments, openShelf, type Shelf } from '../shelf.ts'
import type { Check, Difference } from './check.ts'
import { compareNotes } from './notes.ts'

/**
 * What lines of orders cost, decided once more from the versions of prices, contracts and tiers that were looked at then, for what is left of each line. A row whose versions do not say what it was decided of should not be there.
 */
export async function checkCosts(read: Reader, tenant: string, orders: readonly string[]): Promise<Check> {
  const rows = await costsOf(read, tenant, orders)
  if (rows.length === 0) return { checked: {}, differences: [] }
  const shelf = openShelf(read, tenant)
  const lines = new Map((await orderLinesOf(read, tenant, 'sales-order', orders)).map((row) => [rowName(row.key, row.line), row]))
  await loadDocuments(
    shelf,
    orders.map((key) => ({ type: 'sales-order', key })),
  )
  const bodies = new Map(rows.map((row) => [row, bodyIn(row)]))
  const versions = await loadVersions(
    read,
    tenant,
    [...bodies.values()].flatMap((body) => (body === undefined ? [] : [...entriesNamed(body), ...body.grants.flatMap(grantNamed)])),
  )
  const differences = rows.flatMap((row): Difference[] => {
    const body = bodies.get(row)
    const isThere = shelf.documents.get(documentName({ type: 'sales-order', key: row.key })) !== undefined
    const computed = body && isThere ? recomputed(row, body, versions, lines.get(rowName(row.key, row.line))) : undefined
    if (computed !== undefined && !differs(row, computed)) return []
    return [differenceOf(row, computed)]
  })
  const wrong = new Set(differences.map(({ key }) => key))
  const sound = rows.filter((row) => !wrong.has(nameOf(row)))
  const notes = await compareNotes(
    read,
    tenant,
    waitingNotes(shelf, sound).map((note) => ({ note, of: { type: 'sales-order', key: note.key } })),
  )
  return {
    checked: { order_cost: rows.length },
    differences: [...differences, ...missing(shelf, rows, lines), ...notes.differences],
  }
}

const nameOf = ({ key, line }: Pick<OrderCostTable, 'key' | 'line'>): string => `${key} ${line}`
const jsonOf = (row: OrderCostTable): string => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value))
const differenceOf = (row: OrderCostTable, computed: OrderCostTable | undefined): Difference => ({
  table: 'order_cost',
  key: nameOf(row),
  stored: jsonOf(row),
  computed: computed === undefined ? null : jsonOf(computed),
  of: { type: 'sales-order', key: row.key },
})

/** undefined for a row whose body is none. */
function bodyIn(row: OrderCostTable): CostBody | undefined {
  try {
    const body = costBody(row)
    return Array.isArray(body.entries) && Array.isArray(body.grants) && typeof body.ask === 'object' ? body : undefined
  } catch {
    return undefined
  }
}

/** The row as those versions make it; undefined where they do not say what was decided of, or the line is no more and nothing was frozen. */
function recomputed(row: OrderCostTable, body: CostBody, versions: Versions, line: OrderLineTable | undefined): OrderCostTable | undefined {
  const known = keptEntries(versions, body)
  if (known === undefined || !body.grants.every((grant) => isKept(versions, grant))) return undefined
  const left = line === undefined ? 0n : BigInt(line.quantity) - BigInt(line.cancelled)
  const isEmpty = BigInt(row.quantity) === 0n || left <= 0n
  const ask = isEmpty ? body.ask : { ...body.ask, base: quantityText(left) }
  const priced = {
    ...row,
    party: body.party,
    product: body.product,
    unknownUnit: body.why === 'unknown-unit',
    quantity: isEmpty ? 0n : left,
    ask,
  }
  const computed = { ...costRow(priced, body.grants, known, row.decided_at), due: row.due }
  if (!isEmpty) return computed
  return computed.state === 'frozen' ? emptied(computed) : undefined
}

const grantNamed = ({ level, key, version, tier }: PriceGrant) => [
  { type: level === 'tier' ? assignmentType : 'contract', key, version },
  ...(tier === null ? [] : [{ type: tierType, key: tier.key, version: tier.version }]),
]

/** Whether the versions of a contract, or of an assignment and its tier, say what the decision took from them. */
function isKept(versions: Versions, grant: PriceGrant): boolean {
  const { level, key, version, tier, from, to, until, suspended, zone, lists } = grant
  const document = versions.get(versionName(level === 'tier' ? assignmentType : 'contract', key, version))
  const terms = document && termsOf(document)
  const holder = tier === null ? document : versions.get(versionName(tierType, tier.key, tier.version))
  if (terms === undefined || holder === undefined) return false
  return (
    !differs(terms, { holder: holder.key, from, to, until, suspended, zone }) &&
    JSON.stringify(listsIn(holder.body)) === JSON.stringify(lists) &&
    (tier === null || tier.number === holder.number)
  )
}

/** Lines of orders that were priced, which have no cost. */
function missing(shelf: Shelf, rows: readonly OrderCostTable[], lines: ReadonlyMap<string, OrderLineTable>): Difference[] {
  const there = new Set(rows.map((row) => rowName(row.key, row.line)))
  const live = new Set(rows.filter(({ quantity }) => BigInt(quantity) > 0n).map(({ key }) => key))
  return [...live].flatMap((key) => {
    const document = shelf.documents.get(documentName({ type: 'sales-order', key }))
    const parts = new Set(listOf(document?.body.lines).flatMap((line) => (line.bundleOf === undefined ? [] : [line.key])))
    return [...lines.values()]
      .filter((row) => row.key === key && !there.has(rowName(key, row.line)) && !parts.has(row.line))
      .filter((row) => BigInt(row.quantity) > BigInt(row.cancelled))
      .map(
        ({ line }): Difference => ({
          table: 'order_cost',
          key: `${key} ${line}`,
          stored: null,
          computed: 'a line that costs something',
          of: { type: 'sales-order', key },
        }),
      )
  })
}

const waitingNotes = (shelf: Shelf, rows: readonly OrderCostTable[]): Note[] =>
  rows.flatMap((row) => {
    if (row.state !== 'waiting') return []
    const document = shelf.documents.get(documentName({ type: 'sales-order', key: row.key }))
    const place = listOf(document?.body.lines).findIndex(({ key }) => key === row.line)
    return [waitingNote(row, place < 0 ? '' : `/lines/${place}`)]
  })

/** Findings that lines without a price have. */
export async function costNotes(read: Reader, tenant: string, rows: readonly FindingTable[]): Promise<readonly Note[]> {
  const keys = [...new Set(rows.filter(({ code }) => costCodes.has(code)).map(({ key }) => key))]
  if (keys.length === 0) return []
  const shelf = openShelf(read, tenant)
  await loadDocuments(
    shelf,
    keys.map((key) => ({ type: 'sales-order', key })),
  )
  return waitingNotes(shelf, await costsOf(read, tenant, keys))
}
