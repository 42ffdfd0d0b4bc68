import { expect, test } from 'vitest'
import { openTestStore } from '../testing/test-store.ts'
import { endLeases, leasedTables } from './leases.ts'
import { claimTokenTurn } from './token-turn.ts'

test('whoever owns the database alone ends the leases of the process before it', async () => {
  const database = await openTestStore()
  const claim = () => claimTokenTurn(database, 't', 'shop', 90_000)
  expect(await claim()).toBeDefined()
  expect(await claim()).toBeUndefined()
  await endLeases(database)
  expect(await claim()).toBeDefined()
  await database.close()
})

test('no table with leases is left out', async () => {
  const database = await openTestStore()
  const tables = await database.read.introspection.getTables()
  const leased = tables.filter(({ columns }) => columns.some(({ name }) => name === 'lease_until')).map(({ name }) => name)
  expect([...leasedTables].sort()).toEqual(leased.sort())
  await database.close()
})
