import { expect, it } from 'vitest'
import { tinyShop } from '../testing/tiny-connectors.ts'
import type { Codec, Stream } from './types.ts'
import { whyCutAtOnce } from './uncut.ts'

const { orders = expect.unreachable() } = tinyShop.streams
const call = { path: '/lines' }
const child = { name: 'lines', records: 'lines', page: { kind: 'single' }, batch: 1, as: { kind: 'embed' } } as const
const [part = expect.unreachable()] = orders.parts
const asc = { paths: ['at'], format: 'iso', zone: null, order: 'asc', lookbackMs: 0 } as const
const counter = { paths: ['rev'], format: 'counter', order: 'asc', lookback: 0, first: 0 } as const
const byCodec: Codec = { contentTypes: ['text/xml'], parse: () => null }

const ways: readonly (readonly [string, Partial<Stream>, RegExp | undefined, Codec?])[] = [
  ['a plain list', {}, undefined],
  ['a list without a cursor', { cursor: null }, undefined],
  ['a list in the order of its versions', { cursor: asc }, undefined],
  ['a list that is counted', { cursor: counter, version: { kind: 'counter', path: 'rev' } }, undefined],
  ['a list without versions, in no order', { version: { kind: 'none' } }, undefined],
  ['children that stand in their parent', { children: [{ ...child, call: null }] }, undefined],
  ['values that a codec decodes', {}, undefined, { contentTypes: [], decode: (value) => value }],
  ['groups', { group: 'lines' }, /on two pages/],
  [
    'children that are asked for',
    {
      children: [
        { ...child, call: null },
        { ...child, name: 'refunds', call },
      ],
    },
    /further calls/,
  ],
  ['rows that poke', { pokes: { stream: 'orders', key: 'id' } }, /read again/],
  ['a snapshot', { cursor: null, parts: [{ ...part, mode: 'snapshot' } as Stream['parts'][number]] }, /missing from a whole read/],
  ['a list that is read backwards', { page: { kind: 'reverse', first: 1, size: 50, total: 'x-total' } }, /once more/],
  ['a list in order whose rows have no versions', { cursor: asc, version: { kind: 'none' } }, /come twice/],
  ['what a codec parses', {}, /as one thing/, byCodec],
]
for (const [name, change, why, codec] of ways)
  it(`${name}: ${why === undefined ? 'waits' : 'is cut at once'}`, () => {
    const found = whyCutAtOnce({ ...orders, ...change }, codec)
    if (why === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(why)
  })
