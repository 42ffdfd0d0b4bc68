import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bellKit } from '../testing/bell-kit.ts'
import { openLocalBell } from './local.ts'

bellKit('local', async () => openLocalBell())
bellKit('local, two at a time', async () => openLocalBell({ concurrency: 2, pulls: 1 }))

test('no more answers run at once than allowed, and pulls do not take the places of lanes', async () => {
  const bell = openLocalBell({ concurrency: 2, pulls: 1 })
  let work = 0
  let mostWork = 0
  let pullsEnded = 0
  bell.listen(async (ring) => {
    if (ring.kind === 'pull') {
      await wait(60)
      pullsEnded++
      return
    }
    mostWork = Math.max(mostWork, ++work)
    await wait(5)
    work--
  })
  bell.ring({ kind: 'pull', connection: 'a', stream: 'x' })
  bell.ring({ kind: 'pull', connection: 'b', stream: 'x' })
  for (let lane = 0; lane < 8; lane++) bell.ring({ kind: 'deliver', connection: `shop-${lane}` })
  await wait(45)
  expect({ mostWork, work, pullsEnded }).toEqual({ mostWork: 2, work: 0, pullsEnded: 0 })
  await wait(120)
  expect(pullsEnded).toBe(2)
  await bell.close()
})
