import { saleReference } from './day-book.ts'
import { unknownCode } from './plan-articles.ts'
import { createPlay } from './play.ts'
import type { FromWorld, ToWorld } from './protocol.ts'
import { records } from './records.ts'
import { startWorld, type World } from './world.ts'

/** Takes the parent's messages one after the other and answers through `say`. */
export type Stage = {
  /** Resolves when the message was dealt with; the play itself goes on in the background. Never rejects: what goes wrong is said. */
  take(message: ToWorld): Promise<void>
  /** Stops everything; a second call waits for the first. */
  close(): Promise<void>
}

type Gate = { readonly passed: Promise<void>; readonly open: () => void }

const createGate = (): Gate => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { passed: promise, open: resolve }
}

const ordersWaiting = (world: World): readonly string[] =>
  world.plan.orders
    .filter(({ shop, lines }) => shop === 'shop-us' && lines.some(({ article }) => article === unknownCode))
    .flatMap(({ shop, number }) => {
      const id = world.book.orders.get(number)
      return id === undefined ? [] : [saleReference(shop, id)]
    })

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** The world behind a line of messages: starts it, plays the day in it, counts it. */
export const createStage = (say: (message: FromWorld) => void): Stage => {
  const baseline = createGate()
  const crosswalk = createGate()
  const stopping = new AbortController()
  let world: World | undefined
  let closing: Promise<void> | undefined

  const begin = async (options: Extract<ToWorld, { kind: 'start' }>): Promise<void> => {
    if (world) throw new RangeError('the world was started before; start another process for another day')
    const started = await startWorld(options)
    world = started
    const outside = {
      baseline: () => baseline.passed,
      async crosswalk(line: Extract<FromWorld, { kind: 'crosswalk-wanted' }>['line']) {
        say({ kind: 'crosswalk-wanted', line, orders: ordersWaiting(started) })
        await crosswalk.passed
      },
      progress: (progress: Omit<Extract<FromWorld, { kind: 'progress' }>, 'kind'>) => say({ kind: 'progress', ...progress }),
    }
    say({ kind: 'ready', environment: started.environment, figures: started.plan.figures, leftOut: started.leftOut })
    createPlay(started)
      .run(outside, { signal: stopping.signal })
      .then(
        () => say({ kind: 'played' }),
        (cause: unknown) => {
          if (!stopping.signal.aborted) say({ kind: 'failed', message: textOf(cause) })
        },
      )
  }
  const running = (): World => {
    if (!world) throw new RangeError('the world was not started; send `start` first')
    return world
  }
  const close = (): Promise<void> => {
    stopping.abort()
    closing ??= Promise.resolve(world?.close())
    return closing
  }
  const obey = async (message: ToWorld): Promise<void> => {
    switch (message.kind) {
      case 'start':
        return begin(message)
      case 'hooks':
        await running().setHooks(message.hooks)
        return say({ kind: 'hooked' })
      case 'baseline-done':
        return baseline.open()
      case 'crosswalk-done':
        return crosswalk.open()
      case 'records':
        return say({ kind: 'records', records: await records(running()) })
      case 'stop':
        return close()
    }
  }
  return {
    async take(message) {
      try {
        await obey(message)
      } catch (cause) {
        say({ kind: 'failed', message: textOf(cause) })
      }
    },
    close,
  }
}
