import { isHubError, reject, retry } from '../model/errors.ts'
import type { BulkMark, Mark, PageRead } from './access.ts'
import { bulkRows } from './bulk-rows.ts'
import type { FilePart } from './download.ts'
import { type Draft, keyText } from './record.ts'
import type { Roots } from './template.ts'
import type { Bulk, Stream } from './types.ts'
import type { Reply, Wire } from './wire.ts'

/** Whether a read from `since` (nothing: from the beginning) is worth a job. */
export const isForBulk = ({ bulk }: Pick<Stream, 'bulk'>, since: number | undefined, until: number): boolean =>
  bulk !== undefined && (since === undefined || until - since >= bulk.leastMs)

/** One read by a bulk job. */
export interface BulkRead {
  readonly wire: Wire
  readonly bulk: Bulk
  readonly roots: Roots
  readonly signal: AbortSignal | undefined
  /** a mark of this read: `bulk` is put in */
  readonly markOf: (bulk: BulkMark, rows: number) => Mark
  /** hears when the job was asked for: what is written later may be missing from the file */
  readonly began: (reply: Reply) => void
  /** the page that records of the file make, whatever else they need read with them */
  readonly pageOf: (drafts: readonly Draft[], body: Uint8Array) => Promise<Pick<PageRead, 'bodies' | 'asOf' | 'records'>>
}

/** Bytes of one request for a part of the file, and the most that one record with its children may take. */
const partBytes = 4 * 1024 * 1024
const mostBytes = 32 * 1024 * 1024
/** Before the first look. */
const leastWaitMs = 1000
/** Jobs of one read, and addresses of one file that had ended, before it is read by page. */
const mostJobs = 3
const mostExpired = 3

/**
 * Pages from the file of a job. Its name is told with the first of them, which is empty, before anything waits for it: a read that is cut off finds it again. While it works, pages are empty and say when to come again. Returns whether the
 * file had everything; else the stream is to be read by page.
 * @throws HubError as {@link Wire} does, `bulk-orphan`, `bulk-type`, `bulk-record-too-long`, `bulk-file-changed`, `foreign-file` (reject), `bad-shape` (retry)
 */
export async function* readBulk(read: BulkRead, known: BulkMark | undefined): AsyncGenerator<PageRead, boolean> {
  let mark = known
  let expired = 0
  for (;;) {
    if (mark === undefined || mark.job === '') {
      mark = await create(read, mark?.jobs ?? 0)
      yield waiting(read, mark)
      continue
    }
    const reply = await ask(read, read.bulk.look, mark)
    const state = reply.body.peek(read.bulk.state)
    const is = (states: readonly unknown[]): boolean => states.includes(state)
    if (is(read.bulk.running)) {
      if (read.wire.now() - mark.began > read.bulk.mostMs) {
        await giveUp(read, mark)
        return false
      }
      yield waiting(read, mark)
      continue
    }
    const isDone = is(read.bulk.done)
    if (!isDone && !is(read.bulk.failed)) {
      if (mark.jobs >= mostJobs) return false
      mark = { ...mark, job: '' }
      continue
    }
    const place = isDone ? read.bulk.url : read.bulk.partial
    const url = place === undefined ? undefined : reply.body.peek(place)
    // a file of nothing has no address, nor has one that the partner threw away by now
    if (typeof url !== 'string' || url === '') return isDone && mark.offset === 0 && read.wire.now() - mark.began <= read.bulk.mostMs
    const ended: BulkMark | 'expired' = yield* readFile(read, url, mark)
    if (ended !== 'expired') return isDone
    if (++expired > mostExpired)
      throw retry('bulk-gone', `the file of the bulk job ${mark.job} cannot be had: its address had ended ${expired} times`)
  }
}

async function create({ wire, bulk, roots, signal, began }: BulkRead, jobs: number): Promise<BulkMark> {
  const reply = await wire.ask(bulk.create, roots, { signal })
  const job = keyText(reply.body.peek(bulk.job))
  if (job === undefined)
    throw retry('bad-shape', `"${bulk.job}" of the answer, where the name of the bulk job should be, does not exist`, { sent: true })
  began(reply)
  return { job, jobs: jobs + 1, began: reply.asOf, offset: 0, total: null }
}

const ask = ({ wire, roots, signal }: Pick<BulkRead, 'wire' | 'roots' | 'signal'>, call: Bulk['look'], { job }: BulkMark): Promise<Reply> =>
  wire.ask(call, { ...roots, job }, { signal })

/** A partner that does not take it back works in vain, and nobody waits for it. */
export async function giveUp(read: Pick<BulkRead, 'wire' | 'bulk' | 'roots' | 'signal'>, mark: BulkMark): Promise<void> {
  if (read.bulk.cancel === undefined) return
  await ask(read, read.bulk.cancel, mark).catch((error: unknown) => {
    if (!isHubError(error) || error.detail.recovery === 'bug') throw error
  })
}

/** A job that has worked for a while is looked at after as long again: a small one is there at once, a long one is not asked for all the time. */
const waiting = ({ wire, bulk, markOf }: BulkRead, mark: BulkMark): PageRead => ({
  bodies: [],
  records: [],
  asOf: wire.now(),
  mark: markOf(mark, 0),
  waitMs: Math.min(bulk.everyMs, Math.max(leastWaitMs, wire.now() - mark.began)),
  last: false,
})

/** The rest of the file, from the byte of the mark on: each page says the byte at which the next one begins. */
async function* readFile(read: BulkRead, url: string, from: BulkMark): AsyncGenerator<PageRead, BulkMark | 'expired'> {
  const { wire, bulk, signal, markOf, pageOf } = read
  let mark = from
  let held: Uint8Array = new Uint8Array()
  let atEnd = false
  for (;;) {
    const { drafts, used } = bulkRows(held, bulk, atEnd)
    if (drafts.length === 0 || (drafts.length < bulk.size && !atEnd && held.length < partBytes)) {
      if (atEnd) return mark
      if (held.length >= mostBytes)
        throw reject('bulk-record-too-long', `a record of the bulk job ${mark.job}, with its children, takes more than ${mostBytes} bytes`)
      const part: FilePart = await wire.download(url, mark.offset + held.length, partBytes, signal)
      if (part.kind === 'gone') return 'expired'
      if (mark.total !== null && part.total !== undefined && part.total !== mark.total)
        throw reject('bulk-file-changed', `the file of the bulk job ${mark.job} has ${part.total} bytes, and had ${mark.total}`)
      mark = { ...mark, total: part.total ?? mark.total }
      held = Buffer.concat([held, part.bytes])
      atEnd = part.end || part.bytes.length === 0
      if (atEnd && mark.total !== null && mark.offset + held.length < mark.total)
        throw reject(
          'bulk-file-changed',
          `the file of the bulk job ${mark.job} ends after ${mark.offset + held.length} bytes, and had ${mark.total}`,
        )
      continue
    }
    const body = held.slice(0, used)
    const page = await pageOf(
      drafts.map((draft) => ({ ...draft, pieces: draft.pieces.map((piece) => ({ ...piece, bytes: body })) })),
      body,
    )
    mark = { ...mark, offset: mark.offset + used }
    held = held.subarray(used)
    yield { ...page, mark: markOf(mark, drafts.length), last: false }
  }
}
