import type { JsonObject } from '../model/json.ts'
import type { Row } from './body.ts'
import { nameRows } from './columns.ts'
import { firstPage, type ListGuard, nextPage, type PageAsk } from './page.ts'
import { isProbe } from './reverse.ts'
import type { Roots } from './template.ts'
import type { Call, Page } from './types.ts'
import type { Reply, Wire } from './wire.ts'

/** One page of a list. */
export interface ListPage {
  readonly reply: Reply
  readonly rows: readonly Row[]
  /** undefined: this was the last */
  readonly next: PageAsk | undefined
}
export interface ListSource {
  readonly wire: Wire
  readonly call: Call
  readonly records: string
  /** names of the values of rows that are lists */
  readonly columns?: readonly string[] | undefined
  readonly page: Page
  readonly guard: ListGuard
  readonly signal?: AbortSignal | undefined
  /** rows are parsed as far as somebody asks */
  readonly parsed?: 'now' | 'asked'
}

/** Reads one page. @throws HubError from the wire, the slicer and the guard */
export async function readPage(source: ListSource, roots: Roots, ask: PageAsk): Promise<ListPage> {
  const reply = await source.wire.ask(source.call, { ...roots, page: ask.page as JsonObject }, { signal: source.signal, url: ask.url })
  const found = nameRows(reply.body.rows(source.records, source.parsed), source.columns)
  const next = nextPage(source.page, ask, { url: reply.url, headers: reply.headers, body: reply.body, rows: found })
  const rows = isProbe(source.page, ask, next) ? [] : found
  // pages of a list that is read backwards may be the same: as many rows as a page holds have left it in between
  if (source.page.kind === 'reverse') source.guard.restart()
  source.guard.page(rows.length, bytesOf(rows), next !== undefined)
  return { reply, rows, next }
}

/** A list that shrinks under every reading is left as it was read: the next one sees what moved. */
const mostAgain = 3

/**
 * Sees, by the total that some partners tell with every page, that rows left the list while it was read: others moved up over a page border then, and one may have slipped by unread. Such a list goes on
 * from its first page; what is read twice is a duplicate to whoever takes it.
 */
export function watchTotal({ page, guard }: Pick<ListSource, 'page' | 'guard'>): (read: ListPage) => ListPage {
  const place = 'total' in page && page.kind !== 'reverse' ? page.total : undefined
  let before = 0
  let again = 0
  return (read) => {
    const told = typeof place === 'object' ? read.reply.body.peek(place.path) : place === undefined ? undefined : read.reply.headers[place]
    const total = Number(told ?? Number.NaN)
    const isLess = total < before
    before = isLess ? 0 : total
    if (!isLess || again === mostAgain) return read
    again++
    guard.restart()
    return { ...read, next: firstPage(page) }
  }
}

/** All pages of a list, one after the other. */
export async function* readList(source: ListSource, roots: Roots): AsyncGenerator<ListPage> {
  const watched = watchTotal(source)
  for (let ask: PageAsk | undefined = firstPage(source.page); ask !== undefined; ) {
    const page: ListPage = watched(await readPage(source, roots, ask))
    yield page
    ask = page.next
  }
}

const encoder = new TextEncoder()
/** What tells a page from another one: its rows, without what stands around them. */
function bytesOf(rows: readonly Row[]): Uint8Array {
  const [first, last] = [rows[0], rows.at(-1)]
  return first === undefined || last === undefined || 'index' in first.place || 'index' in last.place
    ? encoder.encode(rows.map(({ value }) => JSON.stringify(value)).join('\n'))
    : first.bytes.subarray(first.place.from, last.place.to)
}
