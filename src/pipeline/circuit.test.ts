import { afterEach, describe, expect, test } from 'vitest'
import { findConnection } from '../store/connection.ts'
import { dutiesOf, hook, knowLamp } from '../testing/bed-questions.ts'
import { type Bed, bedTenant, openBed } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { circuitOf, sightOf } from './circuit.ts'
import { noteSuccess } from './connection-health.ts'
import { deliver } from './deliver.ts'

let bed: Bed
afterEach(() => bed?.close())

test.each([
  [{ kind: 'delivered' }, 'there'],
  [{ kind: 'reject', code: 'http-422', message: '', status: 422 }, 'there'],
  [{ kind: 'retry', code: 'http-503', message: '', status: 503, ambiguous: true }, 'down'],
  [{ kind: 'retry', code: 'connect-refused', message: '', ambiguous: false }, 'down'],
  [{ kind: 'retry', code: 'html-answer', message: '', status: 200, ambiguous: true }, 'down'],
  [{ kind: 'unknown', code: 'time-out', message: '' }, 'down'],
  [{ kind: 'retry', code: 'http-429', message: '', status: 429, ambiguous: false }, 'unsaid'],
  [{ kind: 'retry', code: 'rate-limited', message: '', ambiguous: false }, 'unsaid'],
  [{ kind: 'reauth', code: 'http-401', message: '', status: 401 }, 'unsaid'],
] as const)('%j: %s', (outcome, sight) => {
  expect(sightOf(outcome)).toBe(sight)
})

const many = 30
const open = async () => {
  bed = await openBed()
  await knowLamp(bed)
  for (let id = 1; id <= many; id++) await hook(bed, tinyOrder(id))
}
const stateNow = async () => (await findConnection(bed.database.read, bedTenant, 'erp'))?.state
const sends = () => bed.partner.calls('POST', '/erp/sales')
const tries = async () =>
  (await bed.database.read.selectFrom('delivery').select('attempts').execute()).reduce((sum, row) => sum + row.attempts, 0)

describe('a destination that is down', () => {
  test('is left alone after a few tries, asked by one lane at a time, and gets everything once when it is back', async () => {
    await open()
    let down = true
    bed.partner.intercept = ({ method, path }, usual) =>
      down && method === 'POST' && path === '/erp/sales' ? { status: 503, body: {} } : usual()
    await bed.drain()
    expect(await stateNow()).toBe('failing')
    const first = sends()
    // five that counted, and what was under way beside them
    expect(first).toBeGreaterThanOrEqual(5)
    expect(first).toBeLessThan(10)
    // another process knows it too
    await bed.drain(bed.another())
    expect(sends()).toBe(first)
    bed.clock.now += 1000
    await bed.drain()
    expect(sends()).toBe(first + 1)
    expect(await tries()).toBe(first + 1)
    down = false
    for (let i = 0; i < 10; i++) {
      bed.clock.now += 5000
      await bed.drain()
    }
    expect(await stateNow()).toBe('active')
    expect(await dutiesOf(bed)).toEqual(Array.from({ length: many }, () => 'create delivered'))
    expect(bed.partner.sales.size).toBe(many)
  })

  test('gets the others side by side as soon as one got through', async () => {
    await open()
    let down = true
    let under = 0
    let most = 0
    bed.partner.intercept = async ({ method, path }, usual) => {
      if (method !== 'POST' || path !== '/erp/sales') return usual()
      if (down) return { status: 503, body: {} }
      most = Math.max(most, ++under)
      await new Promise((resolve) => setTimeout(resolve, 5))
      under--
      return usual()
    }
    await bed.drain()
    down = false
    bed.clock.now += 60_000
    await bed.drain()
    expect(bed.partner.sales.size).toBe(many)
    expect(most).toBeGreaterThan(1)
  })

  test('refusals of single documents and of our pace leave it open', async () => {
    await open()
    bed.partner.intercept = ({ method, path }, usual) => (method === 'POST' && path === '/erp/sales' ? { status: 422, body: {} } : usual())
    await bed.drain()
    expect(await stateNow()).toBe('active')
    expect(sends()).toBe(many)
  })

  const down = () => {
    bed.partner.intercept = ({ method, path }, usual) => (method === 'POST' && path === '/erp/sales' ? { status: 503, body: {} } : usual())
  }
  const rowOf = () => findConnection(bed.database.read, bedTenant, 'erp')

  test('is known by few deliveries, too: runs and processes count together', async () => {
    bed = await openBed()
    await knowLamp(bed)
    down()
    const processes = [bed.context, bed.another()]
    for (let id = 1; id <= 5; id++) {
      expect(await stateNow()).toBe('active')
      await hook(bed, tinyOrder(id))
      await bed.drain(processes[id % 2])
    }
    expect(sends()).toBe(5)
    expect(await rowOf()).toMatchObject({ state: 'failing', reason: 'http-503', downs: 5 })
    await hook(bed, tinyOrder(6))
    for (const context of processes) await bed.drain(context)
    expect(sends()).toBe(5)
    expect(bed.said.filter(({ message }) => message.startsWith('the destination does not answer')).length).toBe(1)
  })

  test('is counted anew after an answer, even of a refusal', async () => {
    bed = await openBed()
    await knowLamp(bed)
    let answer = 503
    bed.partner.intercept = ({ method, path }, usual) =>
      method === 'POST' && path === '/erp/sales' ? { status: answer, body: {} } : usual()
    for (let id = 1; id <= 12; id++) {
      answer = id % 4 === 0 ? 422 : 503
      await hook(bed, tinyOrder(id))
      await bed.drain()
    }
    expect(sends()).toBe(12)
    expect(await rowOf()).toMatchObject({ state: 'active', downs: 0 })
  })

  test('is asked by one of all processes', async () => {
    await open()
    down()
    await bed.drain()
    const before = sends()
    const { changed_at: since } = (await rowOf()) ?? {}
    bed.clock.now += 60_000
    await Promise.all([bed.context, bed.another(), bed.another()].map((context) => deliver(context, 'erp')))
    expect(sends()).toBe(before + 1)
    // since when it is so stays known
    expect(await rowOf()).toMatchObject({ state: 'failing', changed_at: since })
  })

  test('stays left alone though it can be read, until a person says otherwise', async () => {
    await open()
    down()
    await bed.drain()
    expect(await bed.database.write((tx) => noteSuccess(tx, bedTenant, 'erp', bed.clock.now, 'read'))).toBe(false)
    const setup = bed.context.catalogue().connections.get('erp')
    expect(circuitOf(await rowOf(), setup, bed.clock.now)).toMatchObject({ state: 'open', askAt: bed.clock.now + 1000 })
    expect(circuitOf(await rowOf(), setup, bed.clock.now + 1000)).toMatchObject({ state: 'half-open' })
    expect(await stateNow()).toBe('failing')
    await bed.database.write((tx) => noteSuccess(tx, bedTenant, 'erp', bed.clock.now, 'asked'))
    expect(circuitOf(await rowOf(), setup, bed.clock.now)).toEqual({ state: 'closed', downs: 0 })
    expect(await stateNow()).toBe('active')
  })
})
