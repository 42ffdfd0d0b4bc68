import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HubConfig } from '../config.ts'
import { openHub, startHub } from '../main.ts'
import { type ShellRun, testShell } from '../testing/test-shell.ts'

let folder: string
let config: HubConfig
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  config = { workspace: folder, data: join(folder, 'data'), host: '127.0.0.1', port: 0, logLevel: 'silent', watch: false, role: 'serve' }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const signing = (byte: number) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`
const workspace = (reference: string) =>
  writeFileSync(
    join(folder, 'crossdock.json'),
    JSON.stringify({
      connections: { hook: { connector: 'standard-webhooks', books: 'US', config: { url: 'https://a.example/', secret: reference } } },
    }),
  )
const sealed = (name: string) => `\${sealed:${name}}`

/** The command line in this folder; `typed` is what comes by standard input. */
const run = (line: string, typed = ''): Promise<ShellRun> =>
  testShell({
    folder,
    readSecret: async () => typed,
    openLocal: (given, how) => openHub(given, { env: {}, ...(how?.bare ? { bare: true } : {}) }),
  }).run(line)

test('a workspace that waits for a secret is mended by setting it, then starts, and follows a reload', async () => {
  workspace(sealed('HOOK'))
  await expect(startHub(config, { env: {} })).rejects.toThrow(/there is no sealed secret 'HOOK'.*crossdock secrets set HOOK/s)
  expect((await run('keys list')).code).toBe(2)
  const set = await run('secrets set HOOK', signing(1))
  expect(set).toMatchObject({ code: 0, out: expect.stringMatching(/^HOOK is sealed: value 1, under the key [0-9a-f]{16}\.\n$/) })
  const hub = await startHub(config, { env: {} })
  try {
    const now = () => hub.context.catalogue().connections.get('hook')?.config.secret
    expect(now()).toBe(signing(1))
    expect(JSON.parse((await run('secrets list --json')).out)).toMatchObject({ name: 'HOOK', generation: 1, usedBy: ['hook'] })
    const again = await run('secrets set HOOK', signing(2))
    expect(again.err).toMatch(/crossdock reload/)
    expect(now()).toBe(signing(1))
    expect((await run('reload')).out).toMatch(/hook/)
    expect(now()).toBe(signing(2))
    expect(await run('secrets remove HOOK')).toMatchObject({ code: 5, err: expect.stringContaining('hook') })
    expect((await run('secrets remove NONE')).code).toBe(4)
    const turned = await run('secrets rotate --new-key')
    expect(turned.out).toMatch(/Sealed again: 1\..*remove it/s)
    expect((await run('secrets rotate')).out).toMatch(/Sealed again: 0\./)
    const list = await run('secrets list')
    expect(list.out).toMatch(/HOOK +2 /)
    expect(set.out + again.out + turned.out + list.out).not.toContain(signing(1).slice(6, 20))
    workspace(`\${file:hook.txt}`)
    writeFileSync(join(folder, 'hook.txt'), signing(2))
    await run('reload')
    expect((await run('secrets remove HOOK')).code).toBe(0)
  } finally {
    await hub.stop(1000)
  }
})

test('without its key nothing starts; the commands about secrets still work', async () => {
  workspace(sealed('HOOK'))
  await run('secrets set HOOK', signing(1))
  const kek = join(config.data, 'kek')
  const key = readFileSync(kek, 'utf8')
  rmSync(kek)
  await expect(startHub(config, { env: {} })).rejects.toMatchObject({ detail: { code: 'no-sealing-key' } })
  expect(existsSync(kek)).toBe(false)
  const shell = testShell({ folder, env: {} })
  expect((await shell.run('doctor')).out).toMatch(/secrets +error +there is no key file/)
  expect((await run('secrets list')).out).toMatch(/HOOK/)
  writeFileSync(kek, `${Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 89 + i * i * 7 + 131) & 255)).toString('base64')}\n`, {
    mode: 0o600,
  })
  await expect(startHub(config, { env: {} })).rejects.toMatchObject({ detail: { code: 'sealing-key-missing' } })
  expect((await shell.run('doctor')).out).toMatch(/secrets +error +1 secrets need the key/)
  expect((await run('secrets set HOOK', signing(2))).code).toBe(0)
  const hub = await startHub(config, { env: {} })
  await hub.stop(1000)
  expect((await shell.run('doctor')).out).toMatch(/secrets +ok +1 sealed/)
  // the first key opens nothing any more
  writeFileSync(kek, key, { mode: 0o600 })
  await expect(startHub(config, { env: {} })).rejects.toMatchObject({ detail: { code: 'sealing-key-missing' } })
})

test('a value is no argument, and none is set from nothing', async () => {
  workspace(sealed('HOOK'))
  expect((await run('secrets set HOOK value-as-argument')).code).toBe(2)
  expect((await run('secrets set HOOK', '')).code).toBe(2)
  expect((await run('secrets list --json')).out).toBe('')
})

test('a check without the store names what is sealed and finds nothing wrong with it', async () => {
  workspace(sealed('HOOK'))
  const checked = await testShell({ folder }).run('check')
  expect(checked).toMatchObject({ code: 0, out: expect.stringMatching(/warning sealed-unseen .*'HOOK'/) })
})

test('the first key is in its file at the first start, lets in, and is not told', async () => {
  workspace(signing(1))
  const lines: string[] = []
  const write = process.stderr.write.bind(process.stderr)
  process.stderr.write = (line) => lines.push(String(line)) > 0
  const file = join(folder, 'first.key')
  const hub = await startHub({ ...config, logLevel: 'info' }, { env: { CROSSDOCK_ADMIN_KEY_FILE: file } }).finally(() => {
    process.stderr.write = write
  })
  try {
    const key = readFileSync(file, 'utf8').trim()
    const asked = await fetch(`${hub.address}/v1/keys`, { headers: { authorization: `Bearer ${key}` } })
    expect(asked.status).toBe(200)
    expect(await asked.text()).not.toContain(key)
    expect(lines.join('')).toContain(file)
    expect(lines.join('')).not.toContain(key)
  } finally {
    await hub.stop(1000)
  }
})
