import { expect, test } from 'vitest'
import type { PageRead } from '../connector/access.ts'
import { moved } from './position.ts'

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
