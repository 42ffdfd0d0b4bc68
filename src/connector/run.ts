import type { Checkpoint, PageRead } from './access.ts'
import type { Row } from './body.ts'
import { readChildren } from './children.ts'
import type { ListGuard } from './page.ts'
import { type Draft, finish } from './record.ts'
import type { ReadyStream } from './streams.ts'
import type { Call } from './types.ts'
import type { Wire } from './wire.ts'

/** One read of a stream, over all its windows and pages. */
export interface Run {
  readonly wire: Wire
  readonly ready: ReadyStream
  readonly call: Call
  readonly from: Checkpoint | null
  readonly guard: ListGuard
  readonly signal: AbortSignal | undefined
  /** pages that say everything by themselves are handed on as they came */
  readonly whole: boolean
  /** nothing later is of interest; undefined: everything up to now is */
  readonly bound: number | undefined
  /** asOf of the first page: what is written later may be missing from any page */
  asOf: number | undefined
}

/** `since` and `until` as the calls of the stream have them. */
export function windowRoots(run: Run, since: number | undefined, until: number) {
  const { cursor } = run.ready
  if (cursor === undefined) return {}
  const now = run.wire.now()
  return {
    since: since === undefined ? undefined : cursor.render(since, now),
    ...(cursor.counts ? {} : { until: cursor.render(until, now) }),
  }
}

export const highestOf = (run: Run, rows: readonly Pick<Row, 'value'>[]): number | undefined => {
  let highest: number | undefined
  for (const row of rows) {
    const value = run.ready.cursor?.value(row.value)
    if (value !== undefined && (highest === undefined || value > highest)) highest = value
  }
  return highest
}

/** The page with its children: bodies first the page's own, then older ones that a group began in, then the children's. */
export async function assemble(
  run: { readonly wire: Wire | undefined; readonly ready: ReadyStream; readonly signal: AbortSignal | undefined },
  page: { readonly bytes: Uint8Array; readonly asOf: number },
  drafts: readonly Draft[],
  held: readonly Uint8Array[],
): Promise<Pick<PageRead, 'bodies' | 'asOf' | 'records'>> {
  const { name, stream, version, speaks } = run.ready
  const { pokes } = stream
  if (pokes !== undefined) {
    const shape = { stream: pokes.stream, keyPath: pokes.key, version, op: 'upsert' as const }
    const said = new Map(
      drafts
        .filter(({ value }) => speaks?.(value) ?? true)
        .map((draft) => finish(draft, shape, [page.bytes], page.asOf))
        .map((record) => [record.key, { ...record, poke: true as const }]),
    )
    return { bodies: [{ kind: 'page', bytes: page.bytes }], asOf: page.asOf, records: [...said.values()] }
  }
  const source = { wire: run.wire, stream: name, keyPath: stream.key, signal: run.signal }
  const family = await readChildren(drafts, run.ready.children, source)
  const own = page.bytes
  const used = new Set(drafts.flatMap((draft) => draft.pieces.map((piece) => piece.bytes)))
  const bytes = [own, ...held.filter((older) => older !== own && used.has(older)), ...family.bodies]
  const { asOf } = page
  const shape = { stream: name, keyPath: stream.key, version, op: 'upsert' as const }
  return {
    bodies: bytes.map((body, place) => ({
      kind: place < bytes.length - family.bodies.length ? ('page' as const) : ('child' as const),
      bytes: body,
    })),
    asOf,
    records: [...family.drafts.map((draft) => finish(draft, shape, bytes, asOf)), ...family.records(bytes, asOf)],
  }
}
