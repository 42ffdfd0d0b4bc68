import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { envelopeRow, receiptRow } from '../http/test-rows.ts'
import { emptyReport, mergeReports } from '../mapping/compare-report.ts'
import { compileMapping } from '../mapping/compile.ts'
import type { CompiledMapping } from '../mapping/types.ts'
import { sha256 } from '../model/id.ts'
import { insertEnvelopes } from '../store/envelope.ts'
import { insertReceipts } from '../store/receipt.ts'
import { type Bed, bedStart, bedTenant, openBed } from '../testing/pipeline-bed.ts'
import { tinyMappings } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { compareMappings, maxCompared } from './compare-mappings.ts'

const orders = 1200
let bed: Bed
let current: CompiledMapping
/** Orders of the tiny shop, each with its own receipt; every hundredth is a cart, which the stream leaves out, and one is no JSON. */
beforeAll(async () => {
  bed = await openBed()
  const texts = Array.from({ length: orders }, (_, index) =>
    index === 7 ? '{' : JSON.stringify(tinyOrder(index, { state: index % 100 === 50 ? 'cart' : 'open' })),
  )
  const id = (index: number) => `E${String(index).padStart(5, '0')}`
  await bed.database.write(async (tx) => {
    await insertReceipts(
      tx,
      texts.map((text, index) => ({ ...receiptRow(bedTenant, `R${index}`, text), connection: 'shop', stream: 'orders' })),
    )
    await insertEnvelopes(
      tx,
      texts.map((text, index) =>
        envelopeRow(bedTenant, id(index), {
          connection: 'shop',
          stream: 'orders',
          key: String(index),
          body_hash: sha256(text),
          state: 'applied',
          received_at: bedStart + index,
          slices: JSON.stringify([{ receipt: `R${index}`, from: 0, to: text.length }]),
        }),
      ),
    )
  })
  current = version((text) => text)
})
afterAll(() => bed.close())

function version(edit: (text: string) => string): CompiledMapping {
  const { mapping, faults } = compileMapping(edit(tinyMappings['tiny/order'] ?? ''), { file: 'order' })
  if (mapping === undefined) throw new Error(JSON.stringify(faults))
  return mapping
}
async function all(after: CompiledMapping, limit = maxCompared, from?: number) {
  let report = emptyReport
  const counts = { pages: 0, unreadable: 0, filtered: 0 }
  let before: string | undefined
  do {
    const one = await compareMappings(
      bed.context,
      { name: 'tiny/order', before: () => current, after: () => after },
      { ...(before ? { before } : {}), ...(from ? { from } : {}) },
      limit,
    )
    report = mergeReports(report, { ...one.report, rules: one.rules })
    counts.pages++
    counts.unreadable += one.unreadable
    counts.filtered += one.filtered
    before = one.next ?? undefined
  } while (before !== undefined)
  return { ...report, ...counts }
}

describe('two versions over what came in', () => {
  it('differ nowhere when they are the same, and every record was looked at once', async () => {
    expect(await all(version((text) => text))).toMatchObject({
      compared: orders - 13,
      different: 0,
      rules: [],
      newErrors: [],
      goneErrors: [],
      money: [],
      unreadable: 1,
      filtered: 12,
      pages: 3,
    })
  })

  it('are told apart exactly where a rule was changed', async () => {
    const changed = await all(version((text) => text.replace('"number"', '"channel":{"value":"x"},"number"')))
    expect(changed.rules.map(({ rule, added, changed, removed }) => [rule, added, changed, removed])).toEqual([
      ['channel', orders - 13, 0, 0],
    ])
    expect(changed).toMatchObject({ different: orders - 13, newErrors: [], goneErrors: [] })
    expect(changed.rules[0]?.examples).toHaveLength(3)
  })

  it('are the same report in pages of any size, and nothing is written', async () => {
    const after = version((text) => text.replace('"number"', '"channel":"state","number"'))
    const count = () =>
      bed.database.read
        .selectFrom('journal')
        .select((of) => of.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
    const rows = await count()
    const { pages, ...whole } = await all(after)
    const { pages: more, ...small } = await all(after, 90)
    expect(small).toEqual(whole)
    expect([pages, more]).toEqual([3, 14])
    expect(await count()).toEqual(rows)
  })

  it('looks at those received since a time only', async () => {
    expect((await all(current, maxCompared, bedStart + orders - 5)).compared).toBe(5)
  })

  it('refuses what reads no records', async () => {
    const pair = { before: () => current, after: () => current }
    await expect(compareMappings(bed.context, { ...pair, name: 'tiny/none' }, {}, 1)).rejects.toThrow('no stream of any connection')
    await expect(compareMappings(bed.context, { ...pair, name: 'tiny/order' }, { connection: 'erp' }, 1)).rejects.toThrow(
      'no stream of erp',
    )
  })
})
