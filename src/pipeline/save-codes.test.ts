import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { verify } from '../ledger/verify.ts'
import { parseJson } from '../model/json.ts'
import { documentOf, dutiesOf, hook, knowLamp, openFindingsOf, order, statesOf } from '../testing/bed-questions.ts'
import { type Bed, type BedOptions, openBed } from '../testing/pipeline-bed.ts'
import { tinyMappings } from '../testing/tiny-connectors.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { mappingByHash, rerun, ruleOfPath } from './explain-value.ts'
import type { CodeLine, CodeOutcome } from './judge-codes.ts'
import { endCode, saveCodes } from './save-codes.ts'
import { openParkWatch, reviewParked } from './sweep.ts'

let bed: Bed
afterEach(() => bed.close())

const changed = (name: string, change: (text: string) => string): string => {
  const before = tinyMappings[name] ?? ''
  const after = change(before)
  if (after === before) throw new Error(`${name} is as it was`)
  return after
}
const mappings = {
  'tiny/order': changed('tiny/order', (text) =>
    text
      .replace(
        '"status":{"from":"state","lookup":"status"}',
        '"status":{"from":"state","lookup":"state","else":"unknown"},"sourceStatus":"state"',
      )
      .replace('"currency":"currency"', '"currency":{"from":"currency","lookup":"currency"}')
      .replaceAll('"convert":"amount:$.currency"', '"convert":"decimal:2"'),
  ),
  'tiny/sale': changed('tiny/sale', (text) =>
    text.replace('"reference":"key"', '"reference":"key","total2":{"from":"currency","lookup":"currency"}'),
  ),
}
const open = async (options: BedOptions = {}) => {
  bed = await openBed({ mappings, codes: { state: { open: 'open' }, currency: { USD: 'USD' } }, ...options })
}

const line = (kind: string, code: string, hub: string, more: Partial<CodeLine> = {}): CodeLine => ({
  kind,
  code,
  hub,
  connection: '',
  organisation: '',
  product: '',
  factor: null,
  validFrom: null,
  validTo: null,
  ...more,
})
async function save(...lines: CodeLine[]): Promise<readonly CodeOutcome[]> {
  const { outcomes } = await bed.database.write((tx) => saveCodes(tx, bed.context, lines, 'anna'))
  await bed.drain()
  return outcomes
}
const made = { outcome: 'made' } as const
const bodyOf = async (key: string) => {
  const row = await documentOf(bed, 'sales-order', key)
  return row === undefined ? undefined : (parseJson(row.body) as { readonly currency?: string; readonly status?: string })
}
const waits = async (table: 'envelope' | 'delivery') =>
  (await bed.database.read.selectFrom(table).select('waits_for').where('state', '=', 'parked').execute()).map(({ waits_for }) => waits_for)

test('a record that needs a code nobody knows is parked, and goes on when it is saved; nothing else does', async () => {
  await open()
  await order(bed, 1, { currency: 'US$' })
  await order(bed, 2, { currency: 'Euro' })
  expect(await statesOf(bed, 'envelope')).toEqual(['parked/missing-code', 'parked/missing-code'])
  expect(await waits('envelope')).toEqual(['code:currency/shop/US$', 'code:currency/shop/Euro'])
  expect(await save(line('currency', 'US$', 'USD', { connection: 'shop' }))).toEqual([made])
  expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'parked/missing-code'])
  expect(await bodyOf('shop/1')).toMatchObject({ currency: 'USD' })
  const told = await bed.database.read.selectFrom('journal').select(['type', 'key', 'detail']).where('kind', '=', 'code-saved').execute()
  expect(told.map(({ detail, ...row }) => ({ ...row, detail: parseJson(detail ?? '') }))).toMatchObject([
    { type: 'currency', key: 'US$', detail: { hub: 'USD', connection: 'shop' } },
  ])
})

test('a code of another connection frees nothing', async () => {
  await open()
  await order(bed, 1, { currency: 'US$' })
  await save(line('currency', 'US$', 'USD', { connection: 'erp' }))
  expect(await statesOf(bed, 'envelope')).toEqual(['parked/missing-code'])
})

test('a document made without a code carries a finding, and is made again with it, of the last record', async () => {
  await open()
  await order(bed, 1, { state: 'wc-odd', note: 'first' })
  expect(await bodyOf('shop/1')).toMatchObject({ status: 'unknown' })
  expect(await openFindingsOf(bed)).toContain('unknown-code shop/1')
  // a later record says the same: the last one is what is made again
  bed.clock.now += 1000
  await order(bed, 1, { state: 'wc-odd', note: 'first', at: '2026-11-23T09:00:05.000Z' })
  expect(await statesOf(bed, 'envelope')).toEqual(['applied', 'unchanged'])
  await save(line('state', 'wc-odd', 'closed'))
  expect(await bodyOf('shop/1')).toMatchObject({ status: 'closed', note: 'first' })
  expect(await openFindingsOf(bed)).not.toContain('unknown-code shop/1')
  expect((await verify(bed.database, 'default')).differences).toEqual([])
})

test('a code holds on the business dates of documents, whenever they come', async () => {
  await open()
  await save(
    line('state', 'new', 'draft', { validTo: '2026-10-31' }),
    line('state', 'new', 'open', { validFrom: '2026-11-01', validTo: '2026-11-30' }),
  )
  await order(bed, 1, { state: 'new', placed: '2026-10-31T23:59:59.000Z' })
  await order(bed, 2, { state: 'new', placed: '2026-11-01T00:00:00.000Z' })
  await order(bed, 3, { state: 'new', placed: '2026-12-01T00:00:00.000Z' })
  expect([await bodyOf('shop/1'), await bodyOf('shop/2'), await bodyOf('shop/3')]).toMatchObject([
    { status: 'draft' },
    { status: 'open' },
    { status: 'unknown' },
  ])
  expect(await openFindingsOf(bed)).toContain('unknown-code shop/3')
})

test('the most specific code counts, and the file of the workspace comes last', async () => {
  await open()
  bed.change({ setups: [{ name: 'shop', organisation: 'harbour-us' }] })
  const said = async (id: number) => {
    await order(bed, id)
    return (await bodyOf(`shop/${id}`))?.status
  }
  expect(await said(1)).toBe('open')
  expect(await save(line('state', 'open', 'draft'))).toEqual([made])
  expect(await said(2)).toBe('draft')
  await save(line('state', 'open', 'closed', { organisation: 'harbour-us' }))
  expect(await said(3)).toBe('closed')
  await save(line('state', 'open', 'cancelled', { connection: 'shop' }))
  expect(await said(4)).toBe('cancelled')
  await save(line('state', 'open', 'open', { connection: 'shop', organisation: 'harbour-us' }))
  expect(await said(5)).toBe('open')
})

test('a duty waits for the partner’s word of our code', async () => {
  await open({ codes: { state: { open: 'open' }, currency: {} } })
  await knowLamp(bed)
  await save(line('currency', 'US$', 'USD', { connection: 'shop' }))
  await order(bed, 1, { currency: 'US$' })
  expect(await dutiesOf(bed)).toEqual(['create parked/missing-code'])
  expect(await waits('delivery')).toEqual(['hub-code:currency/erp/USD'])
  await save(line('currency', 'DOLLAR', 'USD', { connection: 'erp' }))
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
  expect([...bed.partner.sales.values()].map(({ body }) => body)).toMatchObject([{ total2: 'DOLLAR' }])
})

test('what contradicts is refused, the same again is kept, another end replaces', async () => {
  await open()
  expect(await save(line('state', 'new', 'open', { validFrom: '2026-11-01' }))).toEqual([made])
  expect(await save(line('state', 'new', 'open', { validFrom: '2026-11-01' }))).toEqual([{ outcome: 'kept' }])
  expect(await save(line('state', 'new', 'closed', { validFrom: '2026-12-01' }))).toMatchObject([
    { outcome: 'refused', code: 'code-conflict' },
  ])
  expect(await save(line('state', 'new', 'open', { validFrom: '2026-11-01', validTo: '2026-11-30' }))).toMatchObject([
    { outcome: 'changed' },
  ])
  expect(await save(line('state', 'new', 'closed', { validFrom: '2026-12-01' }))).toEqual([made])
  expect(await save(line('colour', 'red', 'RED'))).toMatchObject([{ outcome: 'refused', code: 'unknown-kind' }])
  expect(await save(line('state', 'x', 'open', { connection: 'nobody' }))).toMatchObject([{ code: 'unknown-connection' }])
  expect(await save(line('state', 'x', 'open', { organisation: 'nobody' }))).toMatchObject([{ code: 'unknown-organisation' }])
  expect(await save(line('state', 'x', 'open', { validFrom: '2026-02-30' }))).toMatchObject([{ code: 'bad-date' }])
  expect(await save(line('unit', 'x', 'XCT', { factor: '12' }))).toMatchObject([{ code: 'bad-factor' }])
  expect(await save(line('unit', 'x', 'XCT', { factor: '12', product: 'NONE' }))).toMatchObject([{ code: 'no-document' }])
})

test('a value is explained with the codes that were known when it was made', async () => {
  await open()
  await save(line('state', 'new', 'draft'))
  await order(bed, 1, { state: 'new' })
  const [row] = await bed.database.read.selectFrom('code').selectAll().execute()
  bed.clock.now += 1000
  await bed.database.write((tx) => endCode(tx, bed.context, row?.id ?? '', 'anna'))
  await save(line('state', 'new', 'closed'))
  const version = await bed.database.read.selectFrom('document_version').selectAll().where('key', '=', 'shop/1').executeTakeFirstOrThrow()
  const envelope = await bed.database.read.selectFrom('envelope').selectAll().where('id', '=', version.envelope).executeTakeFirstOrThrow()
  const found = await mappingByHash(bed.context, version.mapping ?? '')
  const rule = found && ruleOfPath(found.mapping, 'status')
  if (found === undefined || rule === undefined) throw new Error('no rule')
  const again = await rerun(bed.context, envelope, found.mapping, rule, 'status', { key: 'shop/1', at: version.at })
  expect(again.entries).toMatchObject([{ lookup: 'state', code: 'new', value: 'draft', saved: { id: row?.id } }])
})

test('a list with a version is what a mapping was made with: saved codes are not for it', async () => {
  await open({ codes: { state: { open: 'open' }, currency: { USD: 'USD' }, 'state@2': { open: 'open' } } })
  expect(await save(line('state@2', 'new', 'open'))).toMatchObject([{ outcome: 'refused', code: 'unknown-kind' }])
})

test('a code that the file got meanwhile frees what waits for it, once a turn looks', async () => {
  await open()
  await order(bed, 1, { currency: 'US$' })
  bed.change({
    codes: new Map([
      ['state', new Map([['open', 'open']])],
      ['currency', new Map([['US$', 'USD']])],
    ]),
  })
  expect(await reviewParked(bed.context, openParkWatch())).toHaveLength(1)
  await bed.drain()
  expect(await statesOf(bed, 'envelope')).toEqual(['applied'])
})

test('any order of saving and arrival ends in the same ledger', async () => {
  const codes = [
    line('currency', 'US$', 'USD', { connection: 'shop' }),
    line('state', 'new', 'draft', { validTo: '2026-11-22' }),
    line('state', 'new', 'closed', { connection: 'shop', validFrom: '2026-11-23' }),
  ]
  const orders = [
    tinyOrder(1, { currency: 'US$', state: 'new' }),
    tinyOrder(2, { state: 'new', placed: '2026-11-20T08:00:00.000Z' }),
    tinyOrder(3, { currency: 'US$', state: 'new', placed: '2026-11-20T08:00:00.000Z' }),
  ]
  const steps = [...codes.map((code) => () => save(code)), ...orders.map((one) => () => hook(bed, one).then(() => bed.drain()))]
  const results = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(steps, { minLength: steps.length }), async (shuffled) => {
      await bed?.close()
      await open({ routes: [] })
      for (const step of shuffled) await step()
      const rows = await bed.database.read.selectFrom('document').select(['key', 'status', 'body']).orderBy('key').execute()
      const states = await bed.database.read.selectFrom('order_state').selectAll().orderBy('key').execute()
      results.add(
        JSON.stringify([
          rows.map(({ body, ...row }) => ({ ...row, currency: (parseJson(body) as { currency: string }).currency })),
          states,
        ]),
      )
      expect((await openFindingsOf(bed)).filter((name) => name.startsWith('unknown-code'))).toEqual([])
      expect([...results]).toHaveLength(1)
    }),
    { numRuns: 12 },
  )
  expect([...results][0]).toContain('draft')
})
