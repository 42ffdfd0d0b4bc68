import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { isObject, type Json, parseJson } from '../model/json.ts'
import { packageRoot } from '../package-root.ts'
import { insertMessages } from '../store/event-message.ts'
import { insertSubscription } from '../store/event-subscription.ts'
import type { EventMessageTable, EventSubscriptionTable } from '../store/tables.ts'
import { insertVerification } from '../store/verification.ts'
import { bounded, openMeter } from './meter.ts'
import { tenantFigures } from './tenant-figures.ts'
import { openTestHub, type TestHub, tenant } from './test-hub.ts'

const file = (name: string): string => readFileSync(join(packageRoot, 'docs', name), 'utf8')

/** Every text under the key `expr`, wherever it stands. */
function expressions(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => expressions(item))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, field]) =>
    key === 'expr' && typeof field === 'string' ? [field] : field === undefined ? [] : expressions(field),
  )
}
const metricNames = (expression: string): readonly string[] => expression.match(/\b(crossdock|process|nodejs)_[a-z0-9_]+/g) ?? []
const family = (name: string): string => name.replace(/_(bucket|sum|count)$/, '')

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub()
  // what is told of a verification is told once there was one
  const row = { tenant, id: 'V1', started_at: 1, ended_at: 2, whole: 1, differences: 0, mended: null } as const
  await hub.context.database.write((tx) => insertVerification(tx, { ...row, checked: '{}', body: '[]', asked_by: 'test' }))
})
afterAll(() => hub.close())

async function known(): Promise<ReadonlyMap<string, string>> {
  const figures = await tenantFigures(hub.context, hub.clock.now)
  const text = `${await figures.metrics()}\n${await openMeter().text()}`
  return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]))
}

describe.each([
  ['grafana.json', () => parseJson(file('grafana.json'))],
  ['alerts.yml', () => parse(file('alerts.yml')) as Json],
])('docs/%s', (_, read) => {
  test('asks for metrics that there are, in the form they have', async () => {
    const types = await known()
    const wrong = expressions(read()).flatMap((expression) =>
      metricNames(expression).filter((name) =>
        family(name) === name
          ? !types.has(name) || types.get(name) === 'histogram'
          : types.get(family(name)) !== 'histogram' && !types.has(name),
      ),
    )
    expect(wrong).toEqual([])
    expect(expressions(read()).length).toBeGreaterThan(10)
  })
})

test('receivers of events: what waits, its age, what was given up, and their state', async () => {
  const { database, tenant: own } = hub.context
  const receiver = (name: string, more: Partial<EventSubscriptionTable>): EventSubscriptionTable => ({
    ...{ tenant: own, id: name, name, url: 'https://x.example', filter: '{"types":["*"]}', content: 'open', state: 'active', reason: null },
    ...{ fails: 0, failing_since: null, ready_at: 0, lease_until: 0, lease_token: null, former_until: null, last_sent_at: null },
    ...{ last_error: null, created_by: 'test', created_at: 1, changed_at: 1 },
    ...more,
  })
  const message = (subscription: string, event: string, state: EventMessageTable['state']): EventMessageTable => ({
    tenant: own,
    subscription,
    event,
    subject: 's',
    type: 'order.created',
    state,
    due_at: 1,
    attempts: 0,
    last_error: null,
    created_at: hub.clock.now - 90_000,
    ended_at: null,
  })
  await database.write(async (tx) => {
    await insertSubscription(tx, receiver('bi', {}))
    await insertSubscription(tx, receiver('erp', { state: 'paused', reason: 'failing' }))
    await insertMessages(tx, [
      message('bi', 'E1', 'due'),
      message('bi', 'E2', 'due'),
      message('bi', 'E3', 'dead'),
      message('bi', 'E4', 'sent'),
    ])
  })
  const text = await (await tenantFigures(hub.context, hub.clock.now)).metrics()
  for (const line of [
    'crossdock_event_receiver_waiting{receiver="bi"} 2',
    'crossdock_event_receiver_oldest_seconds{receiver="bi"} 90',
    'crossdock_event_receiver_dead{receiver="bi"} 1',
    'crossdock_event_receiver_state{receiver="bi",state="active"} 1',
    'crossdock_event_receiver_waiting{receiver="erp"} 0',
    'crossdock_event_receiver_state{receiver="erp",state="paused"} 1',
  ])
    expect(text).toContain(line)
})

test('the dashboard shows every metric of the hub', async () => {
  const shown = new Set(
    expressions(parseJson(file('grafana.json')))
      .flatMap(metricNames)
      .map(family),
  )
  const own = [...(await known()).keys()].filter((name) => name.startsWith('crossdock_'))
  // sums over all time, whose rates are shown by finer ones
  const finer = ['crossdock_receipts_total', 'crossdock_attempts_total', 'crossdock_runs_total', 'crossdock_run_seconds']
  expect(own.filter((name) => !shown.has(name) && !finer.includes(name))).toEqual([])
})

describe('the number of series is bounded', () => {
  test('names beyond the limit share one', () => {
    const name = bounded(2)
    expect(['a', 'b', 'c', 'a', 'd'].map(name)).toEqual(['a', 'b', 'other', 'a', 'other'])
  })

  test('a thousand reasons of deliveries become a hundred and one', async () => {
    const { database, tenant } = hub.context
    const { deliveryRow } = await import('./test-rows.ts')
    await database.write(async (tx) => {
      for (let i = 0; i < 300; i++)
        await tx
          .insertInto('delivery')
          .values(deliveryRow(tenant, `R${i}`, { state: 'dead', reason: `word-${i}:${i}` }))
          .execute()
    })
    const text = await (await tenantFigures(hub.context, hub.clock.now)).metrics()
    const lines = text.split('\n').filter((line) => line.startsWith('crossdock_deliveries{'))
    expect(lines.length).toBe(101)
    expect(lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)).toBe(300)
    expect(text).not.toContain(':1"')
  })
})

test('what a process does is counted', async () => {
  const meter = openMeter()
  meter.webhook('shop', 200)
  meter.committed(7, 0.004, 'committed')
  meter.committed(3, 0.004, 'failed')
  meter.applied(5, 0.01)
  meter.tried('erp', 'retry', 0.2)
  meter.ran('pull', 'erp', 'orders', 'failed', 3)
  const text = await meter.text()
  for (const line of [
    'crossdock_webhooks_total{connection="shop",status="200"} 1',
    'crossdock_commit_group_receipts_sum 7',
    'crossdock_commit_seconds_count{end="failed"} 1',
    'crossdock_apply_batch_envelopes_sum 5',
    'crossdock_attempt_seconds_count{connection="erp",outcome="retry"} 1',
    'crossdock_runs_total{kind="pull",connection="erp",stream="orders",end="failed"} 1',
  ])
    expect(text).toContain(line)
})
