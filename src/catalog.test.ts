import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadCatalog } from './catalog.ts'

test('of the package only the connectors that are named, or mapped by the workspace, are loaded; the others are known by name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-catalog-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'mappings', 'odoo'), { recursive: true })
  const { connectors, others } = await loadCatalog(folder, new Set(['woocommerce']))
  expect([...connectors.keys()]).toEqual(['odoo', 'woocommerce'])
  expect(others).toEqual(expect.arrayContaining(['shopify', 'tryton']))
  expect(others).not.toContain('odoo')
})
