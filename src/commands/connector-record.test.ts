import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type LoopbackPartner, startPartner } from '../testing/loopback-partner.ts'
import { redactRecording } from '../testing/redact-recording.ts'
import { testShell } from '../testing/test-shell.ts'

vi.setConfig({ testTimeout: 120_000 })
const secret = 'tok-7f3e9b1c55aa'
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
const rows = Array.from({ length: 250 }, (_, place) => ({
  id: place + 1,
  sku: `SKU-${place + 1}`,
  name: `Lamp ${place + 1}`,
  updated_at: new Date(Date.parse('2026-05-04T08:00:00Z') + place * 60_000).toISOString(),
  maker: { name: 'Erika Mustermann', email: 'erika@maker.test', phone: '+49 30 1234567' },
  note: `asked by erika@maker.test with ${secret}`,
  link: jwt,
  hotline: '+49 (40) 7654321',
}))

let folder: string
let partner: LoopbackPartner
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-record-'))
  partner = await startPartner(({ path, query, headers }) => {
    if (headers.authorization !== `Bearer ${secret}`) return { status: 401, body: {} }
    const one = /\/products\/(\d+)$/.exec(path)?.[1]
    if (one !== undefined) return { body: rows[Number(one) - 1] }
    const since = query.get('updated_since') ?? ''
    const [page, size] = [Number(query.get('page')), Number(query.get('per_page'))]
    return { body: { items: rows.filter((row) => row.updated_at >= since).slice((page - 1) * size, page * size) } }
  })
  const acme = {
    connector: 'acme',
    books: 'US',
    config: { url: `${partner.url}/v1`, token: `$\{env:TOKEN}` },
    allowPrivate: ['127.0.0.0/8'],
  }
  await writeFile(join(folder, 'crossdock.json'), JSON.stringify({ connections: { acme } }))
  await run('connector new acme --declarative')
  const file = join(folder, 'connectors', 'acme', 'connector.json')
  await writeFile(file, (await readFile(file, 'utf8')).replace('"^https://"', '"^https?://"'))
  await rm(join(folder, 'connectors', 'acme', 'fixtures'), { recursive: true })
})
afterEach(async () => {
  await partner.close()
  await rm(folder, { recursive: true, force: true })
})
const run = (line: string) => testShell({ folder, env: { TOKEN: secret } }).run(line)

test('what a real system says becomes a recording that passes the kit, without secrets and people in it', async () => {
  const recorded = await run('connector record acme products')
  expect(recorded).toMatchObject({ code: 0, err: '' })
  const text = await readFile(join(folder, 'connectors', 'acme', 'fixtures', 'conversation.json'), 'utf8')
  for (const told of [secret, 'Erika', 'Mustermann', 'erika@', '1234567', '7654321', jwt, new URL(partner.url).host])
    expect(text).not.toContain(told)
  // the things stay that a mapping reads
  for (const kept of ['SKU-1', 'Lamp 1', '2026-05-04T08:00:00.000Z']) expect(text).toContain(kept)
  for (const path of [
    'whole.answer.body.items.maker.email',
    'whole.answer.body.items.note',
    'whole.answer.body.items.hotline',
    'whole.answer.body.items.link',
  ])
    expect(recorded.out).toContain(`redacted: ${path} (`)
  const { streams, byKey } = JSON.parse(text)
  expect(
    streams.products.map(({ from, keys }: { readonly from: string | null; readonly keys: readonly string[] }) => [
      from === null,
      keys.length,
    ]),
  ).toEqual([
    [true, 199],
    [false, expect.any(Number)],
  ])
  expect(byKey.products.key).toBe('1')
  expect(await run('connector test acme')).toMatchObject({ code: 0, out: expect.stringMatching(/failed: 0/) })
  // what was recorded before stays, and nothing was sent to anybody else
  expect((await run('connector record acme products --pages 1')).code).toBe(0)
  expect((await run('connector test acme')).code).toBe(0)
})

test('a stream, a connection or a number of pages that is none is refused, and nothing is written', async () => {
  expect((await run('connector record acme orders')).code).toBe(4)
  expect((await run('connector record shop products')).code).toBe(4)
  expect((await run('connector record acme products --pages 0')).code).toBe(2)
  expect((await testShell({ folder, env: {} }).run('connector record acme products')).code).toBe(2)
  await expect(readFile(join(folder, 'connectors', 'acme', 'fixtures', 'conversation.json'))).rejects.toThrow()
})

test('a secret is taken out in every form, the same value by the same one, and the rest is left', () => {
  const { recording, redacted } = redactRecording(
    {
      a: `x ${secret}`,
      b: Buffer.from(secret).toString('base64'),
      c: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
      d: '2026-11-20',
      e: '13812345678',
      f: ['13812345678'],
    },
    new Map([[secret, 'redacted-token']]),
  )
  expect(recording).toMatchObject({
    a: 'x redacted-token',
    b: 'redacted-token',
    c: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    d: '2026-11-20',
  })
  expect(recording.e).not.toBe('13812345678')
  expect(recording.f).toEqual([recording.e])
  expect(redacted).toContainEqual({ path: 'e', times: 1 })
})
