import { expect, test } from 'vitest'
import { isHubError, reject, retry } from '../model/errors.ts'
import type { Database, Tx } from './database.ts'
import { type JointOptions, jointWrites, type Outcome } from './joint-writes.ts'

/** A store whose transactions end when they are told to. */
function store() {
  const batches: number[][] = []
  const commits: ((error?: Error) => void)[] = []
  let held = false
  const write = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const result = await work({} as Tx)
    if (held) await new Promise<void>((resolve, refuse) => commits.push((error) => (error ? refuse(error) : resolve())))
    return result
  }
  const carryOut = async (_: Tx, asks: readonly number[]): Promise<readonly Outcome<number>[]> => {
    batches.push([...asks])
    if (asks.includes(13)) throw new Error('13 fits nowhere')
    return asks.map((ask) => (ask < 0 ? { refused: reject('negative', `${ask} is less than nothing`) } : { done: ask * 2 }))
  }
  return {
    batches,
    commits,
    hold: () => {
      held = true
    },
    door: (options?: JointOptions<number>) => jointWrites(write as Database['write'], carryOut, options),
  }
}
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 100)
const codeOf = (error: unknown) => (isHubError(error) ? error.detail.code : String(error))

test('what comes at the same moment is one transaction, in order, each with its own outcome', async () => {
  const { batches, door } = store()
  const ask = door()
  const answers = await Promise.allSettled([1, -2, 3].map(ask))
  expect(answers).toMatchObject([{ value: 2 }, { reason: { detail: { code: 'negative' } } }, { value: 6 }])
  expect(batches).toEqual([[1, -2, 3]])
})

test('nobody is answered before the commit', async () => {
  const { commits, hold, door } = store()
  hold()
  const answered: number[] = []
  const asked = [1, 2].map((n) => door()(n).then((answer) => answered.push(answer)))
  await expect.poll(() => commits.length).toBe(2)
  expect(answered).toEqual([])
  for (const commit of commits) commit()
  await Promise.all(asked)
  expect(answered).toEqual([2, 4])
})

test('a transaction takes 64 asks, a weight of 256, and one of each name', async () => {
  const many = store()
  await Promise.all(upTo(150).map(many.door()))
  expect(many.batches.map(({ length }) => length)).toEqual([64, 64, 22])
  const heavy = store()
  await Promise.all([1, 2, 300, 4].map(heavy.door({ weight: (n) => (n === 300 ? 300 : 100) })))
  expect(heavy.batches).toEqual([[1, 2], [300], [4]])
  const named = store()
  await Promise.all([1, 2, 11, 3].map(named.door({ name: (n) => (n === 2 ? undefined : String(n % 10)) })))
  expect(named.batches).toEqual([
    [1, 2],
    [11, 3],
  ])
})

test('where the transaction fails as a whole each has one of its own, so that only the one that is to blame hears of it', async () => {
  const { batches, door } = store()
  const answers = await Promise.allSettled([1, 13, 3].map(door()))
  expect(answers).toMatchObject([{ value: 2 }, { reason: { message: '13 fits nowhere' } }, { value: 6 }])
  expect(batches).toEqual([[1, 13, 3], [1], [13], [3]])
})

test('when nobody knows whether the commit took effect all hear so, and nothing is done again', async () => {
  const { batches, commits, hold, door } = store()
  hold()
  const asked = Promise.allSettled([1, 2].map(door()))
  await expect.poll(() => commits.length).toBe(1)
  commits[0]?.(retry('commit-unknown', 'the connection was lost'))
  expect((await asked).map((answer) => answer.status === 'rejected' && codeOf(answer.reason))).toEqual(['commit-unknown', 'commit-unknown'])
  expect(batches).toEqual([[1, 2]])
})

test('a transaction that does not end holds nobody else up', async () => {
  const { batches, commits, hold, door } = store()
  hold()
  const ask = door()
  const stuck = ask(1)
  await expect.poll(() => commits.length).toBe(1)
  const second = ask(2)
  await expect.poll(() => commits.length).toBe(2)
  commits[1]?.()
  expect(await second).toBe(4)
  commits[0]?.()
  expect(await stuck).toBe(2)
  expect(batches).toEqual([[1], [2]])
})

test('what waits has a limit', async () => {
  const { commits, hold, door } = store()
  hold()
  const ask = door({ maxWaiting: 2 })
  const asked = [1, 2].map(ask)
  expect(codeOf(await ask(3).catch((error: unknown) => error))).toBe('store-busy')
  await expect.poll(() => commits.length).toBe(1)
  commits[0]?.()
  expect(await Promise.all(asked)).toEqual([2, 4])
})
