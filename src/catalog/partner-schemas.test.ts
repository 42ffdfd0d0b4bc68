import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { compileMapping } from '../mapping/compile.ts'
import { at, isObject, parseJson } from '../model/json.ts'
import { compileSchemas } from '../model/schema.ts'
import { packageRoot } from '../package-root.ts'
import { bend, type CasesFile, casesFiles, inputOf, mappingOf } from '../testing/mapping-kit.ts'
import { checkedAgainst } from './partner-schemas.ts'

const catalog = await loadCatalog()
const schemas = compileSchemas(catalog.schemas)
const partners = compileSchemas(catalog.partnerSchemas)

test.each(catalog.mappings)('$name is checked against what it reads and what it writes', ({ name, text }) => {
  const against = checkedAgainst(catalog, schemas, name)
  const { source, target } = JSON.parse(text) as { source: string; target: string }
  expect(against.schemas?.has(source), source).toBe(true)
  expect(against.targetSchema ?? against.schemas?.get(target), target).toBeDefined()
})

test.each(await casesFiles(join(packageRoot, 'mappings')))('the records of %s fit the schema of their partner', async (file) => {
  const text = catalog.mappings.find(({ name }) => name === mappingOf(file))?.text ?? '{}'
  const fits = partners.validators.get((JSON.parse(text) as { source: string }).source)
  if (fits === undefined) return
  const content = await readFile(file, 'utf8')
  const { cases } = JSON.parse(content) as CasesFile
  const exact = parseJson(content)
  const connector = catalog.connectors.get(basename(dirname(file)))
  for (const [index, { name, errors, change }] of cases.entries()) {
    if (errors !== undefined) continue
    const record = await inputOf(at(exact, `cases.${index}.input`) ?? null, { connector, folder: dirname(file) })
    expect(fits(bend(record, change)), name).toBeUndefined()
  }
})

test('a push that leaves out what the action needs is found before it runs', () => {
  const found = catalog.mappings.find(({ name }) => name === 'tryton/sale')
  const value = JSON.parse(found?.text ?? '{}')
  delete value.push.party
  const { faults } = compileMapping(JSON.stringify(value), { file: 'sale.json', ...checkedAgainst(catalog, schemas, 'tryton/sale') })
  expect(faults).toContainEqual(expect.objectContaining({ code: 'E_UNMAPPED', path: expect.stringContaining('party') }))
})

test('a workspace brings schemas of its own partners, in place of ours too; one that cannot be read is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-partner-schemas-'))
  await mkdir(join(folder, 'schemas/woocommerce'), { recursive: true })
  await writeFile(join(folder, 'schemas/woocommerce/order.json'), '{ "$id": "woocommerce/order@v3", "title": "ours" }')
  await writeFile(join(folder, 'schemas/woocommerce/nameless.json'), '{ "type": "object" }')
  await writeFile(join(folder, 'schemas/woocommerce/broken.json'), '{ "type": ')
  const own = await loadCatalog(folder)
  const order = own.partnerSchemas.find(({ id }) => id === 'woocommerce/order@v3')
  expect(isObject(order?.schema ?? null) && order?.schema.title).toBe('ours')
  expect(own.faults.map(({ file, line, column, message }) => `${basename(file)}:${line}:${column}: ${message}`)).toEqual([
    'broken.json:1:11: not JSON: value expected',
    expect.stringMatching(/^nameless.json:1:1: the schema has no "\$id"/),
  ])
})
