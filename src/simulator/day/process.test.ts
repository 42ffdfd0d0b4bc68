import { type ChildProcess, fork } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import { planDay } from './plan.ts'
import type { FromWorld, ToWorld } from './protocol.ts'

const children: ChildProcess[] = []

/** A forked world and the messages it said, in order. */
const forked = () => {
  const child = fork(new URL('./process.ts', import.meta.url), { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.push(child)
  const heard: FromWorld[] = []
  let wake: (() => void) | undefined
  child.on('message', (message: FromWorld) => {
    heard.push(message)
    wake?.()
  })
  const hear = async <K extends FromWorld['kind']>(kind: K): Promise<Extract<FromWorld, { kind: K }>> => {
    for (;;) {
      const found = heard.find((message): message is Extract<FromWorld, { kind: K }> => message.kind === kind)
      if (found) {
        heard.splice(heard.indexOf(found), 1)
        return found
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, say: (message: ToWorld | { kind: 'nonsense' }) => child.send(message), hear, exited }
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

test('starts, waits for the baseline, plays, asks for the crosswalk, counts, stops', async () => {
  const { say, hear, exited } = forked()
  say({ kind: 'start', seed: 3, scale: 0.01, pace: 0.5, faults: 'off' })
  const { environment, figures } = await hear('ready')
  expect(figures).toEqual(planDay(3, 0.01).figures)
  expect(Object.keys(environment).sort()).toEqual([
    'HARBOUR_PASSWORD',
    'HARBOUR_URL',
    'NINGBO_PASSWORD',
    'NINGBO_URL',
    'SHOP_EU_KEY',
    'SHOP_EU_SECRET',
    'SHOP_EU_URL',
    'SHOP_EU_WEBHOOK_SECRET',
    'SHOP_US_KEY',
    'SHOP_US_SECRET',
    'SHOP_US_URL',
    'SHOP_US_WEBHOOK_SECRET',
  ])
  say({ kind: 'hooks', hooks: { 'shop-us': 'http://127.0.0.1:9/hooks/shop-us' } })
  await hear('hooked')
  say({ kind: 'records' })
  expect((await hear('records')).records.figures.shops['shop-us'].orders).toBe(0)
  say({ kind: 'baseline-done' })
  const { line, orders } = await hear('crosswalk-wanted')
  expect(line).toMatchObject({ type: 'product', connection: 'shop-us', key: 'LAMP-49' })
  expect(orders).toHaveLength(1)
  expect(orders[0]).toMatch(/^shop-us\/\d+$/)
  expect((await hear('progress')).total).toBeGreaterThan(60)
  say({ kind: 'crosswalk-done' })
  say({ kind: 'records' })
  const { records } = await hear('records')
  expect(records.figures.shops['shop-us'].orders).toBe(figures.shops['shop-us'].orders)
  expect(records.webhooks['shop-us'].failed).toBeGreaterThan(0)
  say({ kind: 'nonsense' })
  expect((await hear('failed')).message).toMatch(/does not understand .*nonsense/)
  say({ kind: 'stop' })
  expect(await exited).toBe(0)
})

test('goes away with its parent', async () => {
  const { child, say, hear, exited } = forked()
  say({ kind: 'start', seed: 3, scale: 0.01, pace: 5, faults: 'on' })
  await hear('ready')
  child.disconnect()
  expect(await exited).toBe(0)
})

test('says what is wrong with a start', async () => {
  const { say, hear } = forked()
  say({ kind: 'records' })
  expect((await hear('failed')).message).toMatch(/send `start` first/)
  say({ kind: 'start', seed: 3, scale: 7, faults: 'off' })
  expect((await hear('failed')).message).toMatch(/scale 7 is not between/)
})
