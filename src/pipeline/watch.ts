import { firstId } from '../model/id.ts'
import { readPosition, savePosition } from '../store/cursor.ts'
import type { Tx } from '../store/database.ts'
import { holdRun, type RunLease, wantRun } from '../store/schedule.ts'
import type { AlarmTable, TrafficTable } from '../store/tables.ts'
import { forgetTraffic, hourMs, saveTraffic, trafficOfHours, webhookTimes } from '../store/traffic.ts'
import { settleAlarms } from './alarms.ts'
import { conditionsNow } from './conditions.ts'
import type { Context } from './context.ts'
import { moveContracts } from './contract-clock.ts'
import { tendDeposits } from './deposits.ts'
import { settlePrices } from './due-prices.ts'
import { boundBacklogs } from './event-watch.ts'
import { tendNumbers } from './numbers.ts'
import { defaultPagesPerMinute, wantRange } from './ranges.ts'
import { resettle, restateBooks } from './restate-parties.ts'
import { idsSettleMs } from './settled-ids.ts'
import { learnedHours } from './silence.ts'

/** Receipts counted in one transaction, and transactions of one look. */
const batch = 5000
const mostBatches = 40
/** Before the silence began, by the clock of a partner that may be late. */
const gapMarginMs = 900_000

/** One look at everything that partners owe us: counts what came, opens and closes alarms, and asks for what a silence may have swallowed. */
export async function watch(context: Context, lease: RunLease): Promise<void> {
  await countWebhooks(context, lease)
  await restateBooks(context, lease)
  await resettle(context, lease)
  await moveContracts(context, lease)
  await tendNumbers(context, lease)
  await settlePrices(context, lease)
  await tendDeposits(context, lease)
  await boundBacklogs(context)
  const { database, tenant, settings } = context
  const conditions = await conditionsNow(context)
  const opened = await database.write(async (tx) => {
    const now = await database.now()
    await holdRun(tx, tenant, lease, now + settings.leaseMs)
    const fresh = await settleAlarms(context, tx, conditions, now)
    for (const alarm of fresh) if (alarm.kind === 'silence') await answerSilence(context, tx, alarm, now)
    return fresh
  })
  for (const { kind, connection, stream, message } of opened) context.log.warn({ alarm: kind, connection, stream }, message)
  if (opened.length > 0) context.bell.ring({ kind: 'notify' })
}

/** Adds the webhooks that came since the last look to the counts of their hours. */
async function countWebhooks(context: Context, lease: RunLease): Promise<void> {
  const { database, tenant, settings } = context
  for (let round = 0; round < mostBatches; round++) {
    const more = await database.write(async (tx) => {
      const now = await database.now()
      await holdRun(tx, tenant, lease, now + settings.leaseMs)
      const oldest = now - learnedHours * hourMs
      const after = (await readPosition(tx, tenant, '', 'traffic')) ?? firstId(oldest)
      const found = await webhookTimes(tx, tenant, { after, before: firstId(now - idsSettleMs), limit: batch })
      const last = found.at(-1)
      if (last === undefined) return false
      await addTraffic(tx, tenant, found)
      await savePosition(tx, tenant, '', 'traffic', last.id, now)
      await forgetTraffic(tx, tenant, Math.floor(oldest / hourMs))
      return found.length === batch
    })
    if (!more) return
  }
}

async function addTraffic(tx: Tx, tenant: string, found: Awaited<ReturnType<typeof webhookTimes>>): Promise<void> {
  const added = new Map<string, TrafficTable>()
  for (const { connection, topic, received_at } of found) {
    const hour = Math.floor(received_at / hourMs)
    const name = `${connection}\0${topic ?? ''}\0${hour}`
    const row = added.get(name)
    const lastAt = Math.max(row?.last_at ?? 0, received_at)
    added.set(name, { tenant, connection, topic: topic ?? '', hour, events: (row?.events ?? 0) + 1, last_at: lastAt })
  }
  const hours = [...new Set([...added.values()].map(({ hour }) => hour))]
  for (const row of await trafficOfHours(tx, tenant, hours)) {
    const name = `${row.connection}\0${row.topic}\0${row.hour}`
    const more = added.get(name)
    if (more !== undefined) added.set(name, { ...more, events: more.events + row.events, last_at: Math.max(more.last_at, row.last_at) })
  }
  await saveTraffic(tx, [...added.values()])
}

/** The partner is asked for what it may not have told: its subscription is looked after, and the silent span is read again beside the live runs. */
async function answerSilence(context: Context, tx: Tx, alarm: AlarmTable, now: number): Promise<void> {
  const { connection, stream } = alarm
  const setup = context.catalogue().connections.get(connection ?? '')
  if (setup === undefined || stream === null) return
  await wantRun(tx, context.tenant, { connection: setup.name, stream: '', kind: 'subscription' }, now)
  const definition = setup.connector.streams[stream]
  if (definition?.call === null || definition === undefined) return
  if (definition.cursor === null || definition.cursor.format === 'counter') {
    await wantRun(tx, context.tenant, { connection: setup.name, stream, kind: 'pull' }, now)
    return
  }
  const since = (JSON.parse(alarm.detail ?? '{}') as { readonly silentSince?: string }).silentSince
  const from = (since === undefined ? now : Date.parse(since)) - gapMarginMs
  const range = { connection: setup.name, stream, kind: 'gap' as const, from, until: now, quiet: false }
  await wantRange(context, tx, { ...range, pagesPerMinute: defaultPagesPerMinute, askedBy: 'watch' }, now)
}
