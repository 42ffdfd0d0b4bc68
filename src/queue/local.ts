import { AsyncResource } from 'node:async_hooks'
import { type Bell, type Ring, ringName } from '../pipeline/bell.ts'

export interface LocalBellOptions {
  /** answers under way at once, pulls not counted. 16 */
  readonly concurrency?: number
  /** pulls under way at once; they wait for partners and must not hold up the lanes. 16 */
  readonly pulls?: number
}

/** Rings inside one process. Rings before `listen` are kept; equal ones are one; the first to ring is the first to be answered. */
export function openLocalBell(options: LocalBellOptions = {}): Bell {
  const limits = { work: options.concurrency ?? 16, pull: options.pulls ?? 16 }
  const waiting = { work: new Map<string, Ring>(), pull: new Map<string, Ring>() }
  const running = { work: new Set<string>(), pull: new Set<string>() }
  const again = new Map<string, Ring>()
  const idle: (() => void)[] = []
  let answer: ((ring: Ring) => Promise<void>) | undefined
  let closed = false

  const pump = (kind: 'work' | 'pull') => {
    while (answer !== undefined && !closed && running[kind].size < limits[kind]) {
      const [next] = waiting[kind]
      if (next === undefined) return
      const [name, ring] = next
      waiting[kind].delete(name)
      running[kind].add(name)
      const ended = () => {
        running[kind].delete(name)
        const once = again.get(name)
        again.delete(name)
        if (once !== undefined && !closed) waiting[kind].set(name, once)
        if (closed && running.work.size + running.pull.size === 0) for (const resolve of idle.splice(0)) resolve()
        pump(kind)
      }
      answer(ring).then(ended, ended)
    }
  }

  return {
    ring(ring) {
      if (closed) return
      const name = ringName(ring)
      const kind = ring.kind === 'pull' ? 'pull' : 'work'
      if (running[kind].has(name)) again.set(name, ring)
      else if (!waiting[kind].has(name)) {
        waiting[kind].set(name, ring)
        queueMicrotask(() => pump(kind))
      }
    },
    listen(given) {
      // a ring may come from inside somebody's transaction; its answer must not inherit that
      answer = AsyncResource.bind((ring: Ring) => Promise.resolve(ring).then(given))
      pump('work')
      pump('pull')
    },
    close() {
      closed = true
      waiting.work.clear()
      waiting.pull.clear()
      again.clear()
      if (running.work.size + running.pull.size === 0) return Promise.resolve()
      return new Promise((resolve) => idle.push(resolve))
    },
  }
}
