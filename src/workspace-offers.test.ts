import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JsonObject } from './model/json.ts'
import { loadWorkspace } from './workspace.ts'

/** Shops with these offers, one line each; the shop of line 3 is the first. */
async function load(...offers: readonly JsonObject[]) {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-offers-'))
  const config = {
    url: 'https://shop.example',
    timeZone: 'UTC',
    consumerKey: 'ck_1',
    consumerSecret: 'cs_1',
    webhookSecret: 'secret-of-it',
  }
  const shops = offers.map((offer, n) => `"shop-${n}": ${JSON.stringify({ connector: 'woocommerce', books: 'h', config, offer })}`)
  try {
    writeFileSync(join(folder, 'crossdock.json'), `{ "connections": {\n\n${shops.join(',\n')} } }`)
    const { faults, catalogue } = await loadWorkspace(folder)
    return {
      faults: faults.filter(({ path }) => path.includes('offer')),
      offers: [...(catalogue?.connections.values() ?? [])].map(({ offer }) => offer),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('an offer is read exactly, and shares up to 100 of each location are no fault', async () => {
  const { faults, offers } = await load(
    {
      locations: ['MAIN'],
      share: '60.5',
      cap: '50',
      minimum: '3',
      pack: 'XCS',
      buffers: [{ quantity: '2' }, { category: 'lamps', percent: '10' }],
    },
    { locations: ['MAIN', 'ANNEX'], share: '39.5' },
    { locations: ['ANNEX'], share: '60.5' },
  )
  expect(faults).toEqual([])
  expect(offers[0]).toEqual({
    connection: 'shop-0',
    locations: ['MAIN'],
    share: 60_500_000n,
    cap: 50_000_000n,
    minimum: 3_000_000n,
    pack: 'XCS',
    buffers: [
      { kind: 'quantity', amount: 2_000_000n },
      { kind: 'percent', amount: 10_000_000n, category: 'lamps' },
    ],
  })
})

test('shares above 100 of a location are warned of, with the file, the line and who sells there', async () => {
  const { faults, offers } = await load({ locations: ['MAIN'], share: '60' }, { locations: ['ANNEX'], share: '60' }, { share: '41' })
  expect(faults.map(({ code, severity, line, message }) => [code, severity, line, message])).toEqual([
    ['shares-over-100', 'warning', 5, 'shop-0 60, shop-2 41: together they are offered 101 percent of MAIN'],
    ['shares-over-100', 'warning', 5, 'shop-1 60, shop-2 41: together they are offered 101 percent of ANNEX'],
  ])
  expect(offers).toHaveLength(3)
})

test.each([
  [{ buffers: [{ quantity: '1', percent: '1' }] }, 'buffer-amount'],
  [{ buffers: [{ product: 'A' }] }, 'buffer-amount'],
  [{ buffers: [{ quantity: '1' }, { percent: '2' }] }, 'duplicate-buffer'],
  [{ locations: ['MAIN'], buffers: [{ location: 'ANNEX', quantity: '1' }] }, 'buffer-elsewhere'],
  [{ share: '101' }, 'share-over-100'],
  [{ share: 50 }, 'workspace-type'],
  [{ capp: '5' }, 'workspace-additionalProperties'],
])('%j is a fault of its line', async (offer, code) => {
  const { faults } = await load(offer)
  expect(faults.filter(({ severity }) => severity === 'error')).toMatchObject([
    { code, line: 3, file: expect.stringContaining('crossdock.json') },
  ])
})
