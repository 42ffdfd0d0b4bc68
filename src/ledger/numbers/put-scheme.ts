import { reject } from '../../model/errors.ts'
import { insertCounts } from '../../store/number-count.ts'
import { findScheme, insertScheme, lockScheme, updateScheme } from '../../store/order-number.ts'
import type { NumberSchemeTable } from '../../store/tables-numbers.ts'
import { decide, type NumberDesk } from './desk.ts'
import { periodOf } from './format.ts'
import { generate } from './generate.ts'
import { absentScheme, formatOf, type SchemeSettings } from './scheme.ts'

/**
 * Makes a scheme, or gives it other settings; numbers that were made stay as they are. `seen`: the version it is changed from.
 * @throws HubError (reject) `number-scheme` for settings that cannot be, `version-moved` when somebody was faster
 */
export async function putScheme(
  desk: NumberDesk,
  name: string,
  settings: SchemeSettings,
  seen: number | undefined,
): Promise<NumberSchemeTable> {
  const { tx, tenant, now, actor } = desk
  const format = formatOf(settings)
  const fresh: NumberSchemeTable = {
    ...{ tenant, name, version: 1, settings: JSON.stringify(settings), generation: 'on', business: 'open', level: null },
    ...{ period: periodOf(format, now), next_seq: 1, next_place: 1, changed_at: now, changed_by: actor },
  }
  const isNew = await insertScheme(tx, fresh)
  if (isNew) await insertCounts(tx, tenant, name)
  const before = (await lockScheme(tx, tenant, name, true)) ?? fresh
  if ((seen ?? before.version) !== before.version || (isNew && seen !== undefined))
    throw reject('version-moved', `number scheme '${name}' is at version ${isNew ? 0 : before.version}, not ${seen}: read it again`)
  const after = isNew ? fresh : { ...before, version: before.version + 1, settings: fresh.settings, changed_at: now, changed_by: actor }
  if (!isNew) await updateScheme(tx, after, after)
  const { capacity } = format
  await decide(
    desk,
    name,
    'settings',
    { before: isNew ? null : before.settings, after: after.settings, capacity },
    `version ${after.version}`,
  )
  await generate(desk, name, 0)
  return (await findScheme(tx, tenant, name)) ?? after
}

/** Stops or resumes making numbers, or allotting them, which is the business (R317, R318). Repeating it changes nothing. @throws HubError `unknown-number-scheme` (reject) */
export async function switchScheme(
  desk: NumberDesk,
  name: string,
  what: 'generation' | 'business',
  to: 'stop' | 'resume',
  inputs: Readonly<Record<string, string | number | null>>,
  why: string | null,
): Promise<NumberSchemeTable> {
  const { tx, tenant, now, actor } = desk
  const row = await lockScheme(tx, tenant, name, true)
  if (row === undefined) throw absentScheme(name)
  const change =
    what === 'generation'
      ? ({ generation: to === 'stop' ? 'off' : 'on' } as const)
      : ({ business: to === 'stop' ? 'stopped' : 'open' } as const)
  if (Object.entries(change).every(([column, value]) => row[column as keyof typeof row] === value)) return row
  await updateScheme(tx, row, { ...change, changed_at: now, changed_by: actor })
  await decide(desk, name, `${what}-${to}`, { before: row[what], ...inputs }, Object.values(change).join(), why)
  if (to === 'resume') await generate(desk, name, 0)
  return (await findScheme(tx, tenant, name)) ?? row
}
