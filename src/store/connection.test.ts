import { expect, onTestFinished, test } from 'vitest'
import {
  connectionByHook,
  findConnection,
  listConnections,
  notInWorkspace,
  retireOldHook,
  rotateHook,
  setConnectionState,
  syncConnections,
} from './connection.ts'
import { migrate } from './migrate.ts'
import { openSqlite } from './sqlite.ts'

const tenant = 'default'
const open = async () => {
  const database = await openSqlite(':memory:')
  onTestFinished(() => database.close())
  await migrate(database)
  const sync = (names: readonly string[], now: number) =>
    database.write((tx) =>
      syncConnections(
        tx,
        tenant,
        names.map((name) => ({ name, connector: 'shop' })),
        now,
      ),
    )
  const states = async () =>
    Object.fromEntries((await listConnections(database.read, tenant)).map(({ name, state, reason }) => [name, reason ?? state]))
  return { database, sync, states }
}

test('connections follow the workspace, and a pause by hand outlives it', async () => {
  const { database, sync, states } = await open()
  await sync(['a', 'b', 'c'], 1)
  expect(await states()).toEqual({ a: 'active', b: 'active', c: 'active' })
  const { hook_token: token } = (await findConnection(database.read, tenant, 'b')) ?? { hook_token: '' }
  expect(token).toMatch(/^[0-9a-f]{32}$/)
  await database.write((tx) => setConnectionState(tx, tenant, 'c', ['active'], 'paused', 'by-hand', 2))
  await sync(['a'], 3)
  expect(await states()).toEqual({ a: 'active', b: notInWorkspace, c: 'by-hand' })
  await sync(['a', 'b', 'c'], 4)
  expect(await states()).toEqual({ a: 'active', b: 'active', c: 'by-hand' })
  expect((await findConnection(database.read, tenant, 'b'))?.hook_token).toBe(token)
})

test('a state changes only out of those that were named', async () => {
  const { database, sync, states } = await open()
  await sync(['a'], 1)
  expect(await database.write((tx) => setConnectionState(tx, tenant, 'a', ['paused'], 'failing', 'x', 2))).toBe(false)
  expect(await database.write((tx) => setConnectionState(tx, tenant, 'a', ['active'], 'failing', 'x', 2))).toBe(true)
  expect(await database.write((tx) => setConnectionState(tx, 'other', 'a', ['failing'], 'active', null, 2))).toBe(false)
  expect(await states()).toEqual({ a: 'x' })
})

test('two hook addresses lead to a connection while they overlap, never three', async () => {
  const { database, sync } = await open()
  await sync(['a', 'b'], 1)
  const token = async () => (await findConnection(database.read, tenant, 'a'))?.hook_token ?? ''
  const rotate = (overlap: boolean) => database.write((tx) => rotateHook(tx, tenant, 'a', overlap))
  const leads = async (to: string) => (await connectionByHook(database.read, to))?.name
  const first = await token()
  await rotate(true)
  const second = await token()
  expect([await leads(first), await leads(second)]).toEqual(['a', 'a'])
  await rotate(true)
  expect([await leads(first), await leads(second), await leads(await token())]).toEqual([undefined, 'a', 'a'])
  await database.write((tx) => retireOldHook(tx, tenant, 'a'))
  expect(await leads(second)).toBe(undefined)
  const third = await token()
  await rotate(false)
  expect(await leads(third)).toBe(undefined)
  expect(await database.write((tx) => rotateHook(tx, tenant, 'nobody', true))).toBe(undefined)
})
