import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../store/database.ts'
import { listDecisions } from '../../store/number-count.ts'
import { findScheme } from '../../store/order-number.ts'
import { openTestStore } from '../../testing/test-store.ts'
import { allot } from './allot.ts'
import { numbersAt } from './numbers-bed.ts'
import { putScheme } from './put-scheme.ts'
import { defaultScheme } from './scheme.ts'
import { warn } from './warn.ts'

let database: Database
const now = Date.parse('2026-11-30T15:00:00Z')
beforeAll(async () => {
  database = await openTestStore({ now: () => now })
})
afterAll(() => database.close())

const reached = async (autoStop: boolean, business: 'stopped' | 'open') => {
  const tenant = `t-${autoStop}`
  const run = numbersAt(database, tenant, 'crossdock')
  const settings = {
    ...defaultScheme,
    format: 'W{seq:2}',
    low: 5,
    high: 10,
    warnAt: 50,
    criticalAt: 20,
    warnMs: 0,
    criticalMs: 0,
    autoStop,
  }
  await run((desk) => putScheme(desk, 'web', settings, undefined))
  expect(await run((desk) => warn(desk, 'web'))).toBe('ok')
  await run((desk) => allot(desk, { scheme: 'web', request: 'r1', holder: 'shop', count: 90 }))
  for (let i = 0; i < 2; i++) expect(await run((desk) => warn(desk, 'web'))).toBe('critical')
  expect(await findScheme(database.read, tenant, 'web')).toMatchObject({ business, level: 'critical' })
  await run((desk) => putScheme(desk, 'web', { ...settings, format: 'W{seq:3}', maxLength: 4 }, undefined))
  expect(await run((desk) => warn(desk, 'web'))).toBe('ok')
  expect(await findScheme(database.read, tenant, 'web')).toMatchObject({ business: 'open', level: 'ok' })
  const lines = await database.read.selectFrom('journal').select('kind').where('tenant', '=', tenant).orderBy('id').execute()
  expect(lines.map(({ kind }) => kind)).toEqual([
    ...['number-allotted', 'number-alert', 'business-stop-advised', 'number-alert', 'business-resume-advised'],
  ])
  const log = await listDecisions(database.read, tenant, 'web', { limit: 50 })
  expect(log.filter(({ kind }) => kind === 'level').map(({ outcome }) => outcome)).toEqual(['ok', 'critical'])
  expect(JSON.parse(log.findLast(({ kind }) => kind === 'level')?.inputs ?? '')).toMatchObject({
    before: 'ok',
    remaining: 9,
    criticalAt: 20,
  })
}

test('a level that is reached is told once, and stops nothing by itself', () => reached(false, 'open'))
test('with autoStop a level that is reached stops the business, which goes on when it is over', () => reached(true, 'stopped'))
