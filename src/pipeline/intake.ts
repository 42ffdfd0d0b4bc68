import { applyTogether } from './apply-batch.ts'
import type { Ring } from './bell.ts'
import type { Context } from './context.ts'
import { type Halt, noHalt } from './halt.ts'
import { ingest } from './ingest.ts'
import { split } from './split.ts'

/**
 * Works off the webhook receipts that wait: cuts them and applies what they hold at once, one transaction for many (design.md invariant 3 holds as in `ingest`, which takes over what cannot be applied so). Answers how many receipts
 * were worked off.
 */
export const intake = (context: Context, halt: Halt = noHalt()): Promise<number> =>
  split(context, halt, {
    async now(tx, catalogue, envelopes, values, at, write) {
      const byId = new Map(envelopes.map((envelope) => [envelope.id, envelope]))
      const { lanes, connections, pokes, told } = await applyTogether(context, tx, catalogue, { envelopes, values }, at, (settlements) =>
        write(
          settlements.flatMap(({ id, state, reason, detail, waitsFor }) => {
            const envelope = byId.get(id)
            return envelope === undefined
              ? []
              : [{ ...envelope, state, reason, detail, waits_for: waitsFor, revision: catalogue.revision, settled_at: at }]
          }),
        ),
      )
      return [
        ...lanes.map((lane): Ring => ({ kind: 'ingest', lane })),
        ...connections.map((connection): Ring => ({ kind: 'deliver', connection })),
        ...pokes.map((connection): Ring => ({ kind: 'refetch', connection })),
        ...told.map((subscription): Ring => ({ kind: 'events', subscription })),
      ]
    },
    async rest([first]) {
      if (first !== undefined) await ingest(context, first, halt)
    },
  })
