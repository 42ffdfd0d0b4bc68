import { expect, test } from 'vitest'
import { takeTurns } from './turns.ts'

test('turns are given in the order they were asked for, one at a time', async () => {
  const turns = takeTurns(5000)
  const order: number[] = []
  let inside = 0
  await Promise.all(
    Array.from({ length: 3000 }, async (_, i) => {
      const done = await turns.take()
      expect(++inside).toBe(1)
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
      order.push(i)
      inside--
      done()
    }),
  )
  expect(order).toEqual(Array.from({ length: 3000 }, (_, i) => i))
})

test('giving a turn back twice wakes one only', async () => {
  const turns = takeTurns(10)
  const first = await turns.take()
  const woken: string[] = []
  const second = turns.take().then((done) => {
    woken.push('second')
    return done
  })
  const third = turns.take().then((done) => {
    woken.push('third')
    return done
  })
  first()
  first()
  const doneSecond = await second
  expect(woken).toEqual(['second'])
  doneSecond()
  await third
  expect(woken).toEqual(['second', 'third'])
})

test('too many waiting is refused and passes', async () => {
  const turns = takeTurns(1)
  const done = await turns.take()
  const waiting = turns.take()
  await expect(turns.take()).rejects.toMatchObject({ detail: { code: 'store-busy' } })
  done()
  ;(await waiting)()
  ;(await turns.take())()
})
