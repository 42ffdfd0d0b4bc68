import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Bell, type Ring, ringName } from '../pipeline/bell.ts'

/** The laws every bell keeps. `open` makes a fresh one that shares nothing with the others; it is closed by the kit. */
export function bellKit(name: string, open: () => Promise<Bell>): void {
  const withBell = async (work: (bell: Bell) => Promise<void>) => {
    const bell = await open()
    try {
      await work(bell)
    } finally {
      await bell.close()
    }
  }
  const lane = (number: number): Ring => ({ kind: 'ingest', lane: number })
  const until = async (condition: () => boolean, what: string) => {
    for (let i = 0; i < 500 && !condition(); i++) await wait(10)
    expect(condition(), what).toBe(true)
  }

  describe(`bell ${name}`, () => {
    test('answers every name that rang, also before it listened', () =>
      withBell(async (bell) => {
        const answered = new Set<string>()
        const rings: Ring[] = [
          { kind: 'split' },
          lane(1),
          lane(2),
          { kind: 'deliver', connection: 'shop' },
          { kind: 'refetch', connection: 'shop' },
          { kind: 'pull', connection: 'shop', stream: 'orders' },
        ]
        for (const ring of rings.slice(0, 3)) bell.ring(ring)
        bell.listen(async (ring) => {
          answered.add(ringName(ring))
        })
        for (const ring of rings.slice(3)) bell.ring(ring)
        await until(() => answered.size === rings.length, `all of ${rings.length} names are answered, not only ${[...answered]}`)
      }))

    test('a ring during the answer is answered once more afterwards, however often it rang', () =>
      withBell(async (bell) => {
        let answers = 0
        bell.listen(async () => {
          answers++
          await wait(60)
        })
        bell.ring(lane(1))
        await until(() => answers === 1, 'the first ring is answered')
        for (let i = 0; i < 5; i++) bell.ring(lane(1))
        await until(() => answers === 2, 'it is answered once more')
        await wait(150)
        expect(answers).toBe(2)
      }))

    test('no two answers of one name overlap, other names go on', () =>
      withBell(async (bell) => {
        const under = new Map<string, number>()
        let most = 0
        let others = 0
        bell.listen(async (ring) => {
          const name = ringName(ring)
          under.set(name, (under.get(name) ?? 0) + 1)
          most = Math.max(most, under.get(name) ?? 0)
          if (name !== 'ingest/1') others++
          await wait(name === 'ingest/1' ? 100 : 1)
          under.set(name, (under.get(name) ?? 0) - 1)
        })
        for (let i = 0; i < 20; i++) {
          bell.ring(lane(1))
          bell.ring(lane(2))
          await wait(5)
        }
        expect(most).toBe(1)
        expect(others).toBeGreaterThan(2)
      }))

    test('an answer that fails loses nothing that rings later', () =>
      withBell(async (bell) => {
        let answers = 0
        bell.listen(async () => {
          answers++
          throw new Error('an answer that fails')
        })
        bell.ring(lane(1))
        await until(() => answers === 1, 'the first is answered')
        await wait(20)
        bell.ring(lane(1))
        await until(() => answers === 2, 'the second is answered too')
      }))

    test('close waits for the running answers and begins no other', async () => {
      const bell = await open()
      let begun = 0
      let ended = 0
      bell.listen(async () => {
        begun++
        await wait(80)
        ended++
      })
      bell.ring(lane(1))
      await until(() => begun === 1, 'an answer has begun')
      bell.ring(lane(1))
      await bell.close()
      expect(ended).toBe(1)
      bell.ring(lane(2))
      await wait(120)
      expect(begun).toBe(1)
    })
  })
}
