import { createHash } from 'node:crypto'
import type { JsonObject } from '../../model/json.ts'
import { yesterday } from './days.ts'
import { owner } from './deposits.ts'
import { put } from './desk.ts'
import { type Amount, cent, exact, nearestCent, sumOf, written } from './exact.ts'
import { RefusedError } from './hub.ts'
import { demandRefusal, type Month } from './month.ts'
import { owedTo } from './payments.ts'
import { compare, type Difference } from './proof.ts'
import { book } from './supplier-books.ts'

/** How far an account was stated before: entries of the books, and what it closed with. */
export interface Stated {
  readonly entries: number
  readonly closing: Amount
}

export interface BookedEntry {
  readonly kind: string
  readonly document: string
  readonly amount: Amount
}

/** Statements of all suppliers and merchants up to yesterday. Each party holds its own against the books, agrees or says what is wrong; what is wrong is mended where it stands, and only what was agreed to is paid. */
export async function settleStatements(month: Month): Promise<void> {
  const { hub } = month
  for (const kind of ['supplier', 'merchant', 'payout']) {
    await hub.send('POST', '/v1/statements/run', { kind, until: yesterday(), publish: true })
    const rows = (await hub.rows(`/v1/statements?kind=${kind}&status=published`)).filter(({ until }) => until === yesterday())
    for (const row of rows)
      try {
        await (kind === 'payout' ? lookAtPlatform(month, row) : settle(month, row))
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error
        month.moneyDifferences.push({ what: `statement ${row.number}`, books: 'is agreed to and paid', hub: error.message })
      }
    if (kind === 'payout') continue
    const missing = [...booksOf(month, kind)].filter(([name]) => !rows.some(({ party, currency }) => name === `${party} ${currency}`))
    for (const [name, entries] of missing)
      if (entries.length > (month.stated.get(name)?.entries ?? 0))
        month.moneyDifferences.push({ what: `statement of ${name} until ${yesterday()}`, books: 'has entries', hub: 'was not made' })
  }
}

/** Entries by party and currency. */
function booksOf({ suppliers, deposits }: Month, kind: string): ReadonlyMap<string, readonly BookedEntry[]> {
  if (kind === 'supplier') return new Map([...suppliers.entries].map(([supplier, entries]) => [`${supplier} EUR`, entries]))
  return new Map([...deposits.values()].map(({ merchant, currency, entries }) => [`${merchant} ${currency}`, entries]))
}

async function settle(month: Month, row: JsonObject): Promise<void> {
  const { hub, keys, mistyped, moneyDifferences } = month
  const [id, party, kind] = [String(row.number), String(row.party), String(row.kind)]
  month.statements.add(id)
  const typed = kind === 'supplier' ? mistyped.find(({ supplier }) => supplier === party) : undefined
  const stated = typed === undefined ? row : await dispute(month, row, typed)
  const wrong = await differencesOf(month, stated)
  moneyDifferences.push(...wrong)
  const isAgreed = wrong.length === 0
  if (isAgreed) await hub.as(keys.get(party) ?? '').send('POST', `/v1/statements/${id}/confirm`, { hash: String(stated.hash) })
  const name = `${party} ${row.currency}`
  const entries = booksOf(month, kind).get(name) ?? []
  month.stated.set(name, { entries: entries.length, closing: sumOf(entries.map(({ amount }) => amount)) })
  if (isAgreed && kind === 'supplier') await pay(month, { id, supplier: party, hash: String(stated.hash), former: String(row.hash) })
}

/** The party does not agree with a receipt that was typed wrong: it is mended, and the statement made anew. Answers what it says then. */
async function dispute(month: Month, row: JsonObject, typed: Month['mistyped'][number]): Promise<JsonObject> {
  const { hub, keys, mistyped, moneyDifferences } = month
  const [path, hash, key] = [`/v1/statements/${String(row.number)}`, String(row.hash), keys.get(typed.supplier) ?? '']
  const lines = (await differencesOf(month, row)).filter(({ line }) => line !== undefined)
  // an invoice of the goods was held against the wrong count
  const about = [`goods-receipt/${typed.receipt}`, `invoice/${typed.receipt.replace('GR', 'INV')}`]
  const isIt = ({ what }: Difference) => about.some((one) => what.includes(one))
  moneyDifferences.push(...lines.filter((one) => !isIt(one)))
  const disputes = lines.filter(isIt).flatMap(({ line, books }) => (line === undefined ? [] : [{ line, reason: `it comes to ${books}` }]))
  mistyped.splice(mistyped.indexOf(typed), 1)
  await put(month, 'goods-receipt', typed.receipt, typed.document)
  // without a line that is wrong this is refused: the mistake was not stated
  await hub.as(key).send('POST', `${path}/dispute`, { hash, disputes })
  await hub.send('POST', `${path}/revise`, { why: 'counted again' })
  await hub.send('POST', `${path}/publish`, {})
  await demandRefusal(month, 'outdated-version', `${path}/confirm`, { hash }, key)
  return hub.get(path)
}

/** A platform has no key here: what it pays is held against its orders, and its account against both (platform-proof.ts). Its statement has to come to its own sum, and have the hash of its bytes. */
async function lookAtPlatform({ hub, statements, stated, moneyDifferences }: Month, row: JsonObject): Promise<void> {
  const [id, name] = [String(row.number), `${row.party} ${row.currency}`]
  statements.add(id)
  const content = await hub.text(`/v1/statements/${id}/content`)
  const closing = (stated.get(name)?.closing ?? 0n) + sumOf(linesOf(content).map(({ amount }) => amount))
  compare(moneyDifferences, `statement ${id} closing`, written(closing), row.closing)
  compare(moneyDifferences, `statement ${id} hash`, createHash('sha256').update(content).digest('hex'), row.hash)
  stated.set(name, { entries: 0, closing })
}

/** A statement against the books: its lines by kind and document, what it opens and closes with, and its hash over its bytes. `line`: one that is about the document. */
export async function differencesOf(month: Month, row: JsonObject): Promise<(Difference & { readonly line?: number })[]> {
  const { hub, stated } = month
  const [id, name] = [String(row.number), `${row.party} ${row.currency}`]
  const differences: (Difference & { readonly line?: number })[] = []
  const all = booksOf(month, String(row.kind)).get(name) ?? []
  const before = stated.get(name) ?? { entries: 0, closing: 0n }
  compare(differences, `statement ${id} opening`, written(before.closing), row.opening)
  compare(differences, `statement ${id} closing`, written(sumOf(all.map(({ amount }) => amount))), row.closing)
  compare(differences, `statement ${id} owner`, owner, row.owner)
  const content = await hub.text(`/v1/statements/${id}/content`)
  compare(differences, `statement ${id} hash`, createHash('sha256').update(content).digest('hex'), row.hash)
  const lines = linesOf(content)
  const expected = summed(all.slice(before.entries))
  const found = summed(lines)
  for (const about of new Set([...expected.keys(), ...found.keys()])) {
    const [books, theirs] = [expected.get(about) ?? 0n, found.get(about) ?? 0n]
    const line = lines.find((one) => nameOf(one) === about)?.line
    if (books !== theirs)
      differences.push({
        what: `statement ${id} ${about}`,
        books: written(books),
        hub: written(theirs),
        ...(line === undefined ? {} : { line }),
      })
  }
  return differences
}

const nameOf = ({ kind, document }: BookedEntry): string => `${kind} ${document}`

export function summed(entries: readonly BookedEntry[]): ReadonlyMap<string, Amount> {
  const sums = new Map<string, Amount>()
  for (const entry of entries) sums.set(nameOf(entry), (sums.get(nameOf(entry)) ?? 0n) + entry.amount)
  return sums
}

function linesOf(content: string): (BookedEntry & { readonly line: number })[] {
  const { lines } = JSON.parse(content) as {
    readonly lines: readonly {
      readonly line: number
      readonly kind: string
      readonly amount: string
      readonly document: { readonly type: string; readonly key: string } | null
    }[]
  }
  return lines.map(({ line, kind, amount, document }) => ({
    ...{ line, kind, amount: exact(amount) },
    document: document === null ? '' : `${document.type}/${document.key}`,
  }))
}

/** Another person lets what was agreed to be paid; then it is, in two parts. Not by an older hash, and not a cent more than is left. */
async function pay(
  month: Month,
  { id, supplier, hash, former }: { readonly id: string; readonly supplier: string; readonly hash: string; readonly former: string },
): Promise<void> {
  const { hub, keys, suppliers } = month
  await hub.as(keys.get('checker') ?? '').send('POST', `/v1/statements/${id}/approve`, { hash })
  const owed = owedTo(month, supplier)
  if (owed <= 0n) return
  const number = `${id}-PAY`
  const outdated = former === hash ? hash.replace(/^./, (first) => (first === '0' ? '1' : '0')) : former
  await demandRefusal(month, 'outdated-version', `/v1/statements/${id}/pay`, { hash: outdated, number, amount: written(owed) })
  await demandRefusal(month, 'more-than-owed', `/v1/statements/${id}/pay`, { hash, number, amount: written(owed + cent) })
  const part = nearestCent(owed * 60n, 100n)
  for (const [index, amount] of [part, owed - part].entries()) {
    if (amount === 0n) continue
    await hub.send('POST', `/v1/statements/${id}/pay`, { hash, number: `${number}-${index}`, amount: written(amount) })
    book(suppliers, supplier, { kind: 'payment', document: `payment/hub/${number}-${index}`, amount: -amount })
    const { status } = await hub.get(`/v1/statements/${id}`)
    compare(month.moneyDifferences, `statement ${id} status`, owedTo(month, supplier) === 0n ? 'paid' : 'part-paid', status)
  }
}
