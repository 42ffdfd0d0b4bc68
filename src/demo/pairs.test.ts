import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../package-root.ts'
import type { Context } from '../pipeline/context.ts'
import { type PairName, pairNames, subscribedByHub } from '../simulator/day/pair-names.ts'
import { listAudit } from '../store/audit.ts'
import { hubCounts } from './counts.ts'
import { type DayNews, playDay } from './day.ts'
import { reportOf } from './report.ts'

const nobody: DayNews = { started() {}, up() {}, baseline() {}, progress() {}, crosswalk() {}, rest() {} }

/** What the hub found of the subscriptions at `harbour-erp`, before it made them what they should be. */
const mendedOf = async ({ database, tenant }: Context): Promise<ReadonlySet<string>> => {
  const lines = await listAudit(database.read, tenant, { connection: 'harbour-erp', act: 'subscribe' }, 100)
  return new Set(
    lines.flatMap(({ detail }) => (JSON.parse(String(detail)) as { mended: { found: string }[] }).mended.map(({ found }) => found)),
  )
}

/** Where each dead letter came from and why: what a day with one too many is asked first. */
const deadOf = async ({ database, tenant }: Context): Promise<readonly string[]> => {
  const rows = await database.read
    .selectFrom('envelope')
    .select(['connection', 'stream', 'reason', 'detail'])
    .where('tenant', '=', tenant)
    .where('state', '=', 'dead')
    .execute()
  return rows.map(({ connection, stream, reason, detail }) => `${connection} ${stream} ${reason}: ${detail}`)
}

const play = async (pair: PairName, scale: number) => {
  const data = mkdtempSync(join(tmpdir(), 'crossdock-pair-'))
  const workspace = join(packageRoot, 'workspaces', `demo-${pair.replace('+', '-')}`)
  const config = { workspace, data, host: '127.0.0.1', port: 0, logLevel: 'silent' as const, watch: false }
  try {
    const day = await playDay(config, { seed: 4, scale, pace: 3, faults: 'on', pair, patienceMs: 60_000 }, nobody)
    try {
      const { context } = day.hub
      return {
        report: reportOf(day, await hubCounts(context)),
        records: day.records,
        mended: await mendedOf(context),
        dead: await deadOf(context),
      }
    } finally {
      await day.stop()
    }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

// the first pair is played by the demo itself, and by its runs without a safeguard
test.each(pairNames.slice(1))('a small day of %s foots, with everything that goes wrong', { timeout: 120_000 }, async (pair) => {
  const { report, records, mended, dead } = await play(pair, 0.01)
  expect(report.problems, dead.join('\n')).toEqual([])
  expect(Object.keys(report.foots).length).toBeGreaterThan(50)
  expect({ lost: report.lost, doubled: report.doubled, outOfOrder: report.outOfOrder }).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 })
  expect(records.figures.shops['shop-us'].orders).toBeGreaterThan(10)
  expect(records.trackingNumbers).toBe(records.figures.shops['shop-us'].shipped + records.figures.shops['shop-eu'].shipped)
  expect(records.supplierSales).toBe(records.figures.supplier.purchases)
  expect([...mended].sort()).toEqual(subscribedByHub.has(pair) ? ['ends', 'missing'] : [])
  // a sale whose answer was lost, a webhook that never came: the day was not a quiet one
  expect(report.faults['answer-lost']).toBeGreaterThan(0)
  expect(report.faults.missing).toBeGreaterThan(0)
})
