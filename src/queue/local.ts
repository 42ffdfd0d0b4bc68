import { AsyncResource } from 'node:async_hooks'
import { type Bell, isBackground, type Ring, ringName, waitsOutside } from '../pipeline/bell.ts'

/** A bell that can be waited for: what a front of it in Redis needs to know when a job is over. */
export interface LocalBell extends Bell {
  /** Rings; resolves when an answer that began after this call has ended, or at `close` when none began. Never rejects. */
  answered(ring: Ring): Promise<void>
}

export interface LocalBellOptions {
  /** answers under way at once, pulls and ingest not counted. 16 */
  readonly concurrency?: number
  /** pulls, and receivers of events told, at once; they wait for partners and must not hold up the lanes. 16 */
  readonly pulls?: number
  /** ingest lanes answered at once; with a store of one writer, one is best: it takes all lanes that are due with it. 16 */
  readonly ingests?: number
  /** answers to rings of the background under way at once. 2 */
  readonly background?: number
}

/** Rings of one class wait for each other only. */
interface Rank {
  readonly limit: number
  readonly waiting: Map<string, Ring>
  readonly running: Set<string>
}

const rank = (limit: number): Rank => ({ limit, waiting: new Map(), running: new Set() })

/** Rings inside one process. Rings before `listen` are kept; equal ones are one; the first to ring is the first to be answered. */
export function openLocalBell(options: LocalBellOptions = {}): LocalBell {
  const work = rank(options.concurrency ?? 16)
  const pulls = rank(options.pulls ?? 16)
  const ingests = rank(options.ingests ?? 16)
  const background = rank(options.background ?? 2)
  const ranks = [work, pulls, ingests, background]
  const rankOf = (ring: Ring): Rank =>
    isBackground(ring) ? background : waitsOutside(ring) ? pulls : ring.kind === 'ingest' ? ingests : work
  const again = new Map<string, Ring>()
  const asking = new Map<string, (() => void)[]>()
  const idle: (() => void)[] = []
  let answer: ((ring: Ring) => Promise<void>) | undefined
  let closed = false
  const isIdle = () => ranks.every(({ running }) => running.size === 0)

  const pump = (own: Rank) => {
    while (answer !== undefined && !closed && own.running.size < own.limit) {
      const [next] = own.waiting
      if (next === undefined) return
      const [name, ring] = next
      own.waiting.delete(name)
      own.running.add(name)
      const asked = asking.get(name) ?? []
      asking.delete(name)
      const ended = () => {
        own.running.delete(name)
        for (const resolve of asked) resolve()
        const once = again.get(name)
        again.delete(name)
        if (once !== undefined && !closed) own.waiting.set(name, once)
        if (closed && isIdle()) for (const resolve of idle.splice(0)) resolve()
        pump(own)
      }
      answer(ring).then(ended, ended)
    }
  }

  const note = (ring: Ring) => {
    if (closed) return
    const name = ringName(ring)
    const own = rankOf(ring)
    if (own.running.has(name)) again.set(name, ring)
    else if (!own.waiting.has(name)) {
      own.waiting.set(name, ring)
      queueMicrotask(() => pump(own))
    }
  }

  return {
    ring: note,
    answered(ring) {
      if (closed) return Promise.resolve()
      const name = ringName(ring)
      return new Promise((resolve) => {
        asking.set(name, [...(asking.get(name) ?? []), resolve])
        note(ring)
      })
    },
    listen(given) {
      // a ring may come from inside somebody's transaction; its answer must not inherit that
      answer = AsyncResource.bind((ring: Ring) => Promise.resolve(ring).then(given))
      for (const own of ranks) pump(own)
    },
    close() {
      closed = true
      for (const { waiting } of ranks) waiting.clear()
      again.clear()
      for (const asked of asking.values()) for (const resolve of asked) resolve()
      asking.clear()
      if (isIdle()) return Promise.resolve()
      return new Promise((resolve) => idle.push(resolve))
    },
  }
}
