import {
  type DaySum,
  daySalesOf,
  daySums,
  deleteDaySales,
  deleteReportDays,
  namedDay,
  nameOfDay,
  reportDaysOf,
  saveDaySales,
  saveReportDays,
} from '../store/day-sale.ts'
import { holdNames, shareNames } from '../store/hold.ts'
import { grouped } from '../store/in-list.ts'
import type { DaySaleTable } from '../store/tables.ts'
import { loadTargets } from './assemble.ts'
import { type Cause, journal, readAfresh } from './books.ts'
import { isOver, reportDaySale, reportType, salesCodes, salesDay, shownSums, twiceTold } from './day-sales.ts'
import { judge, note } from './findings.ts'
import { differs, rowName } from './rows.ts'
import { documentName, loadDocuments, namedDocument } from './shelf.ts'
import type { Books } from './types.ts'

/**
 * Writes what the touched orders and reports sold, by store and day. Those that only orders touch share the day; one that a report touches, that has reports, or that is over, is held: which of the two counts, the sums of both, and what
 * a closed day was before are said with all of it in sight.
 */
export async function deriveSales(books: Books, reports: readonly string[]): Promise<void> {
  const { tx, tenant, data } = books
  await countReports(books, reports)
  if (data.daySales.size === 0 && data.salesDays.size === 0) return
  const stored = await storedRows(books)
  const changed: DaySaleTable[] = []
  const gone: DaySaleTable[] = []
  for (const [name, now] of data.daySales) {
    const old = new Map((stored.get(name) ?? []).map((row) => [row.product, row]))
    const kept = new Set(now.map(({ product }) => product))
    changed.push(...now.filter((row) => differs(old.get(row.product), row)))
    gone.push(...[...old.values()].filter(({ product }) => !kept.has(product)))
  }
  const replaced = changed.flatMap((row) => stored.get(documentName(row))?.filter(({ product }) => product === row.product) ?? [])
  const touched = [...changed, ...gone, ...replaced]
  const days = new Set([...touched.map(nameOfDay), ...data.salesDays])
  if (days.size === 0) return
  const watched = await holdDays(books, days, touched)
  const before = new Map<string, readonly DaySum[]>()
  for (const name of watched) before.set(name, await daySums(tx, tenant, namedDay(name)))
  await deleteDaySales(tx, gone)
  await saveDaySales(tx, changed)
  await writeReportDays(books, touched)
  for (const [name, old] of before) await tellDay(books, name, old, touched)
}

/** What the reports say is computed here, that of orders came with their other figures. */
async function countReports(books: Books, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  const { tx, tenant, data } = books
  await holdNames(
    tx,
    tenant,
    keys.map((key) => `${reportType}:${key}`),
  )
  readAfresh(books)
  const names = keys.map((key) => ({ type: reportType, key }))
  await loadDocuments(data.shelf, names)
  const documents = names.flatMap((name) => data.shelf.documents.get(documentName(name)) ?? [])
  await loadTargets(data.shelf, documents)
  for (const name of names) data.daySales.set(documentName(name), [])
  for (const document of documents)
    data.daySales.set(
      documentName(document),
      [reportDaySale(data.shelf, document)].flatMap((row) => row ?? []),
    )
}

async function storedRows({ tx, tenant, data }: Books): Promise<Map<string, DaySaleTable[]>> {
  const known = [...data.daySales.keys()]
    // one that is born here sold nothing before
    .filter((name) => data.drafts.get(name)?.before !== undefined || !data.drafts.has(name))
    .map(namedDocument)
  const rows: DaySaleTable[] = []
  for (const [type, group] of grouped(known, (one) => one.type))
    rows.push(
      ...(await daySalesOf(
        tx,
        tenant,
        type,
        group.map(({ key }) => key),
      )),
    )
  return grouped(rows, documentName)
}

/** Answers the days whose sums are compared: those that are held. */
async function holdDays(books: Books, days: ReadonlySet<string>, touched: readonly DaySaleTable[]): Promise<readonly string[]> {
  const { tx, tenant, data, now } = books
  const reported = new Set(touched.filter(({ type }) => type === reportType).map(nameOfDay))
  const alone = new Set(
    [...days].filter(
      (name) => reported.has(name) || data.salesDays.has(name) || (isOver(namedDay(name).day, now) && !allBaseline(books, name, touched)),
    ),
  )
  const hold = (names: Iterable<string>) => [...names].map((name) => `sales:${name}`)
  await shareNames(tx, tenant, hold([...days].filter((name) => !alone.has(name))))
  for (const row of await reportDaysOf(tx, tenant, [...days].map(namedDay))) alone.add(nameOfDay(row))
  await holdNames(tx, tenant, hold(alone))
  return [...alone]
}

const causeOf = ({ data }: Books, row: DaySaleTable): Cause =>
  data.orders.get(documentName(row)) ?? data.drafts.get(documentName(row))?.cause ?? data.cause
const allBaseline = (books: Books, day: string, touched: readonly DaySaleTable[]): boolean =>
  touched.every((row) => nameOfDay(row) !== day || causeOf(books, row).baseline)

/** A day of a store has a row for each connection that reports it, as long as there is a report. */
async function writeReportDays({ tx, tenant, data }: Books, touched: readonly DaySaleTable[]): Promise<void> {
  const names = new Set([...touched.filter(({ type }) => type === reportType).map(nameOfDay), ...data.salesDays])
  for (const name of names) {
    const place = namedDay(name)
    const origins = new Set((await daySums(tx, tenant, place)).filter(({ type }) => type === reportType).map(({ origin }) => origin))
    const stored = await reportDaysOf(tx, tenant, [place])
    const there = new Set(stored.map(({ origin }) => origin))
    await saveReportDays(
      tx,
      [...origins].filter((origin) => !there.has(origin)).map((origin) => ({ tenant, ...place, origin })),
    )
    await deleteReportDays(
      tx,
      stored.filter(({ origin }) => !origins.has(origin)),
    )
  }
}

/** What is found of a day, and that a day which was over is another one now. */
async function tellDay(books: Books, name: string, before: readonly DaySum[], touched: readonly DaySaleTable[]): Promise<void> {
  const place = namedDay(name)
  const now = await daySums(books.tx, books.tenant, place)
  judge(books, { ...salesDay(place), codes: salesCodes })
  for (const finding of twiceTold(place, now)) note(books, finding)
  if (!isOver(place.day, books.now) || allBaseline(books, name, touched)) return
  const [old, fresh] = [shownSums(before), shownSums(now)]
  const products = touched.filter((row) => nameOfDay(row) === name)
  if (products.length === 0 || JSON.stringify(old) === JSON.stringify(fresh)) return
  const cause = causeOf(books, products[0] as DaySaleTable)
  const named = [...new Map(products.map((row) => [rowName(row.product), row.product])).values()].sort().slice(0, mostNamed)
  journal(books, 'sales-restated', salesDay(place), { ...place, products: named, before: old, after: fresh }, cause.envelope)
}

/** Products that a restatement names. */
const mostNamed = 50
