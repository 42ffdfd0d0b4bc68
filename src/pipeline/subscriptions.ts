import { openAlarms } from '../store/alarm.ts'
import { writeAudit } from '../store/audit.ts'
import { findConnection } from '../store/connection.ts'
import { holdRun, type RunLease } from '../store/schedule.ts'
import { stored } from './alarms.ts'
import type { ConnectionSetup, Context } from './context.ts'
import { silenceSubject } from './silence.ts'

/** Topics of the streams that this connection reads: what the partner has to send. */
export const topicsOf = ({ connector, streams }: ConnectionSetup): readonly string[] =>
  Object.entries(connector.webhook?.topics ?? {}).flatMap(([topic, { stream }]) => (streams.has(stream) ? [topic] : []))

/** Makes the partner's subscriptions what they should be: those that are missing are made, those that are off, or silent although more was expected, are woken. What was done is written down. */
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
  const base = settings.publicUrl.replace(/\/+$/, '')
  const addresses = [row.hook_token, row.hook_token_old].flatMap((token) => (token === null ? [] : [`${base}/hooks/${token}`]))
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
