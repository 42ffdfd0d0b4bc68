import { expect, test } from 'vitest'
import { stocklessDays } from './stockless-days.ts'

const days = ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23']
const at = (time: string) => Date.parse(time)

test('a day is left out only when its shelf was empty from its first moment to its last, in the zone of the place', () => {
  const moves = [
    { at: at('2026-11-20T15:00:00Z'), before: '4', after: '0' },
    { at: at('2026-11-22T10:00:00Z'), before: '0', after: '6' },
  ]
  expect(stocklessDays(days, 'UTC', moves, 6_000_000n, new Set())).toEqual(['2026-11-21'])
  // emptied at 23:00 in Shanghai, filled at 18:00 on the 22nd there
  expect(stocklessDays(days, 'Asia/Shanghai', moves, 6_000_000n, new Set())).toEqual(['2026-11-21'])
  expect(
    stocklessDays(days, 'Asia/Shanghai', [{ at: at('2026-11-20T15:59:00Z'), before: '1', after: '-1' }], -1_000_000n, new Set()),
  ).toEqual(['2026-11-21', '2026-11-22', '2026-11-23'])
  expect(stocklessDays(days, 'UTC', moves, 6_000_000n, new Set(['2026-11-21']))).toEqual([])
})

test('what is not known was not empty; where nothing moved it was as it is now', () => {
  expect(stocklessDays(days, 'UTC', [], undefined, new Set())).toEqual([])
  expect(stocklessDays(days, 'UTC', [], 0n, new Set())).toEqual(days)
  expect(stocklessDays(days, 'UTC', [{ at: at('2026-11-21T12:00:00Z'), before: undefined, after: '0' }], 0n, new Set())).toEqual([
    '2026-11-22',
    '2026-11-23',
  ])
})
