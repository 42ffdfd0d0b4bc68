import { isZone } from './connector/time.ts'
import type { ShippingRules } from './ledger/lateness.ts'
import type { StatementKind } from './ledger/statements/content.ts'
import { isObject, type Json, type JsonObject } from './model/json.ts'
import type { Settings } from './pipeline/context.ts'
import { timingOf } from './workspace-streams.ts'

type Around = Parameters<typeof timingOf>[3]

const dayMs = 86_400_000

/** Built-in values of the settings; `schemas/meta/workspace.json` documents them. */
export const defaultSettings: Settings = {
  leaseMs: 90_000,
  sweepMs: 1_000,
  ingestBatch: 64,
  deliverConcurrency: 8,
  maxCrashes: 3,
  parkAlarmMs: 86_400_000,
  findingAlarmMs: 1_209_600_000,
  contractAlarmDays: 30,
  firstKeyDays: 14,
  pullPages: 1000,
  pullMs: 600_000,
  pullAhead: 1000,
  backfillAhead: 500,
  watchMs: 60_000,
  subscriptionMs: 3_600_000,
  retention: { alarmsDays: 400, plansDays: 400, eventsDays: 90 },
  verify: { kind: 'cron', cron: '30 3 * * *', zone: 'UTC', jitterMs: 900_000, misfire: 'once' },
}

/** The workspace's settings over the built-in ones. `file`: what faults of the environment are told of. */
export function settingsOf(
  value: Json | undefined,
  { around, env, file }: { readonly around: Around; readonly env: NodeJS.ProcessEnv; readonly file: string },
): Settings {
  const zone = zoneOf(value, around)
  return {
    ...withVerify(value, around),
    ...publicUrlOf(env, file, around.faults),
    ...pick(value),
    ...zone,
    ...statementsOf(value, zone.timeZone ?? 'UTC'),
  }
}

/** Statements come on a day of each month that every month has, at a time of the operator's zone. */
function statementsOf(value: Json | undefined, zone: string): Pick<Settings, 'statements'> {
  const own = isObject(value) ? value.statements : undefined
  if (!isObject(own)) return {}
  const [hour, minute] = String(own.at ?? '02:00').split(':')
  const cron = `${Number(minute)} ${Number(hour)} ${Number(own.day ?? 1)} * *`
  const kinds = Array.isArray(own.kinds) ? own.kinds.map((kind) => String(kind) as StatementKind) : []
  return { statements: { kinds, publish: own.publish === true, timing: { kind: 'cron', cron, zone, jitterMs: 0, misfire: 'once' } } }
}

/** The zone decides on which day a contract begins or a number is of: a wrong one must not be found out by its figures. */
function zoneOf(value: Json | undefined, { locate, faults }: Around): Pick<Settings, 'timeZone'> {
  const zone = isObject(value) ? value.timeZone : undefined
  if (typeof zone !== 'string') return {}
  if (isZone(zone)) return { timeZone: zone }
  faults.push({
    ...locate(['settings', 'timeZone']),
    code: 'time-zone',
    severity: 'error',
    message: `'${zone}' is no IANA time zone`,
    suggestion: 'write a name such as Asia/Shanghai',
  })
  return {}
}

/** Where partners reach this hub may differ from place to place, so that the environment may say it too; what the workspace says wins. */
function publicUrlOf({ CROSSDOCK_PUBLIC_URL: publicUrl }: NodeJS.ProcessEnv, file: string, faults: Around['faults']): Partial<Settings> {
  if (publicUrl === undefined || /^https?:\/\/\S{1,500}$/.test(publicUrl)) return publicUrl === undefined ? {} : { publicUrl }
  faults.push({
    code: 'public-url',
    severity: 'error',
    file,
    line: 1,
    column: 1,
    path: 'settings.publicUrl',
    message: 'the environment variable CROSSDOCK_PUBLIC_URL is no address',
    suggestion: 'write it like https://hub.example, or unset it',
  })
  return {}
}

/** The built-in settings with the workspace's own times of verification. */
function withVerify(value: Json | undefined, around: Around): Settings {
  const { verify: nightly, ...rest } = defaultSettings
  const own = isObject(value) && isObject(value.verify) ? value.verify : {}
  if (own.enabled === false) return rest
  const isTimed = own.every !== undefined || own.cron !== undefined
  return {
    ...defaultSettings,
    ...(isTimed ? { verify: timingOf({ zone: 'UTC', path: ['settings', 'verify'] }, own, dayMs, around) } : { verify: nightly }),
  }
}

function pick(value: Json | undefined): Partial<Settings> {
  if (!isObject(value)) return {}
  const numbers = Object.keys(defaultSettings).flatMap((name) => (typeof value[name] === 'number' ? [[name, value[name]]] : []))
  return {
    ...Object.fromEntries(numbers),
    ...(typeof value.ownApproval === 'boolean' ? { ownApproval: value.ownApproval } : {}),
    ...(typeof value.publicUrl === 'string' ? { publicUrl: value.publicUrl } : {}),
    ...(Array.isArray(value.eventNetworks) ? { eventNetworks: value.eventNetworks.map(String) } : {}),
    ...(isObject(value.shipping) ? { shipping: shippingOf(value.shipping) } : {}),
    ...(isObject(value.retention) ? { retention: { ...defaultSettings.retention, ...value.retention } } : {}),
  }
}

/** Hours and days after which something is late, where the workspace does not say. */
const usualRules = { notShippedHours: 48, noScanHours: 48, noMovementDays: 5, notDeliveredDays: 21 }

const shippingOf = ({ carriers, ...own }: JsonObject): ShippingRules => ({
  ...usualRules,
  ...own,
  carriers: new Map(
    Object.entries(isObject(carriers) ? carriers : {}).flatMap(([code, rules]) => (isObject(rules) ? [[code, rules]] : [])),
  ),
})
