import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import { speaker } from '../model/messages.ts'
import { testShell } from '../testing/test-shell.ts'
import { runProgram } from './program.ts'
import type { Shell } from './shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'crossdock-map-'))
afterAll(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'mappings', 'shop'), { recursive: true })
const write = (name: string, content: string | Json): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 1))
const head = { version: '1.0.0', source: 'shop/order@1', target: 'plain@1' }
const shell = testShell({ folder })
const map = (line: string) => shell.run(`map ${line} --workspace ${folder}`)

describe('crossdock map reverse', () => {
  const fields = {
    no: 'id',
    day: { from: 'at', convert: 'utc', zone: 'UTC' },
    kind: { value: 'order' },
    state: { from: 'state', lookup: 'state', default: 'new' },
    sum: { expr: 'a + b' },
    open: { when: 'id > 3', from: 'open' },
    lines: { each: 'items', key: 'id', fields: { key: 'id' } },
  }
  const lookups = { state: { new: 'open', done: 'closed' } }

  it('gives every field its class, why, and its line, and counts them', async () => {
    write('mappings/shop/both.json', { ...head, mapping: 'shop.both', direction: 'both', lookups, fields })
    const { out, code } = await map('reverse shop/both --json')
    const report = JSON.parse(out)
    expect(code).toBe(0)
    expect(Object.fromEntries(report.fields.map((one: { rule: string; class: string }) => [one.rule, one.class]))).toEqual({
      no: 'exact',
      day: 'right-inverse',
      kind: 'constant',
      state: 'back-choice',
      sum: 'pull-only',
      open: 'conditional',
      lines: 'keyed',
      'lines[].key': 'exact',
    })
    expect(report.counts).toMatchObject({ exact: 2, keyed: 1, 'pull-only': 1 })
    expect(report.fields.filter((one: { class: string; reason?: string }) => one.class !== 'exact' && !one.reason)).toEqual([])
    expect(report.fields.find((one: { rule: string }) => one.rule === 'sum').line).toBe(28)
    expect((await map('reverse shop/both')).out).toContain(
      '2 exact, 1 keyed, 1 right-inverse, 1 back-choice, 1 conditional, 1 constant, 1 pull-only',
    )
  })

  it('says of a pull mapping what it would take to run backwards', async () => {
    const twice = { state: { ...lookups.state, fresh: 'open' } }
    write('mappings/shop/pull.json', { ...head, mapping: 'shop.pull', direction: 'pull', lookups: twice, fields })
    const { out, code } = await map('reverse shop/pull')
    expect(out).toContain('With direction "both" its fields would go back like this')
    expect(out).toContain("E_LOOKUP_AMBIGUOUS state: lookup 'state' gives 'open' for new and fresh")
    expect(code).toBe(1)
  })

  it('says what push cannot create, and that a push mapping derives nothing', async () => {
    mkdirSync(join(folder, 'schemas'), { recursive: true })
    write('schemas/shop-create.json', {
      $id: 'shop/create@1',
      type: 'object',
      required: ['id', 'name'],
      properties: { id: { type: 'string' }, name: { type: 'string' } },
    })
    write('mappings/shop/create.json', {
      ...head,
      source: 'shop/create@1',
      mapping: 'shop.create',
      direction: 'both',
      fields: { no: 'id' },
    })
    expect((await map('reverse shop/create')).out).toContain('W_NO_CREATE fields: push cannot create: nothing writes name')
    write('mappings/shop/push.json', { ...head, source: 'sales-order@1', mapping: 'shop.push', direction: 'push', push: { id: 'number' } })
    expect((await map('reverse shop/push')).out).toContain('nothing is derived')
    expect((await map('reverse shop/none')).code).toBe(4)
  })
})

describe('--watch', () => {
  /** A shell whose person stops once `enough` of what was said has been said. */
  const watch = async (line: string, steps: readonly { readonly after: RegExp; readonly edit: () => void }[], enough: RegExp) => {
    let said = ''
    let next = 0
    let stop = (): void => {}
    const stopped = new Promise<void>((resolve) => {
      stop = resolve
    })
    const hear = (text: string): void => {
      said += text
      const step = steps[next]
      if (step?.after.test(said)) {
        next++
        setTimeout(step.edit, 20)
      } else if (enough.test(said)) stop()
    }
    const { shell: base } = testShell({ folder })
    const ended: number[] = []
    const live: Shell = { ...base, say: speaker('en'), out: hear, note: hear, untilStopped: () => stopped, end: (code) => ended.push(code) }
    await runProgram(live, [...line.split(' '), '--workspace', folder])
    return { said, code: ended.at(-1) }
  }

  it('runs a mapping again after every edit, and goes on when a file is broken', async () => {
    const mapping = { ...head, mapping: 'shop.live', direction: 'pull' }
    write('mappings/shop/live.json', { ...mapping, fields: { a: 'x' } })
    write('live-record.json', { x: 'first' })
    const { said, code } = await watch(
      'map run shop/live live-record.json --watch',
      [
        { after: /"a": "first"/, edit: () => write('live-record.json', { x: 'second' }) },
        { after: /"a": "second"/, edit: () => appendFileSync(join(folder, 'mappings/shop/live.json'), '}') },
        { after: /E_JSON[\s\S]*does not compile/, edit: () => write('mappings/shop/live.json', { ...mapping, fields: { b: 'x' } }) },
      ],
      /"b": "second"/,
    )
    expect(said).toMatch(/live\.json:\d+:\d+ error E_JSON/)
    expect(said).toContain('live-record.json changed.')
    expect(code).toBe(0)
  }, 20_000)

  it('runs the cases again after every edit of mapping or cases', async () => {
    write('mappings/shop/tried.json', { ...head, mapping: 'shop.tried', direction: 'pull', fields: { a: 'x' } })
    const cases = (a: string): Json => ({
      context: { connection: 'shop', books: 'B' },
      cases: [{ name: 'one', input: { x: 'y' }, output: { a } }],
    })
    write('mappings/shop/tried.cases.json', cases('z'))
    const { said } = await watch(
      'map test shop/tried --watch',
      [{ after: /failed {2}shop\/tried/, edit: () => write('mappings/shop/tried.cases.json', cases('y')) }],
      /ok {6}shop\/tried/,
    )
    expect(said).toContain('one: the result is another one')
  }, 20_000)
})

describe('crossdock map run of a mapping with both directions', () => {
  const fields = {
    number: 'name',
    at: { from: 'at', convert: 'utc', zone: 'America/New_York' },
    books: '@.books',
    amount: { expr: 'price * quantity', onPush: 'keep' },
  }
  const base = { name: '1', at: '2026-03-08 02:30:00', price: '2', quantity: 3, amount: 'x' }

  it('tells of notes beside the document, and where each value comes from on either way', async () => {
    write('mappings/shop/there.json', { ...head, mapping: 'shop.there', direction: 'both', fields })
    write('base.json', base)
    const pulled = await map('run shop/there base.json')
    expect(JSON.parse(pulled.out)).toEqual({ number: '1', at: '2026-03-08T07:30:00.000Z', books: 'BOOKS', amount: '6' })
    expect(pulled.err).toMatch(/^ZONE_GAP \/at: the zone skips .* \(rule at\)$/m)
    const explained = JSON.parse((await map('run shop/there base.json --explain --json')).out).explain
    expect(explained).toEqual(expect.arrayContaining([expect.objectContaining({ field: 'books', from: ['@.books'] })]))
    write('wanted.json', { ...JSON.parse(pulled.out), number: '2' })
    const pushed = JSON.parse((await map('run shop/there wanted.json --push --base base.json --explain --json')).out)
    const from = Object.fromEntries(
      pushed.explain.map((row: { field: string; from: unknown; line: unknown }) => [row.field, [row.from, row.line]]),
    )
    expect(pushed.value).toEqual({ ...base, name: '2' })
    expect(from).toMatchObject({ name: [['number'], expect.any(Number)], at: [['at'], expect.any(Number)] })
    // what stood there is nobody's, whatever a field of the hub of that name is made of
    expect(from).toMatchObject({ amount: [[], null], price: [[], null] })
  })
})
