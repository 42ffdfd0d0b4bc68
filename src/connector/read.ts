import { bug, isHubError, reject } from '../model/errors.ts'
import { at } from '../model/json.ts'
import type { Checkpoint, CutRecord, Mark, PageRead, ReadOptions } from './access.ts'
import type { Row } from './body.ts'
import { isForBulk } from './bulk.ts'
import { readChildren } from './children.ts'
import { nameRows } from './columns.ts'
import { checkpointAt, countedAt, countedFrom, type Window, windowsOf } from './cursor.ts'
import { type Grouper, openGrouper } from './group.ts'
import { type KeysetPlace, nextOfKeyset } from './keyset.ts'
import { type ListPage, type ListSource, readPage, watchTotal } from './list.ts'
import { firstPage, openGuard, type PageAsk, pageAgain } from './page.ts'
import { readFile } from './read-file.ts'
import { finish } from './record.ts'
import { assemble, highestOf, type Run, windowRoots } from './run.ts'
import type { ReadyStream } from './streams.ts'
import type { CounterCursor } from './types.ts'
import type { Wire } from './wire.ts'

/**
 * Pages of a stream from a checkpoint. Rows in cursor order (`asc`) are read from the top again after every page, from the highest cursor on: a row that moves
 * while the list is read cannot push another one across a page border unseen.
 * @throws HubError as {@link Wire} does; `endless-list`, `repeated-page`, `cursor-back`, `foreign-link` (reject), `bad-shape` (retry)
 */
export async function* readStream(wire: Wire, ready: ReadyStream, from: Checkpoint | null, options: ReadOptions): AsyncGenerator<PageRead> {
  const { call, cursor } = ready.stream
  if (call === null) throw bug('nothing-to-poll', `the stream "${ready.name}" only comes by webhook, there is nothing to poll`)
  const { resume, until } = options
  const guard = openGuard(ready.name, { now: wire.now, ...(resume === undefined ? {} : { seen: resume }) })
  const whole = options.whole === true && until === undefined && ready.waits
  const run: Run = { wire, ready, call, from, guard, signal: options.signal, whole, bound: until, asOf: resume?.asOf }
  if (cursor?.format === 'counter') {
    yield* readCounted({ ...run, bound: undefined }, cursor)
    return
  }
  const upper = Math.min(until ?? Number.POSITIVE_INFINITY, wire.now())
  const windows: readonly Window[] =
    cursor === null
      ? [{ since: undefined, until: Number.POSITIVE_INFINITY, last: true }]
      : windowsOf({ ...cursor, first: ready.first }, from, options.lookbackMs ?? cursor.lookbackMs, upper)
  const since = windows[0]?.since
  const byFile = resume === undefined ? options.bulk === true && isForBulk(ready.stream, since, upper) : resume.bulk !== undefined
  if (byFile && (yield* readFile(run, { since, until: resume?.until ?? upper }, resume))) return
  const onward = byFile ? undefined : resume
  for (const [place, window] of windows.entries()) {
    run.guard.restart()
    yield* readWindow(
      run,
      place === 0 && onward !== undefined && cursor !== null ? { ...window, until: onward.until } : window,
      place === 0 ? onward : undefined,
    )
  }
}

/** The row at the checkpoint is shown again by every read. Where nothing is, it is gone or the partner counts anew: then the list is read from its beginning, and stands where that ends. */
async function* readCounted(run: Run, cursor: CounterCursor): AsyncGenerator<PageRead> {
  for await (const page of readWindow(run, countedFrom(cursor, run.from), undefined)) {
    if (page.last && run.guard.rows === 0 && (run.from?.counter ?? cursor.first) > cursor.first) break
    yield page
    if (page.last) return
  }
  run.guard.restart()
  yield* readWindow({ ...run, from: null }, countedFrom(cursor, null), undefined)
}

async function* readWindow(run: Run, window: Window, resume: Mark | undefined): AsyncGenerator<PageRead> {
  const { stream, cursor } = run.ready
  const list: ListSource = {
    wire: run.wire,
    call: run.call,
    records: stream.records,
    columns: stream.columns,
    page: stream.page,
    guard: run.guard,
    signal: run.signal,
    parsed: run.whole ? 'asked' : 'now',
  }
  const watched = watchTotal(list)
  const grouper = openGrouper(stream.group, stream.key)
  const keyset = stream.cursor?.order === 'asc' && stream.group === undefined && onByCursor.has(stream.page.kind)
  let since = resume === undefined ? window.since : (resume.since ?? undefined)
  let highest = resume?.highest ?? undefined
  let before: ReadonlySet<string> = new Set()
  let ask: PageAsk | undefined =
    resume === undefined ? firstPage(stream.page) : pageAgain(stream.page, resume.ask, run.wire.now() - resume.at)
  while (ask !== undefined) {
    const page: ListPage = within(run, watched(await readPage(list, windowRoots(run, since, window.until), ask)))
    run.asOf ??= page.reply.asOf
    if (stream.cursor?.order === 'asc') inOrder(run, page.rows, cursor?.counts ? since : highest)
    const top = highestOf(run, page.rows)
    highest = top === undefined ? highest : Math.max(top, highest ?? top)
    const held = grouper.open()
    const drafts = run.whole ? [] : [...grouper.push(page.rows), ...(page.next === undefined ? grouper.end() : [])]
    const read = run.whole
      ? asItCame(run, page)
      : await assemble(run, { bytes: page.reply.body.bytes, asOf: page.reply.asOf }, drafts, held)
    const records = read.records.filter((record) => !before.has(identity(record)))
    const texts = run.whole && keyset ? page.rows.map(textOf) : []
    const shown = texts.filter((text) => before.has(text)).length
    before = keyset ? new Set(run.whole ? texts : read.records.map(identity)) : before
    const last = page.next === undefined
    const onward: KeysetPlace | undefined =
      last || cursor === undefined || !keyset ? undefined : onwardOf(run, { since, ask }, page, highest)
    const checkpoint = last
      ? whenComplete(run, window, page, highest)
      : onward?.ask.page.after === undefined && (keyset || inCursorOrder(run, grouper))
        ? reached(run, highest, window)
        : undefined
    const mark: Mark | undefined =
      last || checkpoint !== undefined || grouper.open().length > 0 || page.next === undefined
        ? undefined
        : {
            ask: onward?.ask ?? page.next,
            since: (onward ?? { since }).since ?? null,
            until: window.until,
            asOf: run.asOf,
            at: page.reply.asOf,
            highest: highest ?? null,
            pages: run.guard.pages,
            rows: run.guard.rows,
          }
    yield {
      ...read,
      records,
      ...(run.whole ? { uncut: page.rows.length - shown } : {}),
      ...(checkpoint === undefined ? {} : { checkpoint }),
      ...(mark === undefined ? {} : { mark }),
      last: last && window.last,
    }
    if (onward === undefined) ask = page.next
    else {
      if (onward.since !== since || onward.ask.page.after === undefined) run.guard.restart()
      since = onward.since
      ask = onward.ask
    }
  }
}

const onByCursor: ReadonlySet<string> = new Set(['number', 'offset', 'link', 'nextLink', 'keyset'])

/** Where a list in cursor order is read on from the highest row instead of by page; undefined: by page, within the place it began at. */
function onwardOf(run: Run, place: KeysetPlace, { rows }: ListPage, highest: number | undefined): KeysetPlace | undefined {
  const { stream, cursor } = run.ready
  const { page } = stream
  if (page.kind === 'keyset')
    return page.cursor === undefined || cursor === undefined
      ? undefined
      : nextOfKeyset({ ...page, cursor: page.cursor }, place, { rows, highest }, (ms) => cursor.render(ms, run.wire.now()))
  // rows at a number are asked for by it; whether those at a time come, partners differ
  const since = highest === undefined ? Number.NEGATIVE_INFINITY : highest - (cursor?.counts ? 0 : 1)
  return since > (place.since ?? Number.NEGATIVE_INFINITY) ? { since, ask: firstPage(page) } : undefined
}

/** A bounded read keeps what lies within its bound, and ends where an ordered list has passed it. */
function within(run: Run, page: ListPage): ListPage {
  const { bound, ready } = run
  const { cursor, stream } = ready
  if (bound === undefined || cursor === undefined || stream.group !== undefined) return page
  const rows = page.rows.filter((row) => (cursor.value(row.value) ?? bound) <= bound)
  const passed = stream.cursor?.order === 'asc' && rows.length < page.rows.length
  return { ...page, rows, next: passed ? undefined : page.next }
}

/** A page that is kept before anybody cuts it is read to its end all the same: what is no JSON is asked for again. */
function asItCame({ ready }: Run, { reply, rows }: ListPage): Pick<PageRead, 'bodies' | 'asOf' | 'records'> {
  if (ready.cursor === undefined || rows.length === 0) reply.body.check()
  return { bodies: [{ kind: 'page', bytes: reply.body.bytes }], asOf: reply.asOf, records: [] }
}

const textOf = ({ bytes, place }: Row): string =>
  'index' in place ? '' : Buffer.from(bytes.buffer, bytes.byteOffset + place.from, place.to - place.from).toString('latin1')

const identity = (record: CutRecord): string => `${record.stream} ${record.key} ${record.bodyHash}`

const cutMs = 1000

/** A stream that promises order and does not keep it would make checkpoints that skip rows. A page read on from a cursor cut to seconds may begin within that second. */
function inOrder(run: Run, rows: readonly Row[], before: number | undefined): void {
  const { cursor, name, stream } = run.ready
  let highest = before ?? Number.NEGATIVE_INFINITY
  for (const row of rows) {
    const value = cursor?.value(row.value)
    if (value === undefined) continue
    if (value < highest - (cursor?.counts ? 0 : (cursor?.toleranceMs ?? 0) + cutMs))
      throw reject(
        'cursor-back',
        `${name}: the list promises ascending ${stream.cursor?.paths.join(' or ')}, but ${cursor?.shown(value)} (key ${String(at(row.value, stream.key))}) comes after ${cursor?.shown(highest)}; the connector must say order: 'none' or ask for the order`,
      )
    highest = Math.max(highest, value)
  }
}

/** Lists that are not continued by cursor (tokens): after each page everything up to its last row is read, unless a group is still open. */
const inCursorOrder = (run: Run, grouper: Grouper): boolean => run.ready.stream.cursor?.order === 'asc' && grouper.open().length === 0

const reached = (run: Run, highest: number | undefined, window: Window): Checkpoint | undefined =>
  highest === undefined || run.asOf === undefined ? undefined : standsAt(run, highest, run.asOf, window.until)

const standsAt = ({ ready, from }: Run, reached: number, asOf: number, until: number): Checkpoint =>
  ready.cursor?.counts ? countedAt(reached, from, asOf) : checkpointAt(reached, from, asOf, until)

/** After a whole window. One that lies in the past is done up to its end; the last one up to the highest row, or up to now when there was none at all. */
function whenComplete(run: Run, window: Window, page: ListPage, highest: number | undefined): Checkpoint | undefined {
  const { stream } = run.ready
  if (stream.cursor === null) return { time: null }
  if (run.asOf === undefined) return undefined
  if (stream.cursor.format === 'counter') return countedAt(highest ?? run.from?.counter ?? stream.cursor.first, run.from, run.asOf)
  if (!window.last) return checkpointAt(window.until, run.from, run.asOf, window.until)
  if (highest !== undefined) return checkpointAt(highest, run.from, run.asOf, window.until)
  return page.rows.length === 0 ? checkpointAt(run.asOf, run.from, run.asOf, window.until) : undefined
}

/**
 * One record by its key, with its children. No records: the partner does not have it (404, 410, an empty list, null).
 * @throws HubError `no-by-key` (bug) for a stream without such a call
 */
export async function readByKey(wire: Wire, ready: ReadyStream, key: string, signal: AbortSignal | undefined): Promise<PageRead> {
  const { stream, name, version } = ready
  const { byKey } = stream
  if (byKey === undefined) throw bug('no-by-key', `the stream "${name}" has no call that reads one record`)
  const reply = await wire.ask(byKey, { key }, { signal }).catch((error: unknown) => {
    if (isHubError(error) && (error.detail.code === 'http-404' || error.detail.code === 'http-410')) return undefined
    throw error
  })
  if (reply === undefined) return { bodies: [], asOf: wire.now(), records: [], last: true }
  const { bytes } = reply.body
  const rows = reply.body.peek(byKey.records) === null ? [] : nameRows(reply.body.rows(byKey.records), stream.columns)
  const grouper = openGrouper(stream.group, stream.key)
  const drafts = [...grouper.push(rows), ...grouper.end()]
  const family = await readChildren(drafts, ready.children, { wire, stream: name, keyPath: stream.key, signal })
  const all = [bytes, ...family.bodies]
  const records = family.drafts.map((draft) => finish(draft, { stream: name, keyPath: stream.key, version, op: 'upsert' }, all, reply.asOf))
  const other = records.find((record) => record.key !== key)
  if (other !== undefined)
    throw reject(
      'other-key',
      `${name}: asked for the record ${key}, the answer holds ${other.key}; the connector's byKey call does not select by key`,
    )
  return {
    bodies: all.map((body, place) => ({ kind: place === 0 ? ('key' as const) : ('child' as const), bytes: body })),
    asOf: reply.asOf,
    records: [...records, ...family.records(all, reply.asOf)],
    last: true,
  }
}
