import { describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { openBody } from './body.ts'
import { compileCondition } from './condition.ts'
import { runSteps } from './steps.ts'
import type { Roots } from './template.ts'
import type { Call, Step } from './types.ts'
import type { Wire } from './wire.ts'

/** A partner that answers one value, and what it was asked. */
function partner(answer: Json): { readonly wire: Wire; readonly asked: string[] } {
  const asked: string[] = []
  const ask = async (call: Call, { item, row }: Roots) => {
    asked.push([call.path, item, row].map((value) => (value === undefined ? '' : JSON.stringify(value))).join(' '))
    const body = openBody(new TextEncoder().encode(JSON.stringify(answer)), undefined)
    return { status: 200, headers: {}, body, asOf: 0, url: '' }
  }
  return { wire: { ask, now: () => 0, download: async () => ({ kind: 'gone' }), close: async () => {} }, asked }
}
const condition = (text: string) => compileCondition(text, 'erp', {})
const each = { of: 'lines', by: 'number', rows: 'order.rows', key: 'seq' } as const
const before = {
  order: {
    rows: [
      { id: 71, seq: 1 },
      { id: 72, seq: 2 },
      { id: 73, seq: 3 },
    ],
  },
}
const steps: readonly Step[] = [{ path: '/head' }, { path: '/line', each }]

describe('steps around a command', () => {
  it('goes through the items of the input, each beside the row that was read before', async () => {
    const { wire, asked } = partner(true)
    await runSteps({ wire, condition }, steps, { before, input: { lines: [{ number: '2' }, { number: 1 }] } }, undefined)
    expect(asked).toEqual(['"/head"  ', '"/line" {"number":"2"} {"id":72,"seq":2}', '"/line" {"number":1} {"id":71,"seq":1}'])
  })
  it.each([
    ['an item without a row', [{ number: 1 }, { number: 4 }], 'number 4'],
    ['an item that is there twice', [{ number: 1 }, { number: 1 }], 'number 1'],
    ['an item without a key', [{}], 'without key'],
  ])('sends nothing for %s', async (_, lines, words) => {
    const { wire, asked } = partner(true)
    const act = runSteps({ wire, condition }, steps, { before, input: { lines } as Json }, undefined)
    await expect(act).rejects.toMatchObject({
      detail: { code: 'unmatched-row', recovery: 'reject' },
      message: expect.stringContaining(words),
    })
    expect(asked).toEqual([])
  })
  it('sends nothing for two rows of one key', async () => {
    const { wire, asked } = partner(true)
    const twins = { order: { rows: [...before.order.rows, { id: 74, seq: 1 }] } }
    await expect(
      runSteps({ wire, condition }, steps, { before: twins, input: { lines: [{ number: 1 }] } }, undefined),
    ).rejects.toMatchObject({
      detail: { code: 'unmatched-row' },
    })
    expect(asked).toEqual([])
  })
  it('leaves a step out unless the partner shows one of the states it is for', async () => {
    const press: Step = { path: '/press', only: { call: { path: '/state' }, path: '0.state', in: ['draft', 'sent'] } }
    const draft = partner([{ state: 'draft' }])
    await runSteps({ wire: draft.wire, condition }, [press], {}, undefined)
    expect(draft.asked).toEqual(['"/state"  ', '"/press"  '])
    const row: Step = {
      path: '/press',
      only: { call: { path: '/list' }, records: '', match: 'record.id == key && record.state == input.from' },
    }
    const rows = partner([
      { id: '1', state: 'done' },
      { id: '2', state: 'draft' },
    ])
    for (const key of ['2', '1']) await runSteps({ wire: rows.wire, condition }, [row], { key, input: { from: 'draft' } }, undefined)
    expect(rows.asked).toEqual(['"/list"  ', '"/press"  ', '"/list"  '])
    const done = partner([{ state: 'done' }])
    await runSteps({ wire: done.wire, condition }, [press, { path: '/next' }], {}, undefined)
    expect(done.asked).toEqual(['"/state"  ', '"/next"  '])
  })
})
