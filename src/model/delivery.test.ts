import { describe, expect, test } from 'vitest'
import { defaultRetryTable, nextState, type Outcome, type RetryTable } from './delivery.ts'

const table: RetryTable = { waitsMs: [1000, 4000], retryAfterMinMs: 500, retryAfterMaxMs: 60_000 }
const retry = (more: Partial<Extract<Outcome, { kind: 'retry' }>> = {}): Outcome => ({
  kind: 'retry',
  code: 'http-503',
  message: '',
  ambiguous: false,
  ...more,
})

describe('nextState', () => {
  test.each<[string, Outcome, number, number, ReturnType<typeof nextState>]>([
    ['done', { kind: 'delivered' }, 1, 0, { state: 'delivered' }],
    ['refused', { kind: 'reject', code: 'user-error', message: '' }, 1, 0, { state: 'dead', reason: 'user-error' }],
    ['nobody knows', { kind: 'unknown', code: 'unanswered', message: '' }, 1, 0, { state: 'parked', reason: 'unknown' }],
    ['not let in', { kind: 'reauth', code: 'http-401', message: '' }, 1, 0, { state: 'parked', reason: 'needs-auth' }],
    ['first wait, least', retry(), 1, 0, { state: 'waiting', dueAt: 10_500, reason: 'http-503' }],
    ['second wait, most', retry(), 2, 1, { state: 'waiting', dueAt: 14_000, reason: 'http-503' }],
    ['no wait left', retry(), 3, 0, { state: 'dead', reason: 'exhausted:http-503' }],
    ['Retry-After', retry({ retryAfterMs: 2000 }), 1, 0, { state: 'waiting', dueAt: 12_000, reason: 'http-503' }],
    ['Retry-After too small', retry({ retryAfterMs: 0 }), 1, 0, { state: 'waiting', dueAt: 10_500, reason: 'http-503' }],
    ['Retry-After too small again', retry({ retryAfterMs: 0 }), 2, 0, { state: 'waiting', dueAt: 12_000, reason: 'http-503' }],
    ['Retry-After shorter than our own wait', retry({ retryAfterMs: 1000 }), 2, 1, { state: 'waiting', dueAt: 14_000, reason: 'http-503' }],
    ['Retry-After, with no wait left', retry({ retryAfterMs: 0 }), 3, 0, { state: 'dead', reason: 'exhausted:http-503' }],
    [
      'over our own budget, however often',
      retry({ code: 'rate-limited', retryAfterMs: 2000 }),
      99,
      0,
      { state: 'waiting', dueAt: 12_000, reason: 'rate-limited', uncounted: true },
    ],
    ['Retry-After absurd', retry({ retryAfterMs: 1e15 }), 1, 0, { state: 'waiting', dueAt: 70_000, reason: 'http-503' }],
  ])('%s', (_, outcome, attempts, random, expected) => {
    expect(nextState(outcome, attempts, table, 10_000, random)).toEqual(expected)
  })

  test('the default table goes from 5 s to 10 h', () => {
    expect([defaultRetryTable.waitsMs[0], defaultRetryTable.waitsMs.at(-1)]).toEqual([5000, 36_000_000])
  })
})
