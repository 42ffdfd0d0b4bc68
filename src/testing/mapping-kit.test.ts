import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { compileSchemas } from '../model/schema.ts'
import { packageRoot } from '../package-root.ts'
import { type CasesFile, casesFiles, type MappingBench, mappingOf, runCases } from './mapping-kit.ts'

const files = await casesFiles(join(packageRoot, 'mappings'))

describe('mappings of the package', () => {
  let bench: MappingBench
  beforeAll(async () => {
    const catalog = await loadCatalog()
    bench = { catalog, schemas: compileSchemas(catalog.schemas) }
  })

  test.each(files.map((file) => [mappingOf(file), file]))('%s does what its cases say', async (_, file) => {
    expect(await runCases(bench, file)).toEqual([])
  })

  test('every mapping has cases', () => {
    expect(bench.catalog.mappings.map(({ name }) => name).sort()).toEqual(files.map(mappingOf).sort())
  })
})

describe('the kit', () => {
  const mapping = {
    mapping: 'small.order',
    version: '1.0.0',
    source: 'small/order@1',
    target: 'location@1',
    direction: 'pull',
    fields: {
      code: { from: 'id', convert: 'text' },
      name: 'name',
      kind: { value: 'store' },
      status: { value: 'active' },
      zone: { value: 'UTC' },
    },
  }
  const context: CasesFile['context'] = { connection: 'c', books: 'B' }
  const good = {
    name: 'good',
    input: { id: 'A', name: 'Shop' },
    output: { code: 'A', name: 'Shop', kind: 'store', status: 'active', zone: 'UTC' },
  }

  const faultsOf = (cases: readonly object[], text: object = mapping): Promise<string[]> =>
    faultsIn(JSON.stringify({ context, cases }), text)
  async function faultsIn(content: string, text: object = mapping): Promise<string[]> {
    const folder = join(await mkdtemp(join(tmpdir(), 'crossdock-cases-')), 'small')
    await mkdir(folder)
    const file = join(folder, 'order.cases.json')
    await writeFile(file, content)
    const catalog = await loadCatalog()
    const own = { name: 'small/order', file: 'order.json', text: JSON.stringify(text) }
    const bench = { catalog: { ...catalog, mappings: [own] }, schemas: compileSchemas(catalog.schemas) }
    return (await runCases(bench, file)).map((fault) => `${fault.case}: ${fault.message}`)
  }

  test('finds nothing wrong with a case that holds', async () => {
    expect(await faultsOf([good])).toEqual([])
  })
  test('objects to another result', async () => {
    expect(await faultsOf([{ ...good, output: { ...good.output, name: 'Store' } }])).toEqual(['good: the result is another one'])
  })
  test('objects to a result that is no such document', async () => {
    const wrong = { ...mapping, fields: { ...mapping.fields, kind: { from: 'kind' } } }
    const [fault] = await faultsOf([{ ...good, input: { ...good.input, kind: 'kiosk' }, output: { ...good.output, kind: 'kiosk' } }], wrong)
    expect(fault).toMatch(/does not fit location@1: \/kind must be one of/)
  })
  test('objects to a mapping that refuses, and to one that does not', async () => {
    expect(await faultsOf([{ ...good, input: { id: [5], name: 'Shop' } }])).toEqual(['good: the mapping refuses it'])
    expect(await faultsOf([{ name: 'bad', input: good.input, errors: [] }])).toEqual(['bad: the mapping does not refuse it'])
  })
  test('objects to a mapping that does not compile', async () => {
    const [fault] = await faultsOf([good], { ...mapping, fields: { code: { frm: 'id' } } })
    expect(fault).toMatch(/^\*: \d+:\d+ E_/)
  })
  test('compares the errors that are given', async () => {
    const one = { name: 'number', input: { id: [5], name: 'Shop' }, errors: [{ code: 'TYPE', rule: 'code' }] }
    expect(await faultsOf([one])).toEqual([])
    expect(await faultsOf([{ ...one, errors: [{ code: 'DATE', rule: 'code' }] }])).toEqual([
      'number: the mapping refuses it in another way',
    ])
  })
  test('needs no context where the mapping reads nothing of the connection', async () => {
    expect(await faultsIn(JSON.stringify({ $schema: 'x', cases: [good] }))).toEqual([])
  })
  test.each([
    ['{', /^\*: the file is not JSON: /],
    ['[]', /^\*: \/ must be /],
    ['{}', /^\*: \/ 'cases' is missing/],
    [{ cases: [{ ...good, ouput: {} }] }, /^\*: \/cases\/0 .*'ouput'.*/],
    [{ cases: [{ ...good, name: 5 }] }, /^\*: \/cases\/0\/name must be/],
    [{ context: { connection: 'c' }, cases: [good] }, /^\*: \/context 'books' is missing/],
    [{ cases: [{ ...good, output: undefined, errors: [{ cod: 'TYPE' }] }] }, /^\*: \/cases\/0\/errors\/0 /],
    [{ cases: [{ ...good, input: { $file: 'gone.json' } }] }, /^good: its input cannot be read: .*gone\.json/],
    [{ cases: [{ ...good, input: { $file: 'order.cases.json', at: 'x.y' } }] }, /^good: its input cannot be read: .* nothing at 'x\.y'/],
  ])('says what is wrong with %j', async (content, message) => {
    const [fault = ''] = await faultsIn(typeof content === 'string' ? content : JSON.stringify(content))
    expect(fault).toMatch(message)
  })
})
