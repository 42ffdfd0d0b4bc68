import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/model/json.ts'
import { shopOrder, ublOrder } from './job.ts'
import { moneyBig, moneyExact, moneyJob } from './money.ts'
import { prove } from './prove.ts'

describe('the mapping benchmark', () => {
  it.each([shopOrder(), ublOrder()])('compares only what gives the same: $name', async (job) => {
    await prove(job, 300)
  })

  it('finds a version that differs', async () => {
    const job = shopOrder()
    const [first] = job.hand
    if (first === undefined) throw new Error('the job has no version by hand')
    const wrong = (document: Json) => {
      const result = first(document)
      return result.ok ? { ...result, value: { ...result.value, note: 'other' } } : result
    }
    await expect(prove({ ...job, hand: [wrong] }, 0)).rejects.toThrow('document 0 differs')
    await expect(prove({ ...job, jsonata: job.jsonata.replace('"EA"', '"PCE"') }, 0)).rejects.toThrow('JSONata, document 0 differs')
  })

  it('adds money as big.js does', () => {
    for (const lines of moneyJob(50)) expect(moneyExact(lines)).toEqual(moneyBig(lines))
  })
})
