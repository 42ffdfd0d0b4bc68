import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { packageRoot } from '../package-root.ts'
import { testShell } from '../testing/test-shell.ts'
import { runProgram } from './program.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-new-'))
  await writeFile(join(folder, 'crossdock.json'), '{"connections":{}}')
})
afterEach(() => rm(folder, { recursive: true, force: true }))
vi.setConfig({ testTimeout: 120_000 })
const shell = () => testShell({ folder, env: {} })

describe.each([
  ['in TypeScript', 'connector new acme', 'connector.ts'],
  ['as JSON', 'connector new acme --declarative', 'connector.json'],
])('a new connector %s', (_, line, file) => {
  test('is written whole, without a fault, and passes the kit and its cases', async () => {
    const made = await shell().run(line)
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(made.out).toContain(`connectors/acme/${file}`)
    expect((await loadCatalog(folder)).faults).toEqual([])
    expect(await shell().run('connector test acme')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^acme: tests passed: \d\d, failed: 0\n$/),
    })
    expect(await shell().run('map test acme/product')).toMatchObject({ code: 0 })
    expect(await shell().run('map check acme/product')).toMatchObject({ code: 0 })
    expect(await shell().run('check')).toMatchObject({ code: 0 })
    expect(await readFile(join(folder, 'connectors', 'acme', 'connector.test.js'), 'utf8')).toContain(
      "crossdock('connector', 'test', 'acme')",
    )
  })

  test('writes over nothing', async () => {
    await shell().run(line)
    expect(await shell().run(line)).toMatchObject({ code: 5, err: expect.stringMatching(/'acme' already/) })
  })
})

test('a connector of the package is not written over, and a name is a name', async () => {
  expect(await shell().run('connector new shopify')).toMatchObject({ code: 5 })
  expect(await shell().run('connector new ../up')).toMatchObject({ code: 2, err: expect.stringMatching(/no name of a connector/) })
})

test('where there is no workspace nothing is written, into that of the package least of all', async () => {
  await rm(join(folder, 'crossdock.json'))
  expect(await shell().run('connector new acme')).toMatchObject({ code: 2, err: expect.stringMatching(/crossdock init/) })
  expect((await loadCatalog(join(packageRoot, 'workspaces', 'demo'))).connectors.has('acme')).toBe(false)
})

describe('connector test', () => {
  const edit = async (name: string, change: (value: Record<string, Record<string, unknown>>) => unknown) => {
    const file = join(folder, 'connectors', 'acme', name)
    const value = JSON.parse(await readFile(file, 'utf8'))
    change(value)
    await writeFile(file, JSON.stringify(value))
  }
  beforeEach(() => shell().run('connector new acme --declarative'))

  test('names what nobody recorded, and where it belongs', async () => {
    await edit('fixtures/conversation.json', (value) => delete value.byKey?.products)
    await edit('connector.json', (value) =>
      Object.assign(value.http ?? {}, { faults: [{ path: 'error', not: [], then: 'reject', code: 'no-good' }] }),
    )
    const { out, code } = await shell().run('connector test acme')
    expect(code).toBe(1)
    expect(out).toContain('missing: products by its key (byKey.products in connectors/acme/fixtures/conversation.json)')
    expect(out).toContain('missing: an answer that is the fault no-good (faults.no-good in')
  })

  test('names all of it where there is no recording yet, and the mappings that are not there', async () => {
    await rm(join(folder, 'connectors', 'acme', 'fixtures'), { recursive: true })
    await rm(join(folder, 'mappings'), { recursive: true })
    const { out, code } = await shell().run('connector test acme --json')
    expect(code).toBe(1)
    expect(JSON.parse(out).missing.map(({ what }: { readonly what: string }) => what)).toEqual([
      'config',
      'now',
      'check',
      'stream products',
      'a reading of products from a checkpoint',
      'products by its key',
      'mapping acme/product',
    ])
  })

  test('says of a connector with a fault which one, and where', async () => {
    await edit('connector.json', (value) => Object.assign(value.check ?? {}, { path: '/me/{config.tokn}' }))
    expect(await shell().run('connector test acme')).toMatchObject({
      out: expect.stringMatching(/connector\.json:1:\d+ error unknown-variable check: .*did you mean 'token'/),
    })
    await edit('connector.json', (value) => Object.assign(value, { streams: 1 }))
    expect(await shell().run('connector test acme')).toMatchObject({ code: 1, err: expect.stringMatching(/mend its faults first/) })
  })

  test('--watch runs it again after an edit', async () => {
    const seen: string[] = []
    const stop = Promise.withResolvers<void>()
    const out = (text: string | Uint8Array) => {
      seen.push(String(text))
      const runs = seen.join('').match(/failed: 0/g)?.length ?? 0
      if (runs === 1) void edit('connector.json', (value) => Object.assign(value, { title: 'Other' }))
      if (runs >= 2) stop.resolve()
    }
    await runProgram({ ...testShell({ folder, env: {}, untilStopped: () => stop.promise }).shell, out }, [
      'connector',
      'test',
      'acme',
      '--watch',
    ])
    expect(seen.join('').match(/failed: 0/g)?.length).toBeGreaterThanOrEqual(2)
  }, 120_000)
})
