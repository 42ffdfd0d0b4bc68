import type { Database, Tx } from './database.ts'
import { insertMany } from './insert-many.ts'
import type { AttemptTable } from './tables.ts'

/** Written and committed before anything is sent. */
export const insertAttempt = (tx: Tx, row: AttemptTable): Promise<number> => insertMany(tx, 'attempt', [row])

export interface AttemptEnd {
  readonly outcome: string
  readonly code: string | null
  readonly status: number | null
  readonly message: string | null
  readonly sample: string | null
}

export async function endAttempt(tx: Tx, tenant: string, id: string, end: AttemptEnd, at: number): Promise<void> {
  await tx
    .updateTable('attempt')
    .set({ ...end, ended_at: at })
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .execute()
}

/** Ends what an earlier worker left open: it died, or another step settled the delivery. Answers how many there were. */
export async function endOpenAttempts(
  tx: Tx,
  tenant: string,
  delivery: string,
  outcome: 'lost' | 'recognised',
  at: number,
): Promise<number> {
  const ended = await tx
    .updateTable('attempt')
    .set({ outcome, ended_at: at })
    .where('tenant', '=', tenant)
    .where('delivery', '=', delivery)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return Number(ended.numUpdatedRows)
}

/** Tries of a delivery after which the process was gone. */
export async function countLost(tx: Tx, tenant: string, delivery: string): Promise<number> {
  const row = await tx
    .selectFrom('attempt')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('delivery', '=', delivery)
    .where('outcome', '=', 'lost')
    .executeTakeFirst()
  return row?.count ?? 0
}

export const attemptsOf = (database: Database, tenant: string, delivery: string): Promise<AttemptTable[]> =>
  database.read.selectFrom('attempt').selectAll().where('tenant', '=', tenant).where('delivery', '=', delivery).orderBy('id').execute()
