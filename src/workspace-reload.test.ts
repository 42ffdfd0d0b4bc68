import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HubConfig } from './config.ts'
import { FolderLockedError } from './data-folder.ts'
import { openHub, startHub } from './main.ts'
import { listConnections } from './store/connection.ts'
import { currentRevision } from './store/revision.ts'
import { listSchedule } from './store/schedule.ts'
import { WorkspaceFaultsError } from './workspace-faults.ts'

let folder: string
let config: HubConfig
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-reload-'))
  config = { workspace: folder, data: join(folder, 'data'), host: '127.0.0.1', port: 0, logLevel: 'silent', watch: false }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const surroundings = { env: { SECRET: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=' } }
const hook = (more: object = {}) => ({
  connector: 'standard-webhooks',
  books: 'US',
  config: { url: 'https://a.example/', secret: `$\{env:SECRET}` },
  ...more,
})
const shop = (more: object = {}) => ({
  connector: 'woocommerce',
  books: 'US',
  config: {
    url: 'https://127.0.0.1:9',
    consumerKey: `$\{env:SECRET}`,
    consumerSecret: `$\{env:SECRET}`,
    webhookSecret: `$\{env:SECRET}`,
    timeZone: 'UTC',
  },
  streams: { orders: { every: '1d' } },
  ...more,
})
const put = (connections: object, more: object = {}) =>
  writeFile(join(folder, 'crossdock.json'), JSON.stringify({ connections, codes: { unit: { u: 'C62' } }, ...more }))

/** Streams that are read by their schedule; what watches and what reads whole has rows of its own. */
const pulls = async (database: Parameters<typeof listSchedule>[0]) =>
  (await listSchedule(database, 'default')).filter(({ kind }) => kind === 'pull')

test('a workspace with faults never replaces the one that runs', async () => {
  await put({ hook: hook() })
  const hub = await openHub(config, surroundings)
  try {
    const { context } = hub
    const before = context.catalogue()
    await put({ hook: hook({ connector: 'standard-webhook' }), more: hook() })
    const answer = await hub.reload()
    expect(answer).toMatchObject({ revision: before.revision, changed: false, faults: [{ code: 'unknown-connector' }] })
    expect(context.catalogue()).toBe(before)
    expect(await currentRevision(context.database.read, 'default')).toBe(before.revision)
    expect((await listConnections(context.database.read, 'default')).map(({ name }) => name)).toEqual(['hook'])
    await writeFile(join(folder, 'crossdock.json'), '{')
    expect(await hub.reload()).toMatchObject({ changed: false, faults: [{ code: 'E_JSON' }] })
    await put({ hook: hook(), more: hook() })
    expect(await hub.reload()).toMatchObject({ changed: true, faults: [] })
    expect([...before.connections.keys()]).toEqual(['hook'])
    expect([...context.catalogue().connections.keys()]).toEqual(['hook', 'more'])
    expect(await currentRevision(context.database.read, 'default')).toBe(context.catalogue().revision)
    expect(await hub.reload()).toMatchObject({ changed: false, faults: [] })
  } finally {
    await hub.close()
  }
})

test('a connection that left the file is paused with its data kept, and goes on when it comes back', async () => {
  await put({ hook: hook(), shop: shop() })
  const hub = await openHub(config, surroundings)
  try {
    const { database } = hub.context
    const rows = async () => Object.fromEntries((await listConnections(database.read, 'default')).map((row) => [row.name, row]))
    const first = (await rows()).shop
    expect(first).toMatchObject({ state: 'active' })
    expect(await pulls(database)).toMatchObject([{ connection: 'shop', stream: 'orders' }])
    await put({ hook: hook() })
    await hub.reload()
    expect((await rows()).shop).toMatchObject({ state: 'paused', reason: 'not-in-workspace', hook_token: first?.hook_token })
    expect(await pulls(database)).toEqual([])
    await put({ hook: hook(), shop: shop() })
    await hub.reload()
    expect((await rows()).shop).toMatchObject({ state: 'active', reason: null, hook_token: first?.hook_token })
  } finally {
    await hub.close()
  }
})

test('paused in the file: nothing is read, webhooks are asked to come again, and the API says so', async () => {
  await put({ hook: hook({ paused: true }), shop: shop({ paused: true }) })
  const hub = await openHub(config, surroundings)
  try {
    const ask = async (path: string, init: RequestInit = {}) =>
      hub.app.request(path, { ...init, headers: { authorization: `Bearer ${hub.localKey}` } })
    expect(await pulls(hub.context.database)).toEqual([])
    expect(await (await ask('/v1/connections/shop')).json()).toMatchObject({ state: 'paused', reason: 'workspace' })
    const [row] = await listConnections(hub.context.database.read, 'default')
    const posted = await ask(`/hooks/${row?.hook_token}`, { method: 'POST', body: '{}' })
    expect(posted.status).toBe(503)
    expect(Number(posted.headers.get('retry-after'))).toBeGreaterThan(0)
    await put({ hook: hook(), shop: shop() })
    expect(await hub.reload()).toMatchObject({ changed: true })
    expect(await (await ask('/v1/connections/shop')).json()).toMatchObject({ state: 'active' })
    expect(await pulls(hub.context.database)).toHaveLength(1)
    expect((await ask(`/hooks/${row?.hook_token}`, { method: 'POST', body: '{}' })).status).toBe(401)
  } finally {
    await hub.close()
  }
})

test('a watched workspace follows its files once they are at rest, not the data inside it', async () => {
  await put({ hook: hook() })
  const hub = await startHub({ ...config, watch: true }, surroundings)
  try {
    const first = hub.context.catalogue().revision
    await writeFile(join(folder, 'data', 'noise'), 'x')
    await put({ hook: hook({ connector: 'x' }) })
    await put({ hook: hook(), more: hook() })
    for (let tries = 0; tries < 100 && hub.context.catalogue().revision === first; tries++)
      await new Promise((resolve) => setTimeout(resolve, 30))
    expect([...hub.context.catalogue().connections.keys()]).toEqual(['hook', 'more'])
  } finally {
    await hub.stop(500)
  }
})

test('a start with faults or on data of another hub changes nothing', async () => {
  await put({ hook: hook({ connector: 'x' }) })
  await expect(openHub(config, surroundings)).rejects.toThrow(WorkspaceFaultsError)
  await put({ hook: hook() })
  const hub = await openHub(config, surroundings)
  try {
    await expect(openHub(config, surroundings)).rejects.toThrow(FolderLockedError)
    expect((await listConnections(hub.context.database.read, 'default')).map(({ name }) => name)).toEqual(['hook'])
  } finally {
    await hub.close()
  }
  await (await openHub(config, surroundings)).close()
})
