import { describe, expect, test } from 'vitest'
import type { Ring } from '../pipeline/bell.ts'
import { readRing } from './bull-worker.ts'

/** One ring of every kind: a new kind does not compile until it stands here. */
const rings: { readonly [K in Ring['kind']]: Ring & { readonly kind: K } } = {
  split: { kind: 'split' },
  ingest: { kind: 'ingest', lane: 70 },
  deliver: { kind: 'deliver', connection: 'shop' },
  refetch: { kind: 'refetch', connection: 'shop' },
  pull: { kind: 'pull', connection: 'shop', stream: 'orders' },
  job: { kind: 'job', job: 'replenish', connection: '', stream: '' },
  backfill: { kind: 'backfill', id: 'B1' },
  notify: { kind: 'notify' },
  events: { kind: 'events', subscription: 'S1' },
}

describe('a ring that went through Redis', () => {
  test.each(Object.entries(rings))('of kind %s is the same', (_, ring) => {
    expect(readRing(JSON.parse(JSON.stringify({ ...ring, more: 'of another version' })))).toEqual(ring)
  })

  test.each(Object.entries(rings).filter(([, ring]) => Object.keys(ring).length > 1))(
    'of kind %s is none when a name in it is something else',
    (_, ring) => {
      for (const field of Object.keys(ring)) {
        const { [field]: _left, ...others } = { ...ring } as Record<string, unknown>
        for (const broken of [others, { ...ring, [field]: { deep: 1 } }, { ...ring, [field]: null }])
          expect(readRing(broken), field).toBeUndefined()
      }
    },
  )

  test('is none when somebody else put it there', () => {
    const job = { kind: 'job', job: 'toString', connection: '', stream: '' }
    for (const data of [null, 'split', 7, {}, { kind: 'drop' }, { kind: 'constructor' }, job]) expect(readRing(data)).toBeUndefined()
  })
})
