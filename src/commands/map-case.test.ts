import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KeptOrders, keptOrders } from '../testing/kept-orders.ts'

let kept: KeptOrders
beforeAll(async () => {
  kept = await keptOrders([{ customer_note: 'John is at home after six' }])
}, 60_000)
afterAll(() => kept.close())

const file = () => join(kept.folder, 'mappings', 'woocommerce', 'order.cases.json')
const cases = () => JSON.parse(readFileSync(file(), 'utf8'))
const map = (words: readonly string[]) => kept.shell.run(['map', ...words])

describe('crossdock map case', () => {
  it('makes a file of cases of a record that came in; the case holds and nobody is in it', async () => {
    const { out, code } = await map(['case', 'E0', '--mapping', 'woocommerce/order'])
    expect(out).toBe('Case "orders 700" written to mappings/woocommerce/order.cases.json: the mapping takes it.\n')
    expect(code).toBe(0)
    const text = readFileSync(file(), 'utf8')
    expect(text).not.toMatch(/John|Doe|969 Market|555-5555|San Francisco|94103|at home/)
    expect(cases()).toMatchObject({
      context: { connection: 'shop', books: 'HARBOUR', config: { timeZone: 'America/New_York' }, zone: 'America/New_York' },
      cases: [
        {
          name: 'orders 700',
          input: { number: '700', total: '29.35', billing: { country: 'US', state: 'CA' } },
          output: { number: '700', totals: { grandTotal: '29.35' } },
        },
      ],
    })
    expect(text).not.toMatch(/_1234567/)
    const tested = await map(['test', 'woocommerce/order'])
    expect(tested.code).toBe(0)
  })

  it('adds to the file that is there, and leaves what stands in it as it is written', async () => {
    const odd = readFileSync(file(), 'utf8').replace('"cases": [', '"cases":   [')
    writeFileSync(file(), odd)
    expect((await map(['case', 'E0', '--mapping', 'woocommerce/order', '--name', 'the same again'])).code).toBe(0)
    const text = readFileSync(file(), 'utf8')
    expect(text.startsWith(odd.slice(0, odd.lastIndexOf('}\n  ]')))).toBe(true)
    expect(cases().cases.map(({ name }: { name: string }) => name)).toEqual(['orders 700', 'the same again'])
    expect(cases().cases[1].input).toEqual(cases().cases[0].input)
  })

  it('keeps what the mapping refuses as expected errors', async () => {
    writeFileSync(
      join(kept.folder, 'mappings', 'woocommerce', 'order.json'),
      kept.edited((mapping) => {
        mapping.fields.note = { from: 'status', lookup: 'via' }
      }),
    )
    const { out } = await map(['case', 'E0', '--mapping', 'woocommerce/order', '--name', 'refused'])
    expect(out).toContain('the mapping refuses it in 1 places')
    expect(cases().cases.at(-1)).toMatchObject({ name: 'refused', errors: [{ code: 'LOOKUP_MISS', rule: 'note', found: '***' }] })
  })

  it('writes nothing where the case would not hold', async () => {
    const before = readFileSync(file(), 'utf8')
    writeFileSync(
      join(kept.folder, 'mappings', 'woocommerce', 'order.json'),
      kept.edited((mapping) => {
        mapping.fields.currency = { expr: 'lower(currency)' }
      }),
    )
    const { err, code } = await map(['case', 'E0', '--mapping', 'woocommerce/order', '--name', 'small letters'])
    expect(err).toMatch(/so nothing was written/)
    expect(code).toBe(1)
    expect(readFileSync(file(), 'utf8')).toBe(before)
  })

  it.each([
    [['case', 'E0'], 2, 'say which with --mapping: woocommerce/order, '],
    [['case', 'E0', '--mapping', 'tryton/sale'], 2, 'its stream feeds woocommerce/order'],
    [['case', 'E0', '--mapping', 'woocommerce/order', '--name', 'refused'], 2, 'There is a case "refused" already'],
    [['case', 'E9'], 4, 'nothing here'],
  ])('`map %j` ends with %i', async (words, code, message) => {
    const run = await map(words)
    expect(run.err).toContain(message)
    expect(run.code).toBe(code)
  })

  it.each([
    ['{', 'order.cases.json is not JSON: '],
    ['{}', 'order.cases.json has no list "cases"'],
  ])('leaves a file alone that no case can be added to: %s', async (text, message) => {
    writeFileSync(file(), text)
    const { err, code } = await map(['case', 'E0', '--mapping', 'woocommerce/order', '--name', 'new'])
    expect(err).toContain(message)
    expect(code).toBe(2)
    expect(readFileSync(file(), 'utf8')).toBe(text)
    expect((await map(['test', 'woocommerce/order'])).out).toMatch(/^failed {2}woocommerce\/order\n +\*: /m)
  })
})
