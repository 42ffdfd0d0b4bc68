import { afterEach, expect, test } from 'vitest'
import { dutiesOf, knowLamp, later, order, statesOf } from '../testing/bed-questions.ts'
import type { PartnerAnswer } from '../testing/loopback-partner.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { saleAction, tinyErp } from '../testing/tiny-connectors.ts'

let bed: Bed
afterEach(() => bed.close())

test('every try of one effect carries one key, another effect another: a partner that keeps keys does it once', async () => {
  bed = await openBed({ erp: tinyErp(saleAction({ kind: 'header', name: 'Idempotency-Key' })) })
  await knowLamp(bed)
  const answers = new Map<string, PartnerAnswer>()
  const keys: string[] = []
  bed.partner.intercept = (request, usual) => {
    if (request.method !== 'POST') return usual()
    const key = String(request.headers['idempotency-key'])
    keys.push(key)
    const known = answers.get(key)
    if (known !== undefined) return known
    answers.set(key, usual())
    return 'lost'
  }
  await order(bed, 1)
  await later(bed, 1000)
  await order(bed, 2)
  await later(bed, 1000)
  expect(await dutiesOf(bed)).toEqual(['create delivered', 'create delivered'])
  expect(bed.partner.sales.size).toBe(2)
  const [first, again, second, once] = keys
  expect([again, once, keys.length]).toEqual([first, second, 4])
  expect(second).not.toBe(first)
})

test('what we wrote is known when it is read, by the version the partner answered; what others write after it is not taken for ours', async () => {
  bed = await openBed()
  await knowLamp(bed)
  await order(bed, 1)
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
  await later(bed, 60_000, ['sales'])
  expect((await statesOf(bed, 'envelope')).at(-1)).toBe('unchanged/echo')
  const sale = bed.partner.sales.get(1) ?? expect.unreachable()
  sale.rev++
  await later(bed, 60_000, ['sales'])
  expect((await statesOf(bed, 'envelope')).at(-1)).toBe('unchanged')
})
