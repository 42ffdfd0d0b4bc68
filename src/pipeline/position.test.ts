import { expect, test } from 'vitest'
import type { PageRead } from '../connector/access.ts'
import { moved, placeOf, positionOf, positionText } from './position.ts'

const time = '2026-11-23T09:00:00.000Z'
const page = (more: Partial<PageRead>): PageRead => ({ bodies: [], records: [], asOf: 0, last: false, ...more })

test('a page that leads to where the stream stands moves nothing, the end of the first read does', () => {
  const live = { time }
  const first = { time, baseline: true as const }
  const here = page({ checkpoint: { time } })
  expect(moved(live, here, false)).toBe(live)
  expect(moved(first, here, false)).toBe(first)
  expect(moved(first, { ...here, last: true }, false)).toEqual({ time })
  expect(moved(live, page({ checkpoint: { time: '2026-11-23T09:00:01.000Z' } }), false)).toEqual({ time: '2026-11-23T09:00:01.000Z' })
})

test('a stream that is counted moves with its number, not with the time it was read', () => {
  const later = { time: '2026-11-23T09:00:01.000Z', counter: 7 }
  const live = { time, counter: 7 }
  expect(moved(live, page({ checkpoint: later, last: true }), false)).toBe(live)
  expect(moved(live, page({ checkpoint: { ...later, counter: 8 } }), false)).toEqual({ ...later, counter: 8 })
  expect(moved(live, page({ last: true }), false)).toEqual(live)
  expect(positionOf(positionText({ time: null, counter: 7 }))).toEqual({ time: null, counter: 7 })
  expect([placeOf({ time: null }), placeOf({ time: null, counter: 0 })]).toEqual([null, { time: null, counter: 0 }])
})
