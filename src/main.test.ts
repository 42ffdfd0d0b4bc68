import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { HubConfig } from './config.ts'
import { memoryLimiter } from './connector/limiter.ts'
import { memoryTokens } from './connector/tokens.ts'
import { lockOwner } from './data-folder.ts'
import { ListenError } from './http/listen.ts'
import { openAccesses } from './main/accesses.ts'
import { type CheckedWorkspace, openReloader } from './main/reload.ts'
import { openHub, startHub } from './main.ts'
import { systemClock } from './model/clock.ts'
import { silentLog } from './model/log.ts'
import { loadWorkspace } from './workspace.ts'

let folder: string
let config: HubConfig
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-main-'))
  config = { workspace: folder, data: join(folder, 'data'), host: '127.0.0.1', port: 0, logLevel: 'silent', watch: false }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const ref = (to: string): string => `$\{${to}}`
const put = (workspace: object) =>
  writeFile(join(folder, 'crossdock.json'), JSON.stringify({ codes: { unit: { u: 'C62' } }, ...workspace }))
const hook = { connector: 'standard-webhooks', books: 'US', config: { url: 'https://a.example/', secret: ref('file:secret') } }
const firstSecret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
const secondSecret = `whsec_${Buffer.alloc(24, 2).toString('base64')}`

/** A shop that answers its check while the key is `wanted`, and holds an answer back while `gate` is closed. */
async function shop(): Promise<{
  readonly server: Server
  readonly setup: object
  readonly keys: string[]
  gate: Promise<void>
}> {
  const keys: string[] = []
  const partner = { keys, gate: Promise.resolve() }
  const server = createServer(async (request, response) => {
    keys.push(String(request.headers.authorization))
    await partner.gate
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await mkdir(join(folder, 'connectors', 'plain'), { recursive: true })
  await writeFile(
    join(folder, 'connectors', 'plain', 'connector.js'),
    `export default {
  name: 'plain', title: 'Plain', docs: 'https://plain.example/docs',
  config: { type: 'object', required: ['url', 'token'], properties: {
    url: { type: 'string' }, token: { type: 'string', writeOnly: true } } },
  http: { baseUrl: '{config.url}', auth: { kind: 'header', name: 'authorization', value: 'Bearer {config.token}' } },
  check: { path: '/me' }, streams: {}, actions: {},
}\n`,
  )
  const setup = { connector: 'plain', books: 'US', config: { url, token: ref('env:TOKEN') }, allowPrivate: ['127.0.0.0/8'] }
  return Object.assign(partner, { server, setup })
}

const socketsOf = (server: Server): Promise<number> => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))

test('a secret that changed behind its reference reaches new calls, and its old and new value stay hidden', async () => {
  const partner = await shop()
  await put({ connections: { hook, shop: partner.setup } })
  await writeFile(join(folder, 'secret'), firstSecret)
  const env: NodeJS.ProcessEnv = { TOKEN: 'token-of-monday' }
  const lines: string[] = []
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
  const hub = await openHub({ ...config, logLevel: 'info' }, { env })
  try {
    const { context } = hub
    const check = async () => {
      const setup = context.catalogue().connections.get('shop')
      if (setup === undefined) throw new Error('the shop is gone')
      await context.access(setup).check()
    }
    await check()
    const { revision } = context.catalogue()
    const untouched = context.catalogue().connections.get('hook')
    expect(await hub.reload()).toEqual({ revision, changed: false, secrets: [], faults: [] })
    expect(context.catalogue().connections.get('hook')).toBe(untouched)
    env.TOKEN = 'token-of-tuesday'
    expect(await hub.reload()).toEqual({ revision, changed: false, secrets: ['shop'], faults: [] })
    expect(context.catalogue().connections.get('hook')).toBe(untouched)
    await check()
    expect(partner.keys).toEqual(['Bearer token-of-monday', 'Bearer token-of-tuesday'])
    // sockets of the definition before are closed at once, not when they have been idle long enough
    await vi.waitFor(async () => expect(await socketsOf(partner.server)).toBe(1), { timeout: 2000 })
    await writeFile(join(folder, 'secret'), secondSecret)
    expect(await hub.reload()).toMatchObject({ changed: false, secrets: ['hook'] })
    expect(context.catalogue().connections.get('hook')?.config.secret).toBe(secondSecret)
    context.log.warn({ env }, `token-of-monday token-of-tuesday ${firstSecret} ${secondSecret}`)
    const log = lines.join('')
    expect(log).toMatch(/"connections":\["shop"\].*"values behind references/)
    expect(log).not.toMatch(/token-of|whsec_/)
    delete env.TOKEN
    expect(await hub.reload()).toMatchObject({ revision, changed: false, secrets: [], faults: [{ code: 'missing-reference' }] })
    await check()
    expect(partner.keys.at(-1)).toBe('Bearer token-of-tuesday')
  } finally {
    stderr.mockRestore()
    await hub.close()
    partner.server.close()
  }
})

test('a call that runs while its connection is renewed ends in peace', async () => {
  const partner = await shop()
  await put({ connections: { shop: partner.setup } })
  const env: NodeJS.ProcessEnv = { TOKEN: 'token-of-monday' }
  const setupOf = async () => {
    const setup = (await loadWorkspace(folder, { env })).catalogue?.connections.get('shop')
    if (setup === undefined) throw new Error('the workspace does not hold')
    return setup
  }
  const before = await setupOf()
  env.TOKEN = 'token-of-tuesday'
  const after = await setupOf()
  const accesses = openAccesses(silentLog, memoryLimiter(systemClock), memoryTokens(systemClock))
  try {
    accesses.keep([before])
    const old = accesses.of(before)
    const gate = Promise.withResolvers<void>()
    partner.gate = gate.promise
    const running = old.check()
    while (partner.keys.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    accesses.keep([after])
    gate.resolve()
    await running
    await old.check()
    await accesses.of(before).check()
    expect(accesses.of(after)).toBe(accesses.of(after))
    await accesses.of(after).check()
    expect(partner.keys.map((key) => key.slice('Bearer token-of-'.length))).toEqual(['monday', 'monday', 'monday', 'tuesday'])
  } finally {
    await accesses.close()
  }
  await vi.waitFor(async () => expect(await socketsOf(partner.server)).toBe(0), { timeout: 2000 })
  partner.server.close()
})

test('settings and schemas are those of the workspace that is current', async () => {
  await writeFile(join(folder, 'secret'), firstSecret)
  await put({ connections: { hook }, settings: { sweepMs: 500 } })
  const hub = await openHub(config, { env: {} })
  try {
    const asked = async (type: string) =>
      (await hub.app.request(`/v1/documents/${type}`, { headers: { authorization: `Bearer ${hub.localKey}` } })).status
    expect([hub.context.settings.sweepMs, await asked('visit')]).toEqual([500, 404])
    await mkdir(join(folder, 'schemas'))
    await writeFile(join(folder, 'schemas', 'visit.json'), JSON.stringify({ $id: 'visit@1', type: 'object' }))
    await put({ connections: { hook }, settings: { sweepMs: 700 } })
    expect(await hub.reload()).toMatchObject({ changed: true, faults: [] })
    expect([hub.context.settings.sweepMs, await asked('visit')]).toEqual([700, 200])
  } finally {
    await hub.close()
  }
})

test('a running hub keeps its tenant', async () => {
  await writeFile(join(folder, 'secret'), firstSecret)
  await put({ connections: { hook }, tenant: 'north' })
  const hub = await openHub(config, { env: {} })
  try {
    await put({ connections: { hook }, tenant: 'south' })
    expect(await hub.reload()).toMatchObject({
      changed: false,
      faults: [{ code: 'tenant-changed', path: 'tenant', message: expect.stringMatching(/'north'.*'south'/) }],
    })
  } finally {
    await hub.close()
  }
})

test('reloads never overlap; those who ask meanwhile share the next; a failed one stops none', async () => {
  await writeFile(join(folder, 'secret'), firstSecret)
  await put({ connections: { hook } })
  const loaded = (await loadWorkspace(folder, { env: {} })) as CheckedWorkspace
  let running = 0
  let most = 0
  let loads = 0
  let broken = false
  const reloader = openReloader({
    folder,
    log: silentLog,
    current: () => loaded,
    take: async () => {},
    load: async () => {
      most = Math.max(most, ++running)
      loads++
      await new Promise((resolve) => setTimeout(resolve, 20))
      running--
      if (broken) throw new Error('the disk is gone')
      return loaded
    },
  })
  const first = reloader.reload()
  await new Promise((resolve) => setTimeout(resolve, 5))
  await Promise.all([first, reloader.reload(), reloader.reload(), reloader.reload()])
  expect({ most, loads }).toEqual({ most: 1, loads: 2 })
  broken = true
  await expect(reloader.reload()).rejects.toThrow(/the disk is gone/)
  broken = false
  const last = reloader.reload()
  await reloader.close()
  expect(running).toBe(0)
  expect(await last).toMatchObject({ changed: false })
  await expect(reloader.reload()).rejects.toThrow(/stopping/)
})

test('a revision the store did not take is offered again by the next reload', async () => {
  await writeFile(join(folder, 'secret'), firstSecret)
  await put({ connections: { hook } })
  let current = (await loadWorkspace(folder, { env: {} })) as CheckedWorkspace
  await put({ connections: { hook, more: hook } })
  const taken: boolean[] = []
  let broken = true
  const reloader = openReloader({
    folder,
    log: silentLog,
    load: () => loadWorkspace(folder, { env: {} }),
    current: () => current,
    take: async (next, isNew) => {
      taken.push(isNew)
      current = next
      if (broken) throw new Error('the schedules were not written')
    },
  })
  await expect(reloader.reload()).rejects.toThrow(/not written/)
  broken = false
  await reloader.reload()
  await reloader.reload()
  expect(taken).toEqual([true, true])
})

test('a port that is taken ends the start: nothing stays open, and the person knows what to do', async () => {
  await writeFile(join(folder, 'secret'), firstSecret)
  await put({ connections: { hook } })
  const other = createSocketServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  try {
    const failed = await startHub({ ...config, port }, { env: {} }).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failed).toBeInstanceOf(ListenError)
    expect(failed).toMatchObject({ code: 'EADDRINUSE', message: expect.stringMatching(`^127\\.0\\.0\\.1:${port} is taken: .*--port`) })
    expect(lockOwner(config.data)).toBeUndefined()
    expect(existsSync(join(config.data, 'lock'))).toBe(false)
    expect(existsSync(join(config.data, 'crossdock.db-wal'))).toBe(false)
  } finally {
    await new Promise((resolve) => other.close(resolve))
  }
  const hub = await startHub({ ...config, port }, { env: {} })
  expect(hub.address).toBe(`http://127.0.0.1:${port}`)
  await hub.stop(500)
})

test('an address that is not ours says which to use', async () => {
  await writeFile(join(folder, 'secret'), firstSecret)
  await put({ connections: { hook } })
  await expect(startHub({ ...config, host: '192.0.2.1' }, { env: {} })).rejects.toThrow(
    /192\.0\.2\.1 is no address of this machine.*--host/,
  )
  expect(lockOwner(config.data)).toBeUndefined()
})

test('a store that cannot be opened leaves the folder free', async () => {
  await writeFile(join(folder, 'secret'), firstSecret)
  await put({ connections: { hook } })
  await mkdir(config.data)
  await writeFile(join(config.data, 'crossdock.db'), 'no database at all, but long enough to be read as one. '.repeat(40))
  await expect(openHub(config, { env: {} })).rejects.toThrow()
  expect(lockOwner(config.data)).toBeUndefined()
})

test('a start that fails after its store was opened closes it', async () => {
  await writeFile(join(folder, 'secret'), firstSecret)
  await put({ connections: { hook } })
  await mkdir(join(config.data, 'local.key'), { recursive: true })
  await expect(openHub(config, { env: {} })).rejects.toThrow(/local\.key/)
  expect(existsSync(join(config.data, 'crossdock.db'))).toBe(true)
  expect(existsSync(join(config.data, 'crossdock.db-wal'))).toBe(false)
  expect(lockOwner(config.data)).toBeUndefined()
})
