import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { explainRoutes } from './http/explain.ts'
import type { Call } from './http/route.ts'
import { compileMapping } from './mapping/compile.ts'
import { context } from './mapping/testbed.ts'
import type { CompiledMapping } from './mapping/types.ts'
import type { Context } from './pipeline/context.ts'
import { mappingOf } from './pipeline/context.ts'
import { order } from './testing/bed-questions.ts'
import { openBed } from './testing/pipeline-bed.ts'
import { tinyMappings, tinyShop } from './testing/tiny-connectors.ts'
import { loadWorkspace, type Workspace } from './workspace.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

const orders = {
  ...tinyShop.streams.orders,
  call: { path: '/orders', query: { since: '{since}', page: '{page.number}', size: '{page.size}' } },
  cursor: { ...tinyShop.streams.orders?.cursor, lookbackMs: 1000 },
}
const shop = { ...tinyShop, webhook: undefined, streams: { ...tinyShop.streams, orders } }
const connection = (mappings: object) => ({ connector: 'tiny-shop', books: 'US', config: { url: 'https://tiny.example' }, ...mappings })

const targets: Readonly<Record<string, string>> = { 'tiny/order': 'sales-order@1' }

async function load(mappings: object, files: Readonly<Record<string, string>> = {}): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-overlays-'))
  folders.push(folder)
  const all = {
    'connectors/tiny-shop/connector.js': `export default ${JSON.stringify(shop)}\n`,
    ...Object.fromEntries(
      Object.entries(tinyMappings).map(([name, text]) => [
        `mappings/${name}.json`,
        text.replace('"target":"hub"', `"target":"${targets[name] ?? 'hub'}"`),
      ]),
    ),
    'crossdock.json': JSON.stringify(
      { connections: { plain: connection({}), tiny: connection(mappings) }, codes: { unit: { u: 'C62' } } },
      undefined,
      2,
    ),
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return loadWorkspace(folder)
}

const over = { mappings: { 'tiny/order': 'overlays/tiny-order.json' } }
const record = { id: 7, state: 'open', placed: '2026-11-23T10:00:00Z', currency: 'USD', total: '1', lines: [], note: 'n', po: 'PO-1' }
const noteOf = (workspace: Workspace, name: string) => {
  const { catalogue } = workspace
  const made = catalogue && mappingOf(catalogue, name, 'tiny/order')?.pull(record, context())
  return made?.ok ? made.value.note : workspace.faults
}

describe('an overlay of a connection', () => {
  test('changes the mapping for that connection only', async () => {
    const workspace = await load(over, { 'overlays/tiny-order.json': '{ "fields": { "note": "po" } }' })
    expect(noteOf(workspace, 'tiny')).toBe('PO-1')
    expect(noteOf(workspace, 'plain')).toBe('n')
  })

  test('is part of the revision, with the text its hash stands for', async () => {
    const [one, two] = [
      await load(over, { 'overlays/tiny-order.json': '{ "fields": { "note": "po" } }' }),
      await load(over, { 'overlays/tiny-order.json': '{ "fields": { "note": "currency" } }' }),
    ]
    expect(one.catalogue?.revision).not.toBe(two.catalogue?.revision)
    const hash = one.catalogue?.overlaid?.get('tiny')?.get('tiny/order')?.mapping.hash ?? ''
    expect(one.texts.get(hash)).toContain('"note": "po"')
    expect(Object.keys(one.files)).toEqual(expect.arrayContaining(['overlays/tiny-order.json', 'compiled/tiny/tiny/order.json']))
  })

  test.each<[string, object, Readonly<Record<string, string>>, object]>([
    [
      'a fault in it',
      over,
      { 'overlays/tiny-order.json': '{\n  "fields": {\n    "note": { "from": "po", "convert": "txt" } } }' },
      { code: 'E_CONVERT', file: expect.stringMatching(/overlays\/tiny-order\.json$/), line: 3, column: 40, path: 'note' },
    ],
    [
      'a field that the document does not have',
      over,
      { 'overlays/tiny-order.json': '{ "fields": { "nota": "po" } }' },
      {
        code: 'E_TARGET',
        file: expect.stringMatching(/overlays\/tiny-order\.json$/),
        line: 1,
        column: 15,
        suggestion: "did you mean 'note'?",
      },
    ],
    ['a file that is not there', over, {}, { code: 'overlay-missing', path: 'connections.tiny.mappings.tiny/order' }],
    [
      'a mapping that the connector does not run',
      { mappings: { 'tiny/ordr': 'overlays/x.json' } },
      {},
      { code: 'unknown-mapping', path: 'connections.tiny.mappings.tiny/ordr', suggestion: "did you mean 'tiny/order'?" },
    ],
    ['a path out of its folder', { mappings: { 'tiny/order': 'overlays/../mappings/tiny/order.json' } }, {}, { code: 'workspace-pattern' }],
  ])('tells of %s', async (_, mappings, files, expected) => {
    const { faults, catalogue } = await load(mappings, files)
    expect(faults.filter(({ severity }) => severity === 'error')).toMatchObject([expected])
    expect(catalogue).toBeUndefined()
  })
})

describe('a shared table of a workspace', () => {
  const mapped = (lookup: string) => JSON.stringify({ fields: { status: { from: 'state', lookup } } })
  const table = { 'mappings/tables/state@2.json': '{ "open": "open", "hold": "closed" }' }

  test('is used by name and version, and is part of the revision', async () => {
    const workspace = await load(over, { 'overlays/tiny-order.json': mapped('state@2'), ...table })
    expect(workspace.faults.filter(({ severity }) => severity === 'error')).toEqual([])
    const mapping = workspace.catalogue && mappingOf(workspace.catalogue, 'tiny', 'tiny/order')
    expect(mapping?.pull({ ...record, state: 'hold' }, context())).toMatchObject({ ok: true, value: { status: 'closed' } })
    expect(mapping?.sources('status')?.lookups).toEqual(['state@2'])
    expect(Object.keys(workspace.files)).toContain('mappings/tables/state@2.json')
  })

  test('has faults at its own place', async () => {
    const broken = { 'mappings/tables/state@2.json': '{\n  "open": 1 }' }
    const { faults } = await load(over, { 'overlays/tiny-order.json': mapped('state@2'), ...broken })
    expect(faults.filter(({ severity }) => severity === 'error').map(({ code, line }) => `${code}:${line}`)).toEqual([
      'E_SHAPE:2',
      'E_LOOKUP:1',
    ])
  })
})

describe('a code list with a version', () => {
  const stated = (lookup: string) => ({ 'overlays/tiny-order.json': JSON.stringify({ fields: { status: { from: 'state', lookup } } }) })
  const listed = (codes: object) => ({
    'crossdock.json': JSON.stringify({
      connections: { plain: connection({}), tiny: connection(over) },
      codes: { unit: { u: 'C62' }, ...codes },
    }),
  })
  const pulled = (mapping: CompiledMapping | undefined) => {
    const made = mapping?.pull({ ...record, state: 'hold' }, context())
    return made?.ok ? made.value.status : made
  }

  test('is kept to until the mapping names another, also by what ran before it was taken away', async () => {
    const lists = { 'state@1': { hold: 'open' }, 'state@2': { hold: 'closed' } }
    const first = await load(over, { ...stated('state@1'), ...listed(lists) })
    const mapping = first.catalogue && mappingOf(first.catalogue, 'tiny', 'tiny/order')
    expect([pulled(mapping), mapping?.sources('status')?.lookups]).toEqual(['open', ['state@1']])
    const second = await load(over, { ...stated('state@2'), ...listed({ 'state@2': lists['state@2'] }) })
    expect(pulled(second.catalogue && mappingOf(second.catalogue, 'tiny', 'tiny/order'))).toBe('closed')
    const again = second.catalogue?.compile('tiny/order', mapping?.text ?? '', 'kept').mapping
    expect([again?.hash, pulled(again)]).toEqual([mapping?.hash, 'open'])
  })

  test.each([
    ['that is not there', { 'state@1': { hold: 'open' } }, { code: 'E_LOOKUP', suggestion: 'there are: state@1' }],
    ['with a name that is none', { 'state@x': { hold: 'open' } }, { code: 'workspace-pattern' }],
  ])('%s is a fault', async (_, codes, expected) => {
    const { faults } = await load(over, { ...stated('state@2'), ...listed(codes) })
    expect(faults.filter(({ severity }) => severity === 'error')).toContainEqual(expect.objectContaining(expected))
  })
})

test('an edit of an overlay changes what its connection runs; what ran before still compiles by its hash', async () => {
  const first = await load(over, { 'overlays/tiny-order.json': '{ "fields": { "note": "po" } }' })
  const mapping = first.catalogue && mappingOf(first.catalogue, 'tiny', 'tiny/order')
  const second = await load(over, { 'overlays/tiny-order.json': '{ "fields": { "note": "currency" } }' })
  const again = second.catalogue?.compile('tiny/order', mapping?.text ?? '', 'kept').mapping
  expect(again?.hash).toBe(mapping?.hash)
  expect(again?.pull(record, context())).toMatchObject({ ok: true, value: { note: 'PO-1' } })
})

test('the pipeline runs the overlay of a connection, and a value it set is explained with its file and line', async () => {
  const bed = await openBed()
  try {
    const text =
      '{\n  "lookups": { "status": { "on-hold": "open" } },\n  "fields": {\n    "note": { "expr": "join(\' \', \'po\', text(id))" }\n  }\n}'
    const { mapping } = compileMapping(tinyMappings['tiny/order'] ?? '', { file: 'order.json', overlay: { file: 'over.json', text } })
    if (mapping === undefined) throw new Error('the overlay does not compile')
    bed.change({ overlaid: new Map([['shop', new Map([['tiny/order', { mapping, file: 'overlays/shop-order.json' }]])]]) })
    await order(bed, 7)
    expect(await explained(bed.context, 'note')).toMatchObject({
      value: 'po 7',
      rule: { mapping: 'tiny/order', hash: mapping.hash, rule: 'note', file: 'overlays/shop-order.json', line: 4, paths: ['id'] },
    })
    expect(await explained(bed.context, 'status')).toMatchObject({ rule: { file: 'mappings/tiny/order.json', lookups: ['status'] } })
  } finally {
    await bed.close()
  }
})

async function explained(hub: Context, path: string): Promise<object | undefined> {
  const row = await hub.database.read.selectFrom('document').select('key').where('type', '=', 'sales-order').executeTakeFirstOrThrow()
  const answer = await explainRoutes[0]?.handle?.({ hub, params: { type: 'sales-order' }, query: { key: row.key, path } } as Call)
  return answer !== undefined && 'body' in answer ? (answer.body as object) : undefined
}
