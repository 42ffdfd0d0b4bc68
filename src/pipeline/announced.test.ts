import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Announcement } from '../connector/announce.ts'
import { openAlarms } from '../store/alarm.ts'
import { later } from '../testing/bed-questions.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { announcedNow, openHearing } from './announced.ts'

let bed: Bed
beforeEach(async () => {
  bed = await openBed({ routes: [] })
})
afterEach(() => bed.close())

const minute = 60_000
const ends: Announcement = { kind: 'sunset', at: Date.parse('2026-12-31T00:00:00Z'), link: 'https://shop.example/v2', words: null }
const hearing = () => openHearing({ database: bed.database, tenant: 'default', log: bed.context.log, clock: bed.context.clock })
const alarms = async () => (await openAlarms(bed.database.read, 'default')).filter(({ kind }) => kind === 'sunset')

test('what a partner announces is one alarm, however often and in how many processes it is heard, and is over a week after it was heard last', async () => {
  const [one, other] = [hearing(), hearing()]
  for (let i = 0; i < 3; i++) for (const hub of [one, other]) hub.heard('shop', ends, 'GET /orders')
  one.heard('shop', { kind: 'deprecation', at: null, link: null, words: 'field total' }, 'GET /items')
  await Promise.all([one.settled(), other.settled()])
  await later(bed, minute)
  expect(await alarms()).toMatchObject([
    {
      subject: 'sunset/shop',
      times: 1,
      message:
        'shop: what is asked for ends 2026-12-31T00:00:00.000Z (https://shop.example/v2), said by GET /orders, and 1 more; the connector has to ask for what comes after it',
    },
  ])
  const [before] = await alarms()

  // it is said again day after day, and stays the same alarm
  for (let day = 0; day < 9; day++) {
    await later(bed, 24 * 60 * minute)
    one.heard('shop', ends, 'GET /orders')
    await one.settled()
  }
  await later(bed, minute)
  expect((await alarms()).map(({ id }) => id)).toEqual([before?.id])
  expect((await alarms())[0]?.message).not.toContain('more')
  await later(bed, 8 * 24 * 60 * minute)
  expect(await alarms()).toEqual([])
})

test('a partner that tells ever new things fills no table, and what it goes on telling stays', async () => {
  const hub = hearing()
  const tell = async (words: string) => {
    hub.heard('shop', { kind: 'deprecation', at: null, link: null, words }, 'GET /items')
    await hub.settled()
  }
  const words = async () => (await announcedNow(bed.database, 'default', bed.clock.now)).map((row) => row.words)
  for (let i = 1; i <= 103; i++) await tell(`reason ${i}`)
  expect(await words()).toHaveLength(100)
  expect(await words()).not.toContain('reason 101')
  for (let day = 0; day < 8; day++) {
    await later(bed, 24 * 60 * minute)
    await tell('reason 1')
  }
  await tell('the end')
  expect((await words()).toSorted()).toEqual(['reason 1', 'the end'])
  expect(await bed.database.read.selectFrom('announcement').select('hash').execute()).toHaveLength(2)
})
