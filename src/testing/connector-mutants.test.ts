import { describe, expect, it } from 'vitest'
import { connectorFailures, testConnector } from './connector-kit.ts'
import { connectorMutants, goodConnector, goodFixtures } from './connector-mutants.ts'

testConnector(goodConnector, goodFixtures)

describe('the kit objects to', () => {
  it.each(Object.entries(connectorMutants))('%s', async (_, mutant) => {
    expect(await connectorFailures(mutant, goodFixtures, 1)).not.toEqual([])
  })
  it('a waiver that is not needed, without a reason, or for a test that does not exist', async () => {
    const needless: Readonly<Record<string, string>> = { 'check: succeeds': 'because it is red on Fridays' }
    const misspelt: Readonly<Record<string, string>> = { 'check: suceeds': 'misspelt, so it waives nothing' }
    for (const waivers of [needless, misspelt]) expect(await connectorFailures(goodConnector, { ...goodFixtures, waivers })).toHaveLength(1)
    const broken = connectorMutants['wrong check'] ?? goodConnector
    const failed = await connectorFailures(broken, goodFixtures)
    const waive = (reason: string) => Object.fromEntries(failed.map(({ name }) => [name, reason]))
    expect(await connectorFailures(broken, { ...goodFixtures, waivers: waive('the partner moved its check last week') })).toEqual([])
    expect(await connectorFailures(broken, { ...goodFixtures, waivers: waive('red') })).toHaveLength(failed.length)
  })
  it('recordings that are missing', async () => {
    const { webhooks: _, byKey: __, actions: ___, ...bare } = goodFixtures
    expect((await connectorFailures(goodConnector, bare)).map(({ name }) => name)).toEqual(['definition: everything is recorded'])
  })
})
