import { reject } from '../../model/errors.ts'
import type { Reader } from '../../store/in-list.ts'
import { countsOf, listDecisions } from '../../store/number-count.ts'
import { demandSince, insertResponses, lockResponse, settleResponse, signalsSince } from '../../store/number-warning.ts'
import { lockScheme, updateScheme } from '../../store/order-number.ts'
import type { NumberResponseTable, NumberSchemeTable } from '../../store/tables-numbers.ts'
import { decide, type NumberDesk, tellNumbers } from './desk.ts'
import { type Forecast, forecast, type Level, levelOf, type Signal, type SignalKind } from './forecast.ts'
import { periodEnd } from './format.ts'
import { switchScheme } from './put-scheme.ts'
import { capacityLeft, formatOf, type SchemeSettings, settingsOf } from './scheme.ts'

/** How far demand and signals are looked back at, in half-lives, and how many rows at most. */
const lookBack = 10
const mostRows = 10_000
const mostSignals = 100
const longestHalfLifeMs = 30 * 86_400_000

export interface Outlook extends Forecast {
  /** numbers that can be allotted: those that are free, and those that may be made */
  readonly remaining: number
  readonly signals: readonly Signal[]
}

/** What lies ahead of a scheme, from its counts, its requests and the signals (R315, R316). */
export async function outlook(read: Reader, row: NumberSchemeTable, now: number): Promise<Outlook> {
  const { tenant, name } = row
  const settings = settingsOf(row)
  const { halfLifeMs } = settings
  const format = formatOf(settings)
  const { available } = await countsOf(read, tenant, name)
  const remaining = available + (row.generation === 'on' ? capacityLeft(format, row, now) : 0)
  const from = now - lookBack * halfLifeMs
  const demand = await demandSince(read, tenant, name, from, mostRows)
  const since = demand.length === mostRows ? (demand.at(-1)?.at ?? from) : from
  const signals = (await signalsSince(read, tenant, name, now - lookBack * longestHalfLifeMs, mostSignals)).map(
    ({ kind, factor, at, half_life_ms }): Signal => ({ kind: kind as SignalKind, factor: Number(factor), at, halfLifeMs: half_life_ms }),
  )
  return { ...forecast({ remaining, demand, signals, now, halfLifeMs, since, until: periodEnd(format, now) }), remaining, signals }
}

export const levelNow = (row: Pick<NumberSchemeTable, 'level'>): Level => (row.level ?? 'ok') as Level

/**
 * Looks at a scheme (R309): where its level changes, the change is told, logged with its figures, and answered by the playbook. At the worst level a stop of the business is advised, and made where the scheme says
 * `autoStop`; when that is over a resume is advised, and made where the stop was the hub's own (R318).
 */
export async function warn(desk: NumberDesk, name: string): Promise<Level | undefined> {
  const { tx, tenant, now } = desk
  const row = await lockScheme(tx, tenant, name, false)
  if (row === undefined) return undefined
  const settings = settingsOf(row)
  const { remaining, signals, ...ahead } = await outlook(tx, row, now)
  const before = levelNow(row)
  const level = levelOf(before, remaining, ahead.exhaustedAt === null ? null : ahead.exhaustedAt - now, settings)
  if (level === before) return level
  await updateScheme(tx, row, { level })
  const { warnAt, criticalAt, warnMs, criticalMs } = settings
  const figures = { before, remaining, ...ahead, signals: signals.map((one) => ({ ...one })), warnAt, criticalAt, warnMs, criticalMs }
  await decide(desk, name, 'level', figures, level)
  tellNumbers(desk, 'number-alert', name, undefined, { level, ...figures })
  await respond(desk, name, level, settings.playbook)
  const advice = level === 'critical' ? 'stop' : before === 'critical' ? 'resume' : undefined
  if (advice === undefined) return level
  tellNumbers(desk, `business-${advice}-advised`, name, undefined, { level, ...figures })
  await decide(
    desk,
    name,
    `business-${advice}-advised`,
    { level, autoStop: settings.autoStop },
    settings.autoStop ? 'by the hub' : 'by a person',
  )
  if (settings.autoStop && (advice === 'stop' || (await isStoppedByHub(desk, name))))
    await switchScheme(desk, name, 'business', advice, { level, remaining }, 'the level of its numbers')
  return level
}

async function isStoppedByHub({ tx, tenant }: NumberDesk, name: string): Promise<boolean> {
  const log = await listDecisions(tx, tenant, name, { limit: 1000 })
  return log.find(({ kind }) => kind === 'business-stop' || kind === 'business-resume')?.actor === 'crossdock'
}

/** Preset responses to a level (R319); those that need an approval are proposed first. */
async function respond(
  { tx, tenant, now, newId }: NumberDesk,
  scheme: string,
  level: Level,
  playbook: SchemeSettings['playbook'],
): Promise<void> {
  await insertResponses(
    tx,
    playbook
      .filter(({ on }) => on === level)
      .map(({ action, assignee, approval }) => ({
        ...{ tenant, id: newId(), scheme, level, action, assignee, state: approval === true ? ('proposed' as const) : ('open' as const) },
        ...{ at: now, settled_at: null, settled_by: null, outcome: null },
      })),
  )
}

const steps: Readonly<Record<string, readonly NumberResponseTable['state'][]>> = {
  proposed: ['open', 'refused'],
  open: ['done', 'failed'],
}

/** Approves or refuses a proposed response, or records what came of one. @throws HubError (reject) `unknown-response`, `illegal-transition` */
export async function settle(
  desk: NumberDesk,
  id: string,
  to: NumberResponseTable['state'],
  outcome: string | null,
): Promise<NumberResponseTable> {
  const { tx, tenant, now, actor } = desk
  const row = await lockResponse(tx, tenant, id)
  if (row === undefined) throw reject('unknown-response', `there is no response '${id}' to an alert of order numbers`)
  if (!(steps[row.state] ?? []).includes(to))
    throw reject('illegal-transition', `the response is ${row.state}: it can become ${(steps[row.state] ?? ['nothing else']).join(' or ')}`)
  const after = { ...row, state: to, settled_at: now, settled_by: actor, outcome }
  await settleResponse(tx, row, after)
  await decide(desk, row.scheme, 'response', { response: id, action: row.action, before: row.state }, to, outcome)
  return after
}
