import { closeDesk, type NumberDesk, openDesk } from '../ledger/numbers/desk.ts'
import { generate } from '../ledger/numbers/generate.ts'
import { endLeases } from '../ledger/numbers/settle.ts'
import { levelNow, outlook, warn } from '../ledger/numbers/warn.ts'
import type { Tx } from '../store/database.ts'
import { listSchemes } from '../store/order-number.ts'
import { holdRun, type RunLease } from '../store/schedule.ts'
import type { Condition } from './alarms.ts'
import type { Context } from './context.ts'

/** A unit of work on order numbers in one transaction. `ring` belongs after the commit. */
export async function workOnNumbers<T>(
  tx: Tx,
  { tenant, database, newId, bell }: Pick<Context, 'tenant' | 'database' | 'newId' | 'bell'>,
  actor: string,
  work: (desk: NumberDesk) => Promise<T>,
): Promise<{ readonly result: T; readonly ring: () => void }> {
  const clock = () => database.now()
  const desk = openDesk({ tx, tenant, now: await clock(), clock, newId, actor })
  const result = await work(desk)
  const told = await closeDesk(desk)
  let rung = false
  return {
    result,
    // every answer of this unit of work may call it
    ring: () => {
      if (!rung) for (const subscription of told) bell.ring({ kind: 'events', subscription })
      rung = true
    },
  }
}

const page = 100
/** Leases ended in one transaction, and transactions of one look at a scheme. */
const batch = 500
const mostBatches = 40

/** What the clock does for every scheme: leases that nobody asks about end, and numbers are made ahead. */
export async function tendNumbers(context: Context, lease: RunLease): Promise<void> {
  const { database, tenant, settings } = context
  for (let after = ''; ; ) {
    const schemes = await listSchemes(database.read, tenant, after, page)
    for (const scheme of schemes)
      for (let round = 0; round < mostBatches; round++) {
        const { result, ring } = await database.write(async (tx) => {
          await holdRun(tx, tenant, lease, (await database.now()) + settings.leaseMs)
          return workOnNumbers(tx, context, 'crossdock', async (desk) => {
            const ended = await endLeases(desk, scheme, batch)
            if (ended < batch) {
              await generate(desk, scheme.name, 0)
              await warn(desk, scheme.name)
            }
            return ended
          })
        })
        ring()
        if (result < batch) break
      }
    after = schemes.at(-1)?.name ?? after
    if (schemes.length < page) return
  }
}

/** Number schemes whose numbers are running out. */
export async function scarceNumbers({ database, tenant }: Context, now: number): Promise<readonly Condition[]> {
  const scarce: Condition[] = []
  for (let after = ''; ; ) {
    const schemes = await listSchemes(database.read, tenant, after, page)
    for (const row of schemes) {
      const level = levelNow(row)
      if (level === 'ok') continue
      const { remaining, exhaustedAt, confidence } = await outlook(database.read, row, now)
      scarce.push({
        subject: `numbers/${row.name}`,
        kind: 'numbers',
        connection: '',
        message: `number scheme ${row.name} has ${remaining} numbers left (${level})`,
        detail: { scheme: row.name, level, remaining, exhaustedAt, confidence },
      })
    }
    after = schemes.at(-1)?.name ?? after
    if (schemes.length < page) return scarce
  }
}
