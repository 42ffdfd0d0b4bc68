import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { packageRoot } from '../package-root.ts'
import { indexOf, readmeOf } from './connector.ts'

const { connectors } = await loadCatalog()

/** `crossdock connector readme`, or `vitest -u`, writes them anew. */
describe('the README of each connector is what its definition says', () => {
  test.each([...connectors.values()].map((connector) => [connector.name, connector] as const))('%s', async (name, connector) => {
    const folder = join(packageRoot, 'connectors', name)
    await expect(await readmeOf(connector, folder)).toMatchFileSnapshot(join(folder, 'README.md'))
  })
})

/** `vitest run src/commands/connector-readme.test.ts -u` writes it anew. */
test('docs/connectors.md says what the definitions of the package say', async () => {
  await expect(await indexOf()).toMatchFileSnapshot(join(packageRoot, 'docs', 'connectors.md'))
})
