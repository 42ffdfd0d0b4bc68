import { afterEach, expect, test } from 'vitest'
import type { Connector } from '../connector/types.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { tinyShop } from '../testing/tiny-connectors.ts'
import type { Ring } from './bell.ts'
import { openReceiver } from './receive.ts'
import { split } from './split.ts'

let bed: Bed
afterEach(() => bed.close())

const shop: Connector = {
  ...tinyShop,
  webhook: {
    verify: { kind: 'repeated', each: 'value', path: 'state', secret: '{config.secret}' },
    topic: {
      name: 'notifications',
      each: 'value',
      read: (item) => {
        const { of, id } = item as { readonly of: string; readonly id?: string }
        if (of === 'both') return [{ topic: 'orders' }, { topic: 'items' }]
        return id === undefined ? { topic: of } : { topic: of, key: id }
      },
    },
    topics: {
      orders: { stream: 'orders', carries: 'key', records: 'value' },
      items: { stream: 'items', carries: 'key', records: 'value' },
    },
    ack: { status: 200 },
  },
}

async function told(...items: readonly object[]) {
  bed = await openBed({ shop })
  const rings: Ring[] = []
  const context = { ...bed.context, bell: { ...bed.context.bell, ring: (ring: Ring) => rings.push(ring) } }
  await bed.database.write((tx) =>
    tx
      .updateTable('schedule')
      .set({ next_at: bed.clock.now + 3_600_000 })
      .execute(),
  )
  const body = Buffer.from(JSON.stringify({ value: items.map((item) => ({ state: 'secret-of-the-hook', ...item })) }))
  expect(await openReceiver(context).receive('shop', {}, body, bed.clock.now)).toMatchObject({ status: 200 })
  expect(await split(context)).toBe(1)
  const envelopes = await bed.database.read.selectFrom('envelope').selectAll().orderBy('id').execute()
  const due = await bed.database.read.selectFrom('schedule').selectAll().where('wanted_at', 'is not', null).execute()
  return {
    envelopes: envelopes.map(({ stream, key, state, reason }) => ({ stream, key, state, reason })),
    words: envelopes.map(({ detail }) => detail),
    rings: rings.filter(({ kind }) => kind === 'pull' || kind === 'refetch'),
    due: due.map(({ connection, stream, kind }) => `${connection}/${stream}/${kind}`),
  }
}

test('every record that one message names is read again by its key', async () => {
  const { envelopes, rings, due } = await told({ of: 'orders', id: '1' }, { of: 'orders', id: '2' })
  expect(envelopes).toEqual(['1', '2'].map((key) => ({ stream: 'orders', key, state: 'ignored', reason: 'refetch' })))
  expect(rings).toEqual([{ kind: 'refetch', connection: 'shop' }])
  expect(due).toEqual([])
})

test('where more changed than is named, the stream is read now, and that is written down', async () => {
  const { envelopes, words, rings, due } = await told({ of: 'orders' })
  expect(due).toEqual(['shop/orders/pull'])
  expect(rings).toEqual([{ kind: 'pull', connection: 'shop', stream: 'orders' }])
  expect(envelopes).toMatchObject([{ state: 'ignored', reason: 'filtered' }])
  expect(words[0]).toContain('read now: orders')
})

test('a thing that the connector does not read leaves its mark beside those it does', async () => {
  const { envelopes, words } = await told({ of: 'people', id: '1' }, { of: 'orders', id: '2' })
  expect(envelopes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ stream: 'orders', key: '2', reason: 'refetch' }),
      expect.objectContaining({ state: 'ignored', reason: 'unknown-topic' }),
    ]),
  )
  expect(words.join()).toContain('1 of the things told')
})

test('what several streams read is told to each of them', async () => {
  const { due, words } = await told({ of: 'both' })
  expect(due).toEqual(['shop/items/pull', 'shop/orders/pull'])
  expect(words).toHaveLength(1)
})
