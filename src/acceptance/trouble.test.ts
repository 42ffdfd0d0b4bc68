import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { planTrouble } from './trouble.ts'

/** Stands for the processes: counts what is done to them. */
function stage(options: { readonly kills: number; readonly flushes: number; readonly withRedis?: boolean }) {
  const events: string[] = []
  const trouble = planTrouble({
    seed: 1,
    pace: 0,
    kills: options.kills,
    flushes: options.flushes,
    hub: { kill: async () => void events.push('kill') },
    erp: {
      crash: async () => {
        events.push('crash begins')
        await wait(30)
        events.push('crash ends')
      },
    },
    ...(options.withRedis === false ? {} : { flush: async () => void events.push('flush') }),
  })
  return { trouble, events }
}

test('does all that was asked for, also when the day is over before', async () => {
  const { trouble, events } = stage({ kills: 10, flushes: 2 })
  await trouble.stop()
  await trouble.run()
  expect(trouble.done()).toEqual({ kills: 10, flushes: 2, restarts: 1 })
  expect(events.filter((event) => event === 'kill')).toHaveLength(10)
})

test('flushes nothing where there is no Redis', async () => {
  const { trouble } = stage({ kills: 1, flushes: 2, withRedis: false })
  await trouble.run()
  expect(trouble.done()).toEqual({ kills: 1, flushes: 0, restarts: 1 })
})

test('a restart of Tryton waits for the people inside, and nobody enters meanwhile', async () => {
  const { trouble, events } = stage({ kills: 0, flushes: 0 })
  const first = trouble.passing(async () => {
    await wait(30)
    events.push('first leaves')
  })
  const run = trouble.run()
  await wait(5)
  const second = trouble.passing(async () => void events.push('second enters'))
  await Promise.all([first, run, second])
  expect(events).toEqual(['first leaves', 'crash begins', 'crash ends', 'second enters'])
})
