import type { Subscribing } from '../connector/access.ts'
import { openAlarms } from '../store/alarm.ts'
import { writeAudit } from '../store/audit.ts'
import { findConnection } from '../store/connection.ts'
import { holdRun, type RunLease } from '../store/schedule.ts'
import type { ConnectionTable } from '../store/tables.ts'
import { stored } from './alarms.ts'
import type { ConnectionSetup, Context, Settings } from './context.ts'
import { silenceSubject } from './silence.ts'

export type { Subscribing }

/** Topics of the streams that this connection reads: what the partner has to send. */
export const topicsOf = ({ connector, streams }: ConnectionSetup): readonly string[] =>
  Object.entries(connector.webhook?.topics ?? {}).flatMap(([topic, { stream }]) => (streams.has(stream) ? [topic] : []))

/** Where the partner sends to, the address of now first; none while the hub does not know where it is reached. */
export function hookAddresses({ publicUrl }: Settings, row: Pick<ConnectionTable, 'hook_token' | 'hook_token_old'>): readonly string[] {
  const base = publicUrl?.replace(/\/+$/, '')
  if (base === undefined) return []
  return [row.hook_token, row.hook_token_old].flatMap((token) => (token === null ? [] : [`${base}/hooks/${token}`]))
}

/** Makes the partner's subscriptions what they should be: those that are missing are made, those that will end are renewed, those that are off, or silent although more was expected, are woken. What was done is written down. */
export async function lookAfterSubscriptions(
  context: Context,
  setup: ConnectionSetup,
  lease: RunLease,
  signal: AbortSignal,
): Promise<void> {
  const { database, tenant, settings } = context
  const row = await findConnection(database.read, tenant, setup.name)
  const topics = topicsOf(setup)
  if (row === undefined || settings.publicUrl === undefined || topics.length === 0) return
  const open = new Set((await openAlarms(database.read, tenant)).map(({ subject }) => subject))
  const silent = topics.filter((topic) => open.has(stored(silenceSubject(setup.name, topic))))
  const addresses = hookAddresses(settings, row)
  const answers = await context.access(setup).subscribe({ addresses, topics, silent }, signal)
  const mended = answers.filter(({ found }) => found !== 'works')
  if (mended.length === 0) return
  context.log.info({ connection: setup.name, mended }, 'webhook subscriptions were made or woken')
  await database.write(async (tx) => {
    const now = await database.now()
    await holdRun(tx, tenant, lease, now + settings.leaseMs)
    await writeAudit(tx, {
      tenant,
      id: context.newId(),
      at: now,
      who: 'crossdock',
      act: 'subscribe',
      connection: setup.name,
      detail: { mended },
    })
  })
}
