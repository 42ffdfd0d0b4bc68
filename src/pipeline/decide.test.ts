import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { goneHash } from '../store/record.ts'
import type { DeliveryTable, EnvelopeTable, RecordTable } from '../store/tables.ts'
import { lifeOf } from './command-life.ts'
import { decide } from './decide.ts'

const envelope = (more: Partial<EnvelopeTable>): EnvelopeTable => ({
  tenant: 't',
  id: 'new',
  receipt: 'r',
  connection: 'c',
  stream: 's',
  lane: 0,
  key: 'k',
  version: null,
  op: 'upsert',
  slices: '[]',
  body_hash: 'b',
  as_of: 10,
  baseline: 0,
  authoritative: 0,
  state: 'received',
  reason: null,
  detail: null,
  waits_for: null,
  crashes: 0,
  revision: null,
  received_at: 10,
  settled_at: null,
  ...more,
})
const record = (more: Partial<RecordTable>): RecordTable => ({
  tenant: 't',
  connection: 'c',
  stream: 's',
  key: 'k',
  version: null,
  body_hash: 'a',
  envelope: 'old',
  at: 5,
  ...more,
})
const shown = (decision: ReturnType<typeof decide>) =>
  decision.kind === 'apply' ? 'apply' : `${decision.state}${decision.reason === null ? '' : `/${decision.reason}`}`
const again = { again: true, byTimeOfReading: false }
const alone = { again: false, byTimeOfReading: false }

describe('what a record is to the last one of its key', () => {
  const table: readonly (readonly [string, Partial<RecordTable> | undefined, Partial<EnvelopeTable>, string, string])[] = [
    ['nothing before', undefined, { version: '1' }, 'apply', 'apply'],
    ['newer', { version: '1' }, { version: '2' }, 'apply', 'apply'],
    ['older', { version: '2' }, { version: '1' }, 'stale', 'stale'],
    ['older answer to a question', { version: '2' }, { version: '1', authoritative: 1 }, 'stale', 'stale'],
    ['same', { version: '1', body_hash: 'b' }, { version: '1' }, 'unchanged', 'unchanged'],
    ['same version, other content', { version: '1' }, { version: '1' }, 'ignored/refetch', 'dead/conflict'],
    ['same version, other content, asked for', { version: '1' }, { version: '1', authoritative: 1 }, 'apply', 'apply'],
    ['no version, other content', {}, {}, 'ignored/refetch', 'apply'],
    ['no version, other content, read earlier', { at: 11 }, {}, 'ignored/refetch', 'stale'],
    ['no version, same content', { body_hash: 'b' }, {}, 'unchanged', 'unchanged'],
    ['the same envelope again', { version: '2', envelope: 'new' }, { version: '2' }, 'apply', 'apply'],
    ['delete', { version: '2' }, { op: 'delete' }, 'apply', 'apply'],
    ['delete of an older version', { version: '2' }, { op: 'delete', version: '1' }, 'stale', 'stale'],
    ['delete of what is gone', { body_hash: goneHash }, { op: 'delete' }, 'unchanged', 'unchanged'],
    ['newer after a delete', { version: '1', body_hash: goneHash }, { version: '2' }, 'ignored/refetch', 'apply'],
    ['older after a delete', { version: '2', body_hash: goneHash }, { version: '1' }, 'stale', 'stale'],
    ['read before the delete', { version: '1', body_hash: goneHash, at: 11 }, { version: '2' }, 'ignored/refetch', 'stale'],
    ['asked for after a delete', { version: '1', body_hash: goneHash }, { version: '1', authoritative: 1 }, 'apply', 'apply'],
  ]
  test.each(table)('%s', (_, last, incoming, withKey, without) => {
    const before = last === undefined ? undefined : record(last)
    expect(shown(decide(before, envelope(incoming), again))).toBe(withKey)
    expect(shown(decide(before, envelope(incoming), alone))).toBe(without)
  })

  test('what is ordered by the time of reading never asks again', () => {
    expect(shown(decide(record({ version: '1' }), envelope({ version: '1' }), { again: true, byTimeOfReading: true }))).toBe('apply')
  })

  test('what only adds facts counts in whatever order it comes; the same content changes nothing, and nobody is asked', () => {
    const facts = { again: true, byTimeOfReading: false, additive: true }
    const last = record({ version: null, body_hash: 'b2', at: 200 })
    expect(shown(decide(last, envelope({ version: null, body_hash: 'b1', as_of: 100 }), facts))).toBe('apply')
    expect(shown(decide(last, envelope({ version: null, body_hash: 'b2', as_of: 300 }), facts))).toBe('unchanged')
  })

  test('an older version never overwrites a newer one, in whatever order they come', () => {
    const versions = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(versions, fc.boolean(), (order, canAsk) => {
        let last: RecordTable | undefined
        const applied: number[] = []
        for (const n of order) {
          const incoming = envelope({ id: `e${n}`, version: String(n), body_hash: `b${n}`, as_of: n })
          if (decide(last, incoming, { again: canAsk, byTimeOfReading: false }).kind !== 'apply') continue
          applied.push(n)
          last = record({ version: String(n), body_hash: `b${n}`, envelope: `e${n}`, at: n })
        }
        expect(applied).toEqual([...applied].sort((a, b) => a - b))
        expect(applied.at(-1)).toBe(Math.max(...order))
      }),
      { seed: 20261123, numRuns: 300 },
    )
  })
})

describe('the life of a command', () => {
  const duty = (op: DeliveryTable['op'], state: string, id: string = op): DeliveryTable => ({
    tenant: 't',
    id,
    route: 'r',
    connection: 'c',
    action: 'a',
    op,
    type: 'd',
    key: 'k',
    document_version: 1,
    effect_key: id,
    generation: 0,
    lane: 'l',
    state,
    reason: null,
    waits_for: null,
    body: null,
    partner_key: null,
    attempts: 1,
    due_at: 0,
    ambiguous: 0,
    shadow: 0,
    revision: null,
    created_at: 0,
    settled_at: null,
    trace: null,
  })
  test.each([
    ['nothing yet', [], { stage: 'none', creates: 0 }],
    ['created', [duty('create', 'delivered')], { stage: 'begun', creates: 1 }],
    ['closed before it was sent', [duty('create', 'cancelled')], { stage: 'none', creates: 1 }],
    ['cancel under way', [duty('create', 'delivered'), duty('cancel', 'waiting')], { stage: 'begun', cancel: { state: 'waiting' } }],
    ['cancelled', [duty('create', 'delivered'), duty('change', 'delivered'), duty('cancel', 'delivered')], { stage: 'none', creates: 1 }],
    ['cancel refused', [duty('create', 'delivered'), duty('cancel', 'cancelled')], { stage: 'begun', creates: 1 }],
    [
      'made again',
      [duty('create', 'delivered'), duty('cancel', 'delivered'), duty('create', 'due', 'second')],
      { stage: 'begun', creates: 2, create: { id: 'second' }, changes: [] },
    ],
  ] as const)('%s', (_, duties, life) => {
    expect(lifeOf(duties)).toMatchObject(life)
  })
})
