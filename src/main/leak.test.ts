import { createHmac, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readingRoom } from '../http/body.ts'
import { routeTable } from '../http/routes.ts'
import { type Hub, openHub, startHub } from '../main.ts'
import { testShell } from '../testing/test-shell.ts'

/** Values of every kind of reference, made anew for each run; the seed repeats one. */
const seed = Number(process.env.LEAK_SEED ?? randomBytes(4).readUInt32BE(0))
const printable = fc.stringMatching(/^[!-~]{4}[a-zA-Z0-9"%&+/=<>\\ ~]{6,30}[!-~]{4}$/)
const any = fc.string({ unit: 'grapheme', minLength: 12, maxLength: 30 }).map((text) => `${text.replaceAll(/\s/gu, '·')}é"&/+`)
const [sealedToken = '', filePassword = '', account = ''] = [
  fc.sample(printable, { seed, numRuns: 1 })[0],
  fc.sample(any, { seed, numRuns: 1 })[0]?.trim(),
  `account-${randomBytes(6).toString('hex')}`,
]
const signing = randomBytes(24)
const hookSecret = `whsec_${signing.toString('base64')}`

/** How a value is met outside: each form of it alone gives it away. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  new URLSearchParams({ s: secret }).toString().slice(2),
  Buffer.from(secret)
    .toString('base64')
    .slice(0, Math.floor((Buffer.byteLength(secret) * 8) / 6)),
  Buffer.from(secret).toString('hex'),
]
let keys: readonly string[] = []
const secrets = () => [sealedToken, filePassword, account, hookSecret, ...keys]
const leaksIn = (text: string): readonly string[] =>
  secrets().flatMap((secret) => (formsOf(secret).some((form) => text.includes(form)) ? [`${secret} in: ${text.slice(0, 2000)}`] : []))

/** A partner that tells everything it knows, however it can be written, and everything it was sent. */
const everything = (request: { readonly url?: string | undefined; readonly headers: object }, body: string) => {
  const known = request.url?.startsWith('/events')
    ? [hookSecret, signing.toString('base64')]
    : [sealedToken, filePassword, account, Buffer.from(`${account}:${filePassword}`).toString('base64')]
  const apiKeys = keys.filter((key) => key.startsWith('cdk_'))
  return [
    ...known,
    ...apiKeys,
    request.url,
    JSON.stringify(request.headers),
    JSON.stringify({ inner: JSON.stringify(known) }),
    ...known.flatMap(formsOf),
    body,
  ].join(' ; ')
}

let folder: string
let partner: Server
let hub: Hub
const stderr: string[] = []
const write = process.stderr.write.bind(process.stderr)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leak-'))
  partner = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += String(chunk)
    })
    request.on('end', () => {
      const said = everything(request, body)
      const json = request.url?.startsWith('/text') ? undefined : JSON.stringify({ message: said, code: said })
      response.writeHead(request.url?.startsWith('/orders') ? 500 : 400, { 'content-type': json ? 'application/json' : 'text/plain' })
      response.end(json ?? said)
    })
  })
  await new Promise<void>((resolve) => partner.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(partner.address() as AddressInfo).port}`
  mkdirSync(join(folder, 'connectors', 'leaky'), { recursive: true })
  writeFileSync(
    join(folder, 'connectors', 'leaky', 'connector.js'),
    `export default {
  name: 'leaky', title: 'Leaky', docs: 'https://leaky.example/docs',
  config: { type: 'object', required: ['url', 'account', 'token', 'password'], properties: {
    url: { type: 'string' }, account: { type: 'string' }, token: { type: 'string', writeOnly: true }, password: { type: 'string', writeOnly: true } } },
  http: { baseUrl: '{config.url}', auth: { kind: 'basic', username: '{config.account}', password: '{config.password}' }, headers: { 'x-token': '{config.token|base64}' } },
  check: { path: '/me', query: { account: '{config.account}', key: '{config.token}', other: '{config.password}' } },
  streams: { orders: { title: 'Orders', schema: { type: 'object', required: ['key', 'data'], properties: { key: { type: 'string' }, data: { type: 'object' } } }, key: 'key', version: { kind: 'none' },
    call: { path: '/orders', query: { key: '{config.token}' } }, records: '', page: { kind: 'single' }, cursor: null,
    parts: [{ document: 'sales-order', body: 'data', mode: 'replace', identity: { kind: 'origin' } }], blindSpots: [] } },
  actions: {},
}\n`,
  )
  writeFileSync(join(folder, 'password.txt'), filePassword)
  writeFileSync(join(folder, 'hook.txt'), hookSecret)
  const ref = (to: string) => `\${${to}}`
  const events = { connector: 'standard-webhooks', books: 'HARBOUR', allowPrivate: ['127.0.0.0/8'] }
  writeFileSync(
    join(folder, 'crossdock.json'),
    JSON.stringify({
      connections: {
        leaky: {
          connector: 'leaky',
          books: 'US',
          allowPrivate: ['127.0.0.0/8'],
          config: { url, account: ref('env:ACCOUNT'), token: ref('sealed:TOKEN'), password: ref('file:password.txt') },
          streams: { orders: { every: '1h' } },
        },
        sender: { ...events, config: { url, secret: ref('file:hook.txt') } },
        subscriber: { ...events, config: { url: `${url}/events`, secret: ref('file:hook.txt') } },
      },
      routes: [
        { id: 'tell', document: 'sales-order', to: 'subscriber', action: 'sales-order', mode: 'live', from: '2020-01-01T00:00:00Z' },
      ],
      codes: { unit: { u: 'C62' } },
      settings: { sweepMs: 50 },
    }),
  )
  const env = { ACCOUNT: account }
  const shell = testShell({
    folder,
    readSecret: async () => sealedToken,
    openLocal: (config, how) => openHub(config, { env, ...(how?.bare ? { bare: true } : {}) }),
  })
  expect(await shell.run('secrets set TOKEN')).toMatchObject({ code: 0 })
  process.stderr.write = (line) => stderr.push(String(line)) > 0
  hub = await startHub(
    { workspace: folder, data: join(folder, 'data'), host: '127.0.0.1', port: 0, logLevel: 'debug', watch: false, role: 'serve' },
    { env },
  )
  const made = await ask('POST', '/v1/keys', { name: 'x', scopes: ['read'] })
  keys = [
    String((JSON.parse(made) as { key: unknown }).key),
    ...['kek', 'admin.key', 'local.key'].map((file) => readFileSync(join(folder, 'data', file), 'utf8').trim()),
  ]
}, 30_000)
afterAll(async () => {
  await hub?.stop(1000)
  process.stderr.write = write
  partner?.close()
  rmSync(folder, { recursive: true, force: true })
})

const ask = async (method: string, path: string, body?: object): Promise<string> => {
  const response = await fetch(hub.address + path, {
    method,
    headers: {
      authorization: `Bearer ${hub.localKey}`,
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  })
  return response.text()
}

async function tell(id: string, data: object, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const { current } = JSON.parse(await ask('GET', '/v1/connections/sender/hook')) as { current: string }
  const text = JSON.stringify({ type: 'sales-order.updated', timestamp: new Date().toISOString(), data })
  const stamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', signing).update(`${id}.${stamp}.${text}`).digest('base64')
  const signed = { 'webhook-id': id, 'webhook-timestamp': stamp, 'webhook-signature': `v1,${signature}` }
  const response = await fetch(hub.address + current, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', ...signed },
    body: text,
  })
  expect(response.status).toBe(202)
}
const order = (key: string, name: string) => ({
  key,
  number: key,
  status: 'open',
  placedAt: '2026-11-24T08:00:00.000Z',
  issueDate: '2026-11-24',
  seller: { ref: { type: 'party', key: 'HARBOUR' } },
  currency: 'USD',
  taxBasis: 'exclusive',
  totals: { linesTotal: '20.00', grandTotal: '20.00' },
  lines: [{ key: '1', number: '1', product: { sku: 'LAMP-RED' }, name, quantity: '2', unit: 'C62', lineAmount: '20.00' }],
})

/** Every text of every table, whatever column it stands in. */
async function storedTexts(): Promise<readonly { readonly place: string; readonly text: string }[]> {
  const { read } = hub.context.database
  const tables = await sql<{ name: string }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite%'`.execute(read)
  const found: { place: string; text: string }[] = []
  for (const { name } of tables.rows) {
    const rows = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(read)
    for (const row of rows.rows)
      for (const [column, value] of Object.entries(row))
        if (typeof value === 'string') found.push({ place: `${name}.${column}`, text: value })
        else if (value instanceof Uint8Array && name === 'secret')
          found.push({ place: `${name}.${column}`, text: Buffer.from(value).toString() })
  }
  return found
}

/** Every address of the API that can be asked without changing anything, with the ids and keys of what is there. */
async function everyAnswer(): Promise<readonly { readonly place: string; readonly text: string }[]> {
  const idsOf = async (path: string, field: string) =>
    ((JSON.parse(await ask('GET', path)) as { items?: readonly Record<string, unknown>[] }).items ?? []).map((item) => String(item[field]))
  const [envelopes, deliveries, documents] = [
    await idsOf('/v1/envelopes', 'id'),
    await idsOf('/v1/deliveries', 'id'),
    await idsOf('/v1/documents/sales-order', 'key'),
  ]
  const paths = new Set<string>()
  for (const { method, path } of routeTable(readingRoom(1))) {
    if (method !== 'GET' || /bytes|\/docs/.test(path)) continue
    const ids = path.includes('/deliveries') ? deliveries : envelopes
    if (path.startsWith('/v1/documents'))
      for (const key of documents)
        for (const value of ['lines.0.name', 'lines', 'number'])
          paths.add(`${path.replace('{type}', 'sales-order')}?key=${encodeURIComponent(key)}&path=${value}&at=2030-01-01T00:00:00Z`)
    for (const id of ids)
      paths.add(
        path
          .replace('{type}', 'sales-order')
          .replace('{name}', 'leaky')
          .replace(/\{\w+\}/, id),
      )
  }
  const documentPaths = documents.flatMap((key) =>
    ['one', 'history', 'journal', 'explain?path=lines.0.name'].map(
      (part) => `/v1/documents/sales-order/${part}${part.includes('?') ? '&' : '?'}key=${encodeURIComponent(key)}`,
    ),
  )
  return Promise.all([...paths, ...documentPaths].map(async (path) => ({ place: path, text: await ask('GET', path) })))
}

const leaks = (texts: readonly { readonly place: string; readonly text: string }[]) =>
  texts.flatMap(({ place, text }) => leaksIn(text).map((leak) => `${place}: ${leak}`))

test(`no secret comes out, whatever a partner says (LEAK_SEED=${seed})`, async () => {
  const { run } = testShell({ folder })
  const said: { place: string; text: string }[] = []
  for (const line of [
    'connection test leaky',
    'connection test leaky --json',
    'pull leaky orders',
    'connection show leaky --json',
    'secrets list --json',
    'keys list --json',
    'doctor',
  ]) {
    const { out, err } = await run(line)
    said.push({ place: line, text: out + err })
  }
  expect(said[0]?.text).toContain('[secret]')
  await tell('msg_1', order('727', 'Lamp'), { 'x-debug': hookSecret, 'x-more': signing.toString('base64') })
  await expect
    .poll(async () => (JSON.parse(await ask('GET', '/v1/dead-letters')) as { items: unknown[] }).items.length, { timeout: 10_000 })
    .toBeGreaterThan(0)
  await expect.poll(async () => ask('GET', '/v1/connections/leaky'), { timeout: 10_000 }).toMatch(/"lastError":"/)
  for (const line of ['deliveries --json', 'dead list --json', 'inbox --json', 'connection list --json', 'findings list --json'])
    said.push({ place: line, text: Object.values(await run(line)).join('\n') })
  const stored = await storedTexts()
  const sample = stored.find(({ place }) => place === 'attempt.sample')
  expect(sample?.text).toContain('[secret]')
  expect(stored.find(({ place, text }) => place === 'receipt.headers' && text.includes('x-debug'))?.text).toContain('[secret]')
  expect(leaks([...said, ...stored, ...(await everyAnswer()), { place: 'log', text: stderr.join('') }])).toEqual([])
})

test('a secret that a partner wrote into its own data stands in no answer either, nor in an explanation', async () => {
  await tell('msg_2', order('728', `Lamp ${sealedToken} ${hookSecret}`))
  const shown = () => ask('GET', `/v1/documents/sales-order/one?key=${encodeURIComponent('sender/728')}`)
  await expect.poll(shown, { timeout: 10_000 }).toMatch(/Lamp \[secret\] \[secret\]/)
  expect(await ask('GET', `/v1/documents/sales-order/explain?path=lines.0.name&key=${encodeURIComponent('sender/728')}`)).toMatch(
    /"value":"Lamp \[secret\] \[secret\]"/,
  )
  expect(leaks([...(await everyAnswer()), { place: 'log', text: stderr.join('') }])).toEqual([])
  const { out } = await testShell({ folder }).run('explain sales-order sender/728 lines.0.name')
  expect(leaksIn(out)).toEqual([])
})

test('a reload with a secret that no longer fits tells its place, not the value', async () => {
  const wrong = `whsec_${'!'.repeat(4)}${randomBytes(12).toString('hex')}`
  writeFileSync(join(folder, 'hook.txt'), wrong)
  const answer = await ask('POST', '/v1/reload')
  expect(answer).toMatch(/"severity":"error"/)
  expect(answer + stderr.join('')).not.toContain(wrong)
})
