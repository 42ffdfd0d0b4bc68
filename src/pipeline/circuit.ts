import { overBudget } from '../model/delivery.ts'
import { countDown, forgetDowns, setConnectionState, takeProbe } from '../store/connection.ts'
import type { ConnectionTable } from '../store/tables.ts'
import type { ConnectionSetup, Context } from './context.ts'
import type { StateOutcome } from './deliver-state.ts'

/** Tries in a row that found nobody at home, of all processes together, after which a destination is left alone. */
export const opensAfter = 5
/** A destination that failed is asked again after the first wait of its retry table, and after this at the latest. */
const mostWaitMs = 30_000

/** Whether the destination is there, as far as a try tells. */
export type Sight = 'there' | 'down' | 'unsaid'

/** Our own reasons not to send, and answers that are about one document or our pace, say nothing of the destination. */
const ownReasons: ReadonlySet<string> = new Set([overBudget, 'lease-lost', 'refused-address', 'bug'])

export function sightOf(outcome: StateOutcome): Sight {
  if (outcome.kind === 'delivered' || outcome.kind === 'reject' || outcome.kind === 'orders-first') return 'there'
  if (outcome.kind === 'reauth' || ownReasons.has(outcome.code)) return 'unsaid'
  if (outcome.status === undefined || outcome.status >= 500 || outcome.code === 'html-answer') return 'down'
  return 'unsaid'
}

/** What is known of one destination during a run; shared by its lanes. */
export interface Circuit {
  /** half open: one lane tries, and one failure is enough */
  probing: boolean
  /** tries in a row that found nobody, as this process saw the count last */
  downs: number
}

/** How a destination may be used: `open` until a time, then one process asks again (`half-open`). */
export type CircuitState =
  | { readonly state: 'closed'; readonly downs: number }
  | { readonly state: 'open' | 'half-open'; readonly downs: number; readonly askAt: number }

export function circuitOf(
  row: Pick<ConnectionTable, 'downs' | 'down_at'> | undefined,
  setup: Pick<ConnectionSetup, 'retry'> | undefined,
  now: number,
): CircuitState {
  const downs = row?.downs ?? 0
  if (downs < opensAfter) return { state: 'closed', downs }
  const askAt = (row?.down_at ?? 0) + Math.min(setup?.retry.waitsMs[0] ?? mostWaitMs, mostWaitMs)
  return { state: now < askAt ? 'open' : 'half-open', downs, askAt }
}

/** How a run may begin; undefined: not now, the destination rests, or another process is asking. */
export async function beginCircuit(
  context: Context,
  row: ConnectionTable | undefined,
  setup: ConnectionSetup,
): Promise<Circuit | undefined> {
  const { database, tenant } = context
  const now = await database.now()
  const { state, downs } = circuitOf(row, setup, now)
  if (state === 'closed') return { probing: false, downs }
  if (state === 'open') return undefined
  const asks = await database.write((tx) => takeProbe(tx, tenant, setup.name, row?.down_at ?? 0, now))
  return asks ? { probing: true, downs } : undefined
}

/**
 * Takes a try into account; true: the run ends, the destination is left alone. The count stands in the connection's row, so that all processes count together, also over restarts and over runs with one try each; nothing is written
 * while all goes well. No try is counted against deliveries that were not tried.
 */
export async function noteSight(context: Context, connection: string, circuit: Circuit, outcome: StateOutcome): Promise<boolean> {
  const { database, tenant } = context
  switch (sightOf(outcome)) {
    case 'unsaid':
      return false
    case 'there':
      if (circuit.downs === 0) return false
      circuit.downs = 0
      circuit.probing = false
      await database.write(async (tx) => {
        await forgetDowns(tx, tenant, connection)
        await setConnectionState(tx, tenant, connection, ['failing'], 'active', null, await database.now())
      })
      return false
    case 'down': {
      const code = 'code' in outcome && outcome.code !== undefined ? outcome.code : outcome.kind
      circuit.downs = await database.write(async (tx) => {
        const now = await database.now()
        const downs = await countDown(tx, tenant, connection, now)
        if (downs >= opensAfter) await setConnectionState(tx, tenant, connection, ['active'], 'failing', code.slice(0, 64), now)
        return downs
      })
      if (circuit.downs === opensAfter)
        context.log.warn({ connection, code }, 'the destination does not answer: its deliveries wait until one gets through')
      return circuit.downs >= opensAfter
    }
  }
}
