import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Bell, type Ring, ringName } from '../pipeline/bell.ts'

const lane = (number: number): Ring => ({ kind: 'ingest', lane: number })
const until = async (condition: () => boolean, what: string) => {
  for (let i = 0; i < 500 && !condition(); i++) await wait(10)
  expect(condition(), what).toBe(true)
}

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

/** A server that bells ring through and that may be lost at any moment. */
export interface BellServer {
  /** forgets everything */
  flush(): Promise<unknown>
  /** dies without a word; everything in it is lost */
  kill(): Promise<void>
  /** comes back empty, at the same address */
  start(): Promise<void>
}

/** Two bells of one hub in two processes: one only rings, the other answers. */
export interface BellPair {
  readonly ringing: Bell
  readonly listening: Bell
}

/** The laws of a bell on a server: losing it costs time only. `open` makes two bells that share nothing with other pairs; the kit closes them. */
export function lostServerKit(name: string, open: () => Promise<BellPair>, server: () => BellServer): void {
  const withPair = async (work: (pair: BellPair) => Promise<void>) => {
    const pair = await open()
    try {
      await work(pair)
    } finally {
      await Promise.all([pair.ringing.close(), pair.listening.close()])
    }
  }
  /** rings as the sweep does, until it is answered */
  const arrives = async (ringing: Bell, answered: ReadonlySet<string>, ring: Ring) => {
    for (let i = 0; i < 100 && !answered.has(ringName(ring)); i++) {
      ringing.ring(ring)
      await wait(100)
    }
    expect([...answered]).toContain(ringName(ring))
  }

  describe(`the lost server of bell ${name}`, () => {
    test('forgetting everything between rings and during answers silences no name', () =>
      withPair(async ({ ringing, listening }) => {
        const answered = new Set<string>()
        const under = new Set<string>()
        let overlaps = 0
        listening.listen(async (ring) => {
          const own = ringName(ring)
          if (under.has(own)) overlaps++
          under.add(own)
          await wait(20)
          under.delete(own)
          answered.add(own)
        })
        for (let round = 0; round < 30; round++) {
          for (let number = 0; number < 4; number++) ringing.ring(lane(number))
          await wait(round % 7)
          await server().flush()
        }
        answered.clear()
        for (let number = 0; number < 4; number++) await arrives(ringing, answered, lane(number))
        expect(overlaps).toBe(0)
      }))

    test('killed while answers run: who listens answers its own rings meanwhile, and rings go through again afterwards', () =>
      withPair(async ({ ringing, listening }) => {
        const answered = new Set<string>()
        let [begun, ended] = [0, 0]
        listening.listen(async (ring) => {
          begun++
          await wait(50)
          ended++
          answered.add(ringName(ring))
        })
        await arrives(ringing, answered, lane(1))
        ringing.ring(lane(2))
        ringing.ring(lane(3))
        await until(() => begun > ended, 'an answer runs')
        await server().kill()
        const began = performance.now()
        for (let number = 0; number < 2000; number++) ringing.ring(lane(number))
        expect(performance.now() - began, 'ringing never waits').toBeLessThan(500)
        listening.ring({ kind: 'deliver', connection: 'shop' })
        await until(() => answered.has('deliver/shop'), 'the process answers its own ring')
        expect(performance.now() - began).toBeLessThan(2500)
        await server().start()
        await arrives(ringing, answered, { kind: 'refetch', connection: 'shop' })
        // rings that waited for the server are answered for a while yet
        const before = begun
        await until(() => ended >= before, 'all answers that had begun ended')
      }))

    test('absent when the processes start: own rings are answered, and the others when it comes', async () => {
      await server().kill()
      let started = false
      try {
        await withPair(async ({ ringing, listening }) => {
          const answered = new Set<string>()
          ringing.ring({ kind: 'pull', connection: 'shop', stream: 'orders' })
          listening.ring(lane(1))
          listening.listen(async (ring) => {
            answered.add(ringName(ring))
          })
          listening.ring(lane(2))
          await until(() => answered.has('ingest/1') && answered.has('ingest/2'), 'the process answers its own rings')
          await server().start()
          started = true
          await until(() => answered.has('pull/shop/orders'), 'a ring from before goes through')
        })
      } finally {
        if (!started) await server().start()
      }
    })

    test('close ends although the server is away', async () => {
      const { ringing, listening } = await open()
      let ended = false
      const answered = new Set<string>()
      listening.listen(async (ring) => {
        answered.add(ringName(ring))
        if (ring.kind === 'split') await wait(300)
        if (ring.kind === 'split') ended = true
      })
      await arrives(ringing, answered, { kind: 'split' })
      await server().kill()
      const began = performance.now()
      try {
        await Promise.all([ringing.close(), listening.close()])
      } finally {
        await server().start()
      }
      expect(ended).toBe(true)
      expect(performance.now() - began).toBeLessThan(8000)
    })
  })
}
