import type { Mark, PageRead } from './access.ts'
import { readBulk } from './bulk.ts'
import { checkpointAt, type Window } from './cursor.ts'
import type { Draft } from './record.ts'
import { assemble, highestOf, type Run, windowRoots } from './run.ts'

/** All of a read by a bulk job. Returns whether that was all; else it is to be read by page. */
export async function* readFile(
  run: Run,
  { since, until }: Pick<Window, 'since' | 'until'>,
  resume: Mark | undefined,
): AsyncGenerator<PageRead, boolean> {
  const { ready, wire, signal, guard } = run
  const { cursor } = ready
  const { bulk } = ready.stream
  if (bulk === undefined) return false
  const first = since ?? (bulk.first === undefined ? undefined : Date.parse(bulk.first))
  let highest = resume?.highest ?? undefined
  const whole = yield* readBulk(
    {
      wire,
      bulk,
      signal,
      roots: windowRoots(run, first, until),
      began: (reply) => {
        run.asOf = reply.asOf
        highest = undefined
      },
      markOf: (mark) => ({
        ask: { page: {} },
        since: since ?? null,
        until,
        asOf: run.asOf ?? wire.now(),
        at: wire.now(),
        highest: highest ?? null,
        pages: guard.pages,
        rows: guard.rows,
        bulk: mark,
      }),
      pageOf: async (drafts, bytes) => {
        guard.page(drafts.length, Buffer.concat(drafts.map(({ pieces }) => pieceBytes(pieces[0]))), true)
        const bound = run.bound ?? Number.POSITIVE_INFINITY
        const within = drafts.filter(({ value }) => (cursor?.value(value) ?? bound) <= bound)
        const top = highestOf(run, within)
        highest = top === undefined ? highest : Math.max(top, highest ?? top)
        return assemble(run, { bytes, asOf: run.asOf ?? wire.now() }, within, [])
      },
    },
    resume?.bulk,
  )
  if (!whole) {
    run.asOf = undefined
    return false
  }
  const asOf = run.asOf ?? wire.now()
  const checkpoint = cursor === undefined ? { time: null } : checkpointAt(highest ?? asOf, run.from, asOf, until)
  yield { bodies: [], asOf, records: [], checkpoint, last: true }
  return true
}

const pieceBytes = (piece: Draft['pieces'][number] | undefined): Uint8Array =>
  piece === undefined || 'index' in piece.place ? new Uint8Array() : piece.bytes.subarray(piece.place.from, piece.place.to)
