import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { textHash } from '../model/id.ts'
import { packageRoot } from '../package-root.ts'
import { type EditedMapping, type KeptOrders, keptOrders } from '../testing/kept-orders.ts'
import { testShell } from '../testing/test-shell.ts'
import { diffAll } from './map-diff.ts'

let kept: KeptOrders
beforeAll(async () => {
  kept = await keptOrders([{}, { status: 'odd', currency: 'EUR' }, { total: '10.00' }, { customer_id: 7 }])
}, 60_000)
afterAll(() => kept.close())

const diff = (line: string) => kept.shell.run(`map diff ${line}`)
const file = (name: string, edit: (mapping: EditedMapping) => void): string => {
  writeFileSync(join(kept.folder, name), kept.edited(edit))
  return name
}

describe('crossdock map diff', () => {
  it('finds nothing between a version and itself, as a file, as what runs, by its hash, or by that of its revision', async () => {
    const same = file('same.json', () => {})
    const { rule, revision } = JSON.parse((await kept.shell.run('explain sales-order shop/700 number --json')).out)
    expect(rule.hash).toBe(textHash(kept.edited(() => {})))
    for (const old of ['current', same, rule.hash, revision]) {
      const { out, err, code } = await diff(`${old} ${same}`)
      expect({ out, err, code }).toEqual({ out: 'Records compared: 4, different: 0, equal: 4.\n', err: '', code: 0 })
    }
    expect((await diff(`${'0'.repeat(64)} ${same}`)).code).toBe(4)
    expect((await diff(`${rule.hash} current`)).code).toBe(0)
  })

  it('groups what differs by rule, with its line, sums the money and ends with 6', async () => {
    const changed = file('changed.json', (mapping) => {
      mapping.fields.totals = { fields: { grandTotal: { expr: 'total * 2', convert: 'amount' } } }
      mapping.fields.buyer = { fields: { name: { expr: "join(', ', billing.last_name, billing.first_name)" } } }
      mapping.fields.clientSource = { value: 'seen' }
      mapping.fields.note = { value: 'kept to oneself' }
    })
    const { out, code } = await diff(`current ${changed}`)
    expect(code).toBe(6)
    expect(out).toMatch(/^buyer\.name \(line \d+\): 4 changed$/m)
    expect(out).toContain('E3 buyer.name: *** -> ***')
    expect(out).not.toMatch(/Doe|oneself/)
    expect(out).toMatch(/^clientSource \(line \d+\): 4 changed\n {2}E3 clientSource: rest-api -> seen$/m)
    expect(out).toMatch(/^totals\.grandTotal \(line \d+\): 4 changed\n {2}E3 totals\.grandTotal: 29\.35 -> 58\.70$/m)
    expect(out).toContain('totals.grandTotal EUR: 29.35 -> 58.70, 29.35 in 1 fields')
    expect(out).toContain('totals.grandTotal USD: 68.70 -> 137.40, 68.70 in 3 fields')
    expect(out).toContain('Records compared: 4, different: 4, equal: 0.')
  })

  it('ends with 1 where the new version refuses what the old one took, and names the errors that are gone', async () => {
    const strict = file('strict.json', (mapping) => {
      mapping.fields.status = { from: 'status', lookup: 'status' }
    })
    const there = await diff(`current ${strict} --json`)
    expect(there.code).toBe(1)
    expect(JSON.parse(there.out)).toMatchObject({
      mapping: 'woocommerce/order',
      compared: 4,
      different: 1,
      newErrors: [{ code: 'LOOKUP_MISS', rule: 'status', count: 1, examples: [{ envelope: 'E1', to: '/status', found: 'odd' }] }],
      goneErrors: [],
    })
    const back = await diff(`${strict} current`)
    expect(back.out).toContain('Errors that are gone:\n  1 times LOOKUP_MISS in status')
    expect(back.code).toBe(6)
  })

  it('counts a document that no longer fits its schema as a new error', async () => {
    const bad = file('bad.json', (mapping) => {
      mapping.fields.currency = { expr: 'lower(currency)' }
    })
    const { out, code } = await diff(`current ${bad}`)
    expect(out).toMatch(/4 times INVALID in currency/)
    expect(code).toBe(1)
  })

  it('looks at the newest, at those since a time, and within a tolerance only when told to', async () => {
    const cent = file('cent.json', (mapping) => {
      mapping.fields.totals = { fields: { grandTotal: { expr: 'total + 0.01', convert: 'amount' } } }
    })
    expect((await diff(`current ${cent} --last 2`)).out).toContain('Records compared: 2, different: 2')
    expect((await diff(`current ${cent} --tolerance 0.01`)).out).toContain('different: 4')
    const total = JSON.parse((await diff(`current ${cent} --tolerance 0.01 --json`)).out)
    expect(total.rules.map(({ rule }: { rule: string }) => rule)).not.toContain('totals.grandTotal')
    expect((await diff(`current ${cent} --since 1h`)).out).toContain('Records compared: 0')
  })

  it.each([
    ['current current', 2, 'Which mapping is it?'],
    ['nothing.json current', 4, "'nothing.json' is no file"],
    ['current same.json --tolerance much', 2, '--tolerance takes'],
    ['current same.json --last none', 2, 'none'],
    ['current same.json --connection nobody', 4, 'no stream of nobody'],
    ['current same.json --mapping tryton/sale', 4, 'has no mapping tryton/sale'],
  ])('`map diff %s` ends with %i', async (line, code, message) => {
    file('same.json', () => {})
    const run = await diff(line)
    expect(run.err).toContain(message)
    expect(run.code).toBe(code)
  })

  it('says where a version does not compile', async () => {
    const broken = file('broken.json', (mapping) => {
      mapping.fields.note = { from: 'customer_note', lookup: 'none' }
    })
    const { err, code } = await diff(`current ${broken}`)
    expect(err).toMatch(/does not compile: \d+:\d+ E_LOOKUP/)
    expect(code).toBe(5)
  })
})

it('says how far it is while it takes long, beside the report', async () => {
  const empty = { compared: 500, different: 2, unreadable: 0, filtered: 0, more: 0, rules: [], newErrors: [], goneErrors: [], money: [] }
  const notes: string[] = []
  const { shell } = testShell()
  const now = vi.spyOn(Date, 'now').mockReturnValue(0)
  let pages = 0
  const client = {
    where: 'here',
    send: async () => {
      now.mockReturnValue(++pages * 2_000)
      return { ...empty, next: pages < 5 ? String(pages) : null }
    },
  }
  const report = await diffAll({ ...shell, note: (text) => void notes.push(text) }, client, Number.POSITIVE_INFINITY, {})
  now.mockRestore()
  expect(report).toMatchObject({ compared: 2_500, different: 10 })
  expect(notes).toEqual(['Records compared so far: 1000, different: 4 …\n', 'Records compared so far: 2000, different: 8 …\n'])
})

it('refuses a mapping that only pushes: it reads documents, not records that came in', async () => {
  const stock = join(packageRoot, 'mappings/woocommerce/stock.json')
  const { err, out, code } = await diff(`${stock} ${stock}`)
  expect([out, code]).toEqual(['', 5])
  expect(err).toMatch(/direction push: no record that came in is read by it; compare the cases beside it/)
})
