import { afterEach, describe, expect, test } from 'vitest'
import { cents } from '../woocommerce/money.ts'
import { createPlay, type Outside, type Progress } from './play.ts'
import { records } from './records.ts'
import { createStandInHub, insideOf } from './stand-in-hub.ts'
import { startWorld, type World, type WorldOptions } from './world.ts'

const open: World[] = []

const world = async (options: WorldOptions): Promise<World> => {
  const started = await startWorld(options)
  open.push(started)
  return started
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

const nobody = (more: Partial<Outside> = {}): Outside => ({
  baseline: async () => undefined,
  crosswalk: async () => undefined,
  progress: () => undefined,
  ...more,
})

/** Plays a day with the stand-in hub beside it, then lets that hub come to rest. */
const playWithHub = async (of: World): Promise<Progress[]> => {
  const hub = createStandInHub(of)
  const told: Progress[] = []
  let over = false
  const steps = (async () => {
    while (!over) {
      await hub.step()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  const outside = nobody({
    progress: (progress) => void told.push(progress),
    crosswalk: async () => hub.learnCrosswalk(),
  })
  await createPlay(of)
    .run(outside, { patienceMs: 10_000 })
    .finally(() => {
      over = true
    })
  await steps
  await hub.step()
  await hub.step()
  return told
}

describe('without a hub', () => {
  test('the day cannot end and says what everybody waits for', async () => {
    const day = await world({ seed: 5, scale: 0.01, faults: 'off', pace: 1 })
    const play = createPlay(day)
    const failure = await play.run(nobody(), { patienceMs: 200 }).catch((cause: unknown) => cause)
    expect(failure).toMatchObject({ detail: { code: 'day-stalled' } })
    const { message } = failure as Error
    expect(message).toMatch(/seller: 4 of 4: purchase 1 as a sale in Ningbo's ERP/)
    expect(message).toMatch(/warehouse: 17 of 17: .* as a quoted sale in Harbour's ERP/)
    expect(message).toMatch(/dock: /)
    expect(message).toMatch(/late cancellations: 2 of 2/)
    expect(message).not.toMatch(/^ {2}shops:/m)
    expect(play.waiting().map((line) => line.split(':')[0])).toEqual(['seller', 'dock', 'warehouse', 'late cancellations', 'returns'])
  })

  test('the shops alone foot to the plan, and everything that a hub owes is named as lost', async () => {
    const day = await world({ seed: 6, scale: 0.1, faults: 'off', pace: 1 })
    await createPlay(day)
      .run(nobody(), { patienceMs: 100 })
      .catch(() => undefined)
    const { figures, lost, doubled, sales } = await records(day)
    for (const shop of ['shop-us', 'shop-eu'] as const) {
      const [counted, planned] = [figures.shops[shop], day.plan.figures.shops[shop]]
      for (const figure of ['orders', 'goods', 'shipping', 'tax', 'taxOfSum', 'placed', 'cancelledMoney'] as const) {
        expect(counted[figure], `${shop} ${figure}`).toBe(planned[figure])
      }
      expect(counted.shipped).toBe(0)
      expect(cents(counted.placed) - cents(counted.cancelledMoney) - cents(counted.refundedMoney)).toBe(cents(counted.net))
    }
    expect(figures.pieces.sold).toBe(day.plan.figures.pieces.sold)
    expect(figures.pieces.ordered).toBe(day.plan.figures.pieces.ordered)
    expect(sales).toBe(0)
    expect(doubled.count).toBe(0)
    expect(lost.count).toBeGreaterThan(190)
    expect(lost.examples[0]).toMatch(/has no sale in Harbour's ERP/)
  })

  test('the play can be stopped', async () => {
    const day = await world({ seed: 5, scale: 0.01, faults: 'off', pace: 60 })
    const stop = new AbortController()
    const playing = createPlay(day).run(nobody(), { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(playing).rejects.toThrow('enough')
  })
})

describe('with a hub', () => {
  test('a quiet day ends with the figures of the plan, nothing lost, doubled or out of order', async () => {
    const day = await world({ seed: 21, scale: 0.02, faults: 'off', pace: 2 })
    const told = await playWithHub(day)
    const { figures, lost, doubled, outOfOrder, ...rest } = await records(day)
    expect(lost.examples).toEqual([])
    expect(doubled.examples).toEqual([])
    expect(outOfOrder.examples).toEqual([])
    expect(figures).toEqual(day.plan.figures)
    expect(rest.lateCancels).toBe(2)
    expect(rest.trackingNumbers).toBe(figures.shops['shop-us'].shipped + figures.shops['shop-eu'].shipped)
    expect(rest.sales + rest.cancelledBeforeSent).toBe(day.plan.orders.length)
    expect(rest.supplierSales).toBe(day.plan.purchases.length)
    expect(told[0]).toMatchObject({ clock: '08:00', scene: 'baseline', done: 0 })
    expect(told.at(-1)).toMatchObject({ clock: '17:30', scene: 'done' })
    expect(told.at(-1)?.done).toBe(told.at(-1)?.total)
  })

  test('a bad day ends with the same figures, and the faults really happened', async () => {
    const day = await world({ seed: 22, scale: 0.02, faults: 'on', pace: 3 })
    await playWithHub(day)
    const { figures, lost, doubled, faults } = await records(day)
    expect(lost.examples).toEqual([])
    expect(doubled.examples).toEqual([])
    expect(figures).toEqual(day.plan.figures)
    expect(faults['harbour-erp'][503]).toBe(2)
    expect(faults['shop-eu']['clock-skew']).toBe(1)
  })

  test('a double, a lost line and a sale written after its end are found', async () => {
    const day = await world({ seed: 23, scale: 0.01, faults: 'off', pace: 1 })
    const hub = createStandInHub(day)
    hub.learnCrosswalk()
    await createPlay(day)
      .run(nobody(), { patienceMs: 100 })
      .catch(() => undefined)
    await hub.step()
    await hub.step()
    const before = await records(day)
    expect(before.doubled.count).toBe(0)
    const { harbour, credentials } = insideOf(day)
    const { erp } = harbour
    const call = (method: string, ...params: unknown[]) =>
      fetch(`${erp.url}/harbour/`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`hub:${credentials.harbourPassword}`).toString('base64')}` },
        body: JSON.stringify({ id: 1, method: `model.sale.sale.${method}`, params: [...params, {}] }),
      })
    const kept = day.plan.orders.find(({ fate }) => fate === 'open')
    const reference = `${kept?.shop}/${day.book.orders.get(kept?.number ?? 0)}`
    const [sale] = erp.salesByReference(reference)
    await call('create', [{ company: 1, party: 3, currency: 1, reference }])
    await call('cancel', [sale])
    await call('write', [sale], { comment: 'too late' })
    const after = await records(day)
    expect(after.doubled).toEqual({ count: 1, examples: [`${reference} has 2 sales in Harbour's ERP`] })
    expect(after.outOfOrder.examples).toEqual([`${reference}: written after it was cancelled`])
    expect(after.lost.count).toBeGreaterThan(before.lost.count)
  })
})
