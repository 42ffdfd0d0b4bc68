import type { PageRead } from '../connector/access.ts'
import { sha256 } from '../model/id.ts'
import type { Tx } from '../store/database.ts'
import { insertReceipts } from '../store/receipt.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { type Draft, type Written, writeRead } from './drafts.ts'
import { toRing } from './lanes.ts'
import { sameLooks } from './poke-looks.ts'

/** What a page left behind, for after the commit. */
export interface StoredPage extends Written {
  readonly stream: string
  /** it waits to be cut */
  readonly uncut: boolean
  /** of the receipts that were written */
  readonly bodies: readonly { readonly id: string; readonly body: Uint8Array }[]
}

interface Of {
  readonly stream: string
  readonly baseline: boolean
  readonly authoritative: boolean
  readonly now: number
  /** read from the past beside what is live */
  readonly background?: boolean
  /** traceparent of the read */
  readonly trace?: string
}

/** Rows of a page, cut or not. */
export const rowsOf = ({ records, uncut }: PageRead): number => uncut ?? records.length

/**
 * Writes receipts and envelopes of one page that was read; a page without records leaves none, nor does one that says nothing new. One that waits to be cut leaves its receipt only, and what it holds becomes envelopes in the order in which it
 * came among webhooks and other pages (split.ts). `more`: drafts that stand on the page's first receipt.
 */
export async function storePage(
  context: Context,
  tx: Tx,
  setup: ConnectionSetup,
  of: Of,
  page: PageRead,
  more: readonly Pick<Draft, 'record' | 'authoritative'>[] = [],
): Promise<StoredPage> {
  const none = { stream: of.stream, uncut: false, bodies: [], lanes: [], pokes: 0, repeated: 0 }
  if (rowsOf(page) + more.length === 0) return none
  const { tenant } = context
  const bodies = page.bodies.map(({ kind, bytes }) => ({ id: context.newId(), kind, body: bytes }))
  const save = (state: 'uncut' | 'split') =>
    insertReceipts(
      tx,
      bodies.map(({ id, kind, body }) => ({
        tenant,
        id,
        connection: setup.name,
        stream: of.stream,
        kind,
        topic: null,
        event_id: null,
        headers: null,
        body,
        body_hash: sha256(body),
        as_of: Math.floor(page.asOf),
        baseline: of.baseline ? 1 : 0,
        state,
        received_at: of.now,
        trace: of.trace ?? null,
        records: page.uncut ?? null,
      })),
    )
  if (page.uncut !== undefined) {
    await save('uncut')
    return { ...none, uncut: true, bodies }
  }
  const unmoved = await sameLooks(
    tx,
    { tenant, connection: setup.name, stream: of.stream, receipt: bodies[0]?.id ?? '', at: Math.floor(page.asOf) },
    page.records,
  )
  const same = {
    receipts: bodies.map(({ id }) => id),
    asOf: Math.floor(page.asOf),
    receivedAt: of.now,
    baseline: of.baseline,
    poke: false,
    background: of.background === true,
    listed: true as const,
  }
  let kept: StoredPage['bodies'] = []
  const receipts = () => {
    kept = bodies
    return save('split')
  }
  const written = await writeRead(
    tx,
    { tenant, connection: setup.name, connector: setup.connector, newId: context.newId, now: of.now },
    [
      ...page.records.map((record) => ({
        ...same,
        record,
        poke: record.poke === true,
        unmoved: unmoved.has(record),
        authoritative: of.authoritative,
      })),
      ...more.map((draft) => ({ ...same, ...draft })),
    ],
    receipts,
  )
  return { ...written, stream: of.stream, uncut: false, bodies: kept }
}

/** After the commit: hands the bytes on, counts what said nothing new, and rings for what was written. */
export function announce(context: Context, connection: string, stored: StoredPage): void {
  for (const { id, body } of stored.bodies) context.handover.put(id, body)
  context.meter?.repeated(connection, stored.stream, stored.repeated)
  if (stored.uncut) context.bell.ring({ kind: 'split' })
  for (const lane of toRing(stored.lanes)) context.bell.ring({ kind: 'ingest', lane })
  if (stored.pokes > 0) context.bell.ring({ kind: 'refetch', connection })
}
