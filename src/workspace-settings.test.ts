import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadWorkspace } from './workspace.ts'

async function load(files: { readonly 'crossdock.json': string }) {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-settings-'))
  try {
    writeFileSync(join(folder, 'crossdock.json'), files['crossdock.json'])
    return await loadWorkspace(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('hands on when things are late, with the times of carriers, and when the ledger is verified', async () => {
  const own = '"shipping": { "noScanHours": 12, "carriers": { "china-post": { "notDeliveredDays": 60 } } }'
  const { faults, settings } = await load({
    'crossdock.json': `{ "connections": {}, "settings": { ${own}, "verify": { "cron": "0 2 * * *", "timeZone": "Europe/Berlin" } } }`,
  })
  expect(faults).toEqual([])
  expect(settings.shipping).toEqual({
    notShippedHours: 48,
    noScanHours: 12,
    noMovementDays: 5,
    notDeliveredDays: 21,
    carriers: new Map([['china-post', { notDeliveredDays: 60 }]]),
  })
  expect(settings.verify).toMatchObject({ kind: 'cron', cron: '0 2 * * *', zone: 'Europe/Berlin' })
  const off = await load({ 'crossdock.json': '{ "connections": {}, "settings": { "verify": { "enabled": false } } }' })
  expect([off.settings.verify, off.settings.shipping]).toEqual([undefined, undefined])
  expect((await load({ 'crossdock.json': '{ "connections": {} }' })).settings.verify).toMatchObject({ cron: '30 3 * * *', zone: 'UTC' })
  const wrong = await load({ 'crossdock.json': '{ "connections": {}, "settings": { "verify": { "cron": "0 99 * * *" } } }' })
  expect(wrong.faults.map(({ code }) => code)).toContain('bad-cron')
})

test("the operator's zone decides on days, and one that is none is told", async () => {
  const { settings, faults } = await load({ 'crossdock.json': '{ "connections": {}, "settings": { "timeZone": "Asia/Shanghai" } }' })
  expect([settings.timeZone, faults]).toEqual(['Asia/Shanghai', []])
  const wrong = await load({ 'crossdock.json': '{ "connections": {}, "settings": { "timeZone": "Asia/Shanghia" } }' })
  expect([wrong.faults.map(({ code, path }) => [code, path]), wrong.settings.timeZone]).toEqual([
    [['time-zone', 'settings.timeZone']],
    undefined,
  ])
})

test('statements come by the clock of the operator, on a day that every month has', async () => {
  const of = (statements: string) =>
    load({ 'crossdock.json': `{ "connections": {}, "settings": { "timeZone": "Asia/Shanghai", "statements": ${statements} } }` })
  const usual = await of('{ "kinds": ["supplier"] }')
  expect(usual.faults).toEqual([])
  expect(usual.settings.statements).toEqual({
    kinds: ['supplier'],
    publish: false,
    timing: { kind: 'cron', cron: '0 2 1 * *', zone: 'Asia/Shanghai', jitterMs: 0, misfire: 'once' },
  })
  const own = (await of('{ "kinds": ["merchant", "payout"], "day": 5, "at": "18:30", "publish": true }')).settings.statements
  expect(own).toMatchObject({ kinds: ['merchant', 'payout'], publish: true, timing: { cron: '30 18 5 * *' } })
  for (const wrong of ['{}', '{ "kinds": [] }', '{ "kinds": ["supplier"], "day": 31 }', '{ "kinds": ["supplier"], "at": "24:00" }'])
    expect((await of(wrong)).faults.length, wrong).toBeGreaterThan(0)
  expect((await load({ 'crossdock.json': '{ "connections": {} }' })).settings.statements).toBeUndefined()
})
