import { expect, test } from 'vitest'
import { createFaultBoard, seededRandom } from './faults.ts'

test('the generator is the published mulberry32', () => {
  const random = seededRandom(0)
  expect([random(), random(), random()].map((value) => Math.floor(value * 4_294_967_296))).toEqual([1144304738, 1416247, 958946056])
})

test('the same seed and subjects give the same faults, another seed others', () => {
  const run = (seed: number): string => {
    const board = createFaultBoard(seed)
    board.arm('500', { rate: 0.3 })
    return Array.from({ length: 200 }, () => (board.draw('500', { method: 'GET', path: '/' }) ? 'x' : '.')).join('')
  }
  expect(run(5)).toBe(run(5))
  expect(run(5)).not.toBe(run(6))
  const share = [...run(5)].filter((mark) => mark === 'x').length / 200
  expect(share).toBeGreaterThan(0.2)
  expect(share).toBeLessThan(0.4)
})

test('rate 0 never, rate 1 and no rate always, times n exactly n', () => {
  const board = createFaultBoard(1)
  const draws = (n: number): number => Array.from({ length: n }, () => board.draw('503', { path: '/' })).filter(Boolean).length
  const never = board.arm('503', { rate: 0 })
  expect(draws(50)).toBe(0)
  never()
  const always = board.arm('503', { rate: 1 })
  expect(draws(50)).toBe(50)
  always()
  board.arm('503', { times: 3 })
  expect([draws(50), board.armed('503')]).toEqual([3, false])
  board.arm('503')
  expect([draws(5), board.armed('503')]).toEqual([5, true])
  board.disarm()
  expect(draws(5)).toBe(0)
})

test('method, path and span narrow the subjects', () => {
  let now = 1000
  const board = createFaultBoard(1, () => now)
  board.arm('429', { method: 'POST', path: /\/orders$/, from: 2000, until: 3000 })
  const hit = (method: string, path: string): boolean => board.draw('429', { method, path }) !== undefined
  expect(hit('POST', '/orders')).toBe(false)
  now = 2000
  expect([hit('POST', '/orders'), hit('GET', '/orders'), hit('POST', '/products')]).toEqual([true, false, false])
  now = 3000
  expect(hit('POST', '/orders')).toBe(false)
})

test('only what really happened is counted, and a missed chance comes back', () => {
  const board = createFaultBoard(1)
  board.arm('page-shift', { times: 1 })
  board.draw('page-shift', { path: '/' })?.missed()
  expect(board.fired['page-shift']).toBe(0)
  board.draw('page-shift', { path: '/' })?.happened()
  expect([board.fired['page-shift'], board.draw('page-shift', { path: '/' })]).toEqual([1, undefined])
  board.note('missing')
  expect(board.fired.missing).toBe(1)
})

test('an arming that makes no sense is refused', () => {
  const board = createFaultBoard(1)
  expect(() => board.arm('500', { rate: 0.5, times: 2 })).toThrow('not both')
  expect(() => board.arm('500', { rate: 1.5 })).toThrow('not between 0 and 1')
  expect(() => board.arm('500', { path: /a/g })).toThrow('flag g or y')
})
