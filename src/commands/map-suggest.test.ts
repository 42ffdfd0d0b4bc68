import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { compileMapping } from '../mapping/compile.ts'
import { maxSampleText } from '../mapping/suggest/samples.ts'
import { isObject, type Json, parseJson } from '../model/json.ts'
import { compileSchemas } from '../model/schema.ts'
import { packageRoot } from '../package-root.ts'
import { runCases } from '../testing/mapping-kit.ts'
import { testShell } from '../testing/test-shell.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-suggest-'))
  await writeFile(join(folder, 'a.json'), '{"number":"1","total":"5.00","currency":"USD","state":"gruschel"}')
  await writeFile(join(folder, 'more.ndjson'), '{"number":"2","total":"7.50"}\n{"number":"3"}\n')
})
afterAll(() => rm(folder, { recursive: true, force: true }))
const run = (line: string, language: 'en' | 'zh' = 'en') => testShell({ folder, language }).run(line)

describe('map suggest', () => {
  test('the draft goes to standard output, what is said of it beside it', async () => {
    const { out, err, code } = await run('map suggest --from a.json more.ndjson --to sales-order@1 --id shop.order')
    expect(code).toBe(0)
    expect(parseJson(out)).toMatchObject({ mapping: 'shop.order', source: 'shop/order@1', target: 'sales-order@1', direction: 'pull' })
    expect(err).toContain("totals.grandTotal  total     90 %  named 'total'; every value is decimal")
    expect(err).toMatch(/Required, and nothing in the samples fits:\n {2}placedAt/)
    expect(err).toMatch(/Codes whose meaning is not known; add them to the table:\n {2}status: gruschel/)
    expect(err).toContain('Records: 3')
  })
  test('in Chinese', async () => {
    const { out, err } = await run('map suggest --from a.json --to sales-order@1', 'zh')
    expect(err).toContain('必填，但样本中没有合适的字段：')
    expect(out).toContain('名称“number”')
  })
  test('--json has everything, with the same words in every language', async () => {
    const { out } = await run('map suggest --from a.json --to sales-order@1 --json')
    const report = parseJson(out)
    expect(report).toMatchObject({
      records: 1,
      openCodes: [{ lookup: 'status', codes: ['gruschel'] }],
      draft: { mapping: 'sample.sales-order' },
    })
    expect(report).toMatchObject({
      lines: expect.arrayContaining([expect.objectContaining({ field: 'number', evidence: [{ code: 'name', words: 'number' }] })]),
    })
  })
  test('--out never writes over a file', async () => {
    const line = 'map suggest --from a.json --to sales-order@1 --out draft.json'
    expect((await run(line)).code).toBe(0)
    expect(await run(line)).toMatchObject({ code: 2, err: expect.stringContaining('draft.json is there already') })
  })
  test('a target of the workspace, or a schema file', async () => {
    await writeFile(
      join(folder, 'hub.json'),
      JSON.stringify({ $id: 'ticket@1', type: 'object', properties: { number: { type: 'string' } } }),
    )
    expect(parseJson((await run('map suggest --from a.json --to hub.json')).out)).toMatchObject({ target: 'ticket@1' })
    expect(await run('map suggest --from a.json --to nothing@1')).toMatchObject({ code: 2, err: expect.stringContaining('sales-order@1') })
    expect(await run('map suggest --from a.json --to a.json')).toMatchObject({ code: 2, err: expect.stringContaining('$id') })
  })
  test('what cannot be read is refused', async () => {
    await writeFile(join(folder, 'large.json'), Buffer.alloc(maxSampleText * 4 + 1, 32))
    expect((await run('map suggest --from none.json --to sales-order@1')).code).toBe(4)
    expect(await run('map suggest --from large.json --to sales-order@1')).toMatchObject({ code: 2, err: expect.stringContaining('10 MB') })
    expect((await run('map suggest --from a.json --to sales-order@1 --id Shop')).code).toBe(2)
  })
})

describe('schema infer', () => {
  test('to standard output and to a file', async () => {
    const { out } = await run('schema infer a.json more.ndjson --id shop/order@1')
    expect(parseJson(out)).toMatchObject({ $id: 'shop/order@1', 'x-inferred': true, required: ['number'] })
    expect(await run('schema infer a.json --out inferred.json')).toMatchObject({
      code: 0,
      out: 'Records: 1. The schema is in inferred.json.\n',
    })
    expect((await run('schema infer a.json --out inferred.json')).code).toBe(2)
  })
})

describe('the worked example of docs/suggest.md', () => {
  const example = join(packageRoot, 'docs/suggest/squarespace')
  const read = (name: string) => readFile(join(example, name), 'utf8')
  const plain = (json: Json | undefined): Json | undefined =>
    Array.isArray(json)
      ? json.map((item) => plain(item) ?? null)
      : isObject(json)
        ? Object.fromEntries(Object.entries(json).flatMap(([name, field]) => (name === 'note' ? [] : [[name, plain(field)]])))
        : json

  test('the draft and the schema are what the commands write today', async () => {
    const shell = testShell({ folder: example })
    const { out } = await shell.run('map suggest --from orders.json --at result --to sales-order@1 --id squarespace.order')
    expect(out, 'write docs/suggest/squarespace/draft.json anew, finish order.json from it, and count').toBe(await read('draft.json'))
    const inferred = await testShell({ folder: example }).run('schema infer orders.json --at result --id squarespace/order@1')
    expect(inferred.out).toBe(await read('schema.json'))
  })
  test('the finished mapping passes check and its cases', async () => {
    const catalog = await loadCatalog()
    const mapping = { name: 'squarespace/order', file: join(example, 'order.json'), text: await read('order.json') }
    const schemas = compileSchemas([...catalog.schemas, { file: 'schema.json', text: await read('schema.json') }])
    const { faults } = compileMapping(mapping.text, { file: mapping.file, schemas: schemas.schemas })
    expect(faults.map(({ code, path }) => `${code} ${path}`)).toEqual(['W_LOOKUP_OPEN taxBasis'])
    expect(await runCases({ catalog: { ...catalog, mappings: [mapping] }, schemas }, join(example, 'order.cases.json'))).toEqual([])
  })
  test('the page says how many lines were changed', async () => {
    const [draft, order] = (await Promise.all(['draft.json', 'order.json'].map(read))).map((text) =>
      JSON.stringify(plain(parseJson(text)), undefined, 2).split('\n'),
    )
    const kept = commonLines(draft ?? [], order ?? [])
    const said = `${draft?.length} lines, of which ${(draft?.length ?? 0) - kept} were changed or taken out and ${kept} stayed; ${(order?.length ?? 0) - kept} were added`
    expect((await readFile(join(packageRoot, 'docs/suggest.md'), 'utf8')).replaceAll(/\s+/g, ' ')).toContain(said)
  })
})

/** Length of the longest common subsequence: the lines that a smallest diff leaves alone. */
function commonLines(some: readonly string[], others: readonly string[]): number {
  let row = new Array<number>(others.length + 1).fill(0)
  for (const line of some) {
    const next = [0]
    for (const [i, other] of others.entries()) next.push(line === other ? (row[i] ?? 0) + 1 : Math.max(row[i + 1] ?? 0, next[i] ?? 0))
    row = next
  }
  return row.at(-1) ?? 0
}
