import { setConnectionState } from '../store/connection.ts'
import type { ConnectionTable } from '../store/tables.ts'
import type { ConnectionSetup, Context } from './context.ts'
import type { StateOutcome } from './deliver-state.ts'

/** Tries in a row that found nobody at home, after which a destination is left alone. */
const opensAfter = 5
/** A destination that failed is asked again after the first wait of its retry table, and after this at the latest. */
const mostWaitMs = 30_000

/** Whether the destination is there, as far as a try tells. */
export type Sight = 'there' | 'down' | 'unsaid'

/** Our own reasons not to send, and answers that are about one document or our pace, say nothing of the destination. */
const ownReasons: ReadonlySet<string> = new Set(['rate-limited', 'lease-lost', 'refused-address', 'bug'])

export function sightOf(outcome: StateOutcome): Sight {
  if (outcome.kind === 'delivered' || outcome.kind === 'reject' || outcome.kind === 'orders-first') return 'there'
  if (outcome.kind === 'reauth' || ownReasons.has(outcome.code)) return 'unsaid'
  if (outcome.status === undefined || outcome.status >= 500 || outcome.code === 'html-answer') return 'down'
  return 'unsaid'
}

/** What the tries of one run towards one destination have shown; shared by its lanes. */
export interface Circuit {
  /** half open: one lane tries, and one failure is enough */
  probing: boolean
  downs: number
}

/** How a run may begin: not at all while the destination rests, with one lane when it is time to ask again. */
export function circuitOf(row: ConnectionTable | undefined, setup: ConnectionSetup, now: number): Circuit | 'resting' {
  if (row?.state !== 'failing') return { probing: false, downs: 0 }
  const waitMs = Math.min(setup.retry.waitsMs[0] ?? mostWaitMs, mostWaitMs)
  return now - row.changed_at < waitMs ? 'resting' : { probing: true, downs: 0 }
}

/**
 * Takes a try into account; true: the run ends, the destination is left alone. The state stands in the connection's row (`failing`), so every process knows it, also after a restart; no try is counted against deliveries that were not
 * tried.
 */
export async function noteSight(context: Context, connection: string, circuit: Circuit, outcome: StateOutcome): Promise<boolean> {
  const { database, tenant } = context
  switch (sightOf(outcome)) {
    case 'unsaid':
      return false
    case 'there':
      circuit.downs = 0
      if (!circuit.probing) return false
      circuit.probing = false
      await database.write(async (tx) => setConnectionState(tx, tenant, connection, ['failing'], 'active', null, await database.now()))
      return false
    case 'down': {
      circuit.downs++
      if (!circuit.probing && circuit.downs < opensAfter) return false
      const code = 'code' in outcome && outcome.code !== undefined ? outcome.code : outcome.kind
      if (!circuit.probing && circuit.downs === opensAfter)
        context.log.warn({ connection, code }, 'the destination does not answer: its deliveries wait until one gets through')
      await database.write(async (tx) =>
        setConnectionState(tx, tenant, connection, ['active', 'failing'], 'failing', code.slice(0, 64), await database.now()),
      )
      return true
    }
  }
}
