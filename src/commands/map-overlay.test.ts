import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Language } from '../model/messages.ts'
import { testShell } from '../testing/test-shell.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-map-overlay-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(files: Readonly<Record<string, object>>): Promise<void> {
  const config = {
    connections: {
      'shop-us': { connector: 'woocommerce', books: 'US', config: {}, mappings: { 'woocommerce/order': 'overlays/shop-us-order.json' } },
      'shop-eu': { connector: 'woocommerce', books: 'EU', config: {} },
    },
  }
  for (const [path, value] of Object.entries({ 'crossdock.json': config, ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), JSON.stringify(value, undefined, 2))
  }
}
const run = (line: string, language: Language = 'en') => testShell({ folder, language }).run(line)

const mapping = {
  mapping: 'woocommerce.order',
  version: '9.0.0',
  source: 'acme/shop@1',
  target: 'order',
  direction: 'pull',
  fields: { number: 'number' },
}
const overlay = {
  lookups: { carrier: 'carrier@1' },
  fields: { po: "meta_data[key='po'].value", carrier: { from: 'via', lookup: 'carrier' } },
}
const files = {
  'mappings/woocommerce/order.json': mapping,
  'mappings/tables/carrier@1.json': { DHL: 'dhl' },
  'overlays/shop-us-order.json': overlay,
  'order.json': { number: '7', via: 'DHL', meta_data: [{ key: 'po', value: 'PO-9' }] },
}

describe('a mapping as a connection runs it', () => {
  test('map run takes the overlay of the connection, and no other', async () => {
    await put(files)
    expect(JSON.parse((await run('map run woocommerce/order order.json --connection shop-us')).out)).toEqual({
      number: '7',
      po: 'PO-9',
      carrier: 'dhl',
    })
    expect(JSON.parse((await run('map run woocommerce/order order.json --connection shop-eu')).out)).toEqual({ number: '7' })
    const explained = JSON.parse((await run('map run woocommerce/order order.json --connection shop-us --explain --json')).out) as object
    expect(explained).toMatchObject({
      explain: expect.arrayContaining([
        expect.objectContaining({ field: 'po', overlay: true, line: 6 }),
        expect.objectContaining({ field: 'carrier', how: ['lookup carrier@1'] }),
      ]),
    })
  })

  test('map check tells of faults in overlays and shared tables, each in its file, with what the codes mean', async () => {
    await put({
      ...files,
      'overlays/shop-us-order.json': { fields: { po: { from: 'po', convert: 'txt' } } },
      'mappings/tables/carrier@1.json': { DHL: 1 },
    })
    const { out, code } = await run('map check woocommerce/order')
    expect(code).toBe(1)
    expect(out).toMatch(/overlays\/shop-us-order\.json:5:18 error E_CONVERT po: there is no converter 'txt' \(did you mean 'text'\?\)/)
    expect(out).toMatch(/mappings\/tables\/carrier@1\.json:2:10 error E_SHAPE/)
    expect(out).toContain('E_CONVERT: There is no such converter, or its argument is wrong: choose one from the list.')
    const zh = (await run('map check woocommerce/order', 'zh')).out
    expect(zh).toContain('E_CONVERT: 没有这个转换器，或参数不对：从列表中选用。')
  })
})
