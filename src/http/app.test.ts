import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isKey, makeKey } from './auth.ts'
import { openTestHub, signed, type TestHub } from './test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({ localKey: 'l'.repeat(43) })
})
afterAll(() => hub.close())

describe('letting in', () => {
  test('every route but the open ones wants a key, and every refusal is the same', async () => {
    const now = hub.clock.now
    const good = await hub.addKey(['read'])
    const refused = [
      null,
      'nonsense',
      'cdk_x_y',
      makeKey('A').text,
      `${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`,
      await hub.addKey(['read'], { expires_at: now }),
      await hub.addKey(['read'], { revoked_at: now - 1 }),
    ]
    const bodies = new Set<string>()
    for (const key of refused) {
      const asked = await hub.ask('GET', '/v1/connections', { key })
      expect(asked.status).toBe(401)
      expect(asked.headers.get('www-authenticate')).toContain('Bearer')
      bodies.add(JSON.stringify({ ...asked.json, requestId: '' }))
    }
    expect(bodies.size).toBe(1)
    expect((await hub.ask('GET', '/v1/connections', { key: good })).status).toBe(200)
    expect((await hub.ask('GET', '/v1/connections', { key: null, headers: { authorization: `Basic ${btoa(`x:${good}`)}` } })).status).toBe(
      401,
    )
  })

  test('a scope gives what it names and nothing else', async () => {
    const read = await hub.addKey(['read'])
    const admin = await hub.addKey(['admin'])
    expect((await hub.ask('POST', '/v1/connections/shop-us/pause', { key: read, json: {} })).status).toBe(403)
    expect((await hub.ask('GET', '/v1/connections', { key: admin })).json).toMatchObject({
      status: 403,
      type: 'urn:crossdock:problem:missing-scope',
    })
    expect((await hub.ask('GET', '/v1/keys', { key: admin })).status).toBe(200)
  })

  test('the key of this machine has every scope', async () => {
    expect((await hub.ask('GET', '/v1/keys', { key: 'l'.repeat(43) })).status).toBe(200)
    expect((await hub.ask('GET', '/v1/keys', { key: 'l'.repeat(42) })).status).toBe(401)
  })

  test('a key carries its checksum', () => {
    const { text } = makeKey('01ABC')
    expect(isKey(text)).toBe(true)
    for (let i = 4; i < text.length; i++) {
      const other = text[i] === '0' ? '1' : '0'
      expect(isKey(text.slice(0, i) + other + text.slice(i + 1)), String(i)).toBe(text[i] === other)
    }
  })

  test('metrics are open to this machine, not through a proxy or under another name', async () => {
    const metrics = await hub.ask('GET', '/metrics', { key: null })
    expect(metrics.status).toBe(200)
    expect(metrics.text).toContain('crossdock_connection_state{connection="shop-us",state="active"} 1')
    expect(metrics.text).toContain('process_cpu_seconds_total')
    expect((await hub.ask('GET', '/metrics', { key: null, headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(401)
    expect((await hub.ask('GET', '/metrics', { key: await hub.addKey(['read']) })).status).toBe(403)
    expect((await hub.ask('GET', '/metrics', { key: await hub.addKey(['metrics']) })).status).toBe(200)
  })
})

describe('wrong requests', () => {
  test.each([
    ['?limit=1&limit=9', /limit is repeated/],
    ['?limit=-1', /limit must be >= 1/],
    ['?limit=abc', /limit must be integer/],
    ['?limit=', /limit must be integer/],
    ['?nope=1', /nope is not known here/],
    ['?__proto__=1', /__proto__ is not known here/],
    ['?constructor=1', /constructor is not known here/],
    ['?state=gone', /state must be one of received/],
    ['?from=yesterday', /from must be a date-time/],
    ['?after=eyJhIjoxfQ', /after must be the `next`/],
    ['?after=***', /after must be the `next`/],
    ['?connection[]=a', /is not known here/],
  ])('query %s is refused by name', async (query, words) => {
    const { status, json } = await hub.ask('GET', `/v1/envelopes${query}`)
    expect(status).toBe(400)
    expect(json.detail).toMatch(words)
  })

  test('a limit above the documented one counts as that', async () => {
    expect((await hub.ask('GET', '/v1/envelopes?limit=1000000000')).status).toBe(200)
  })

  test.each([
    ['{"reason":', 'malformed-json'],
    ['{"reason":"x",}', 'malformed-json'],
    ['{"reason":NaN}', 'malformed-json'],
    ['{"__proto__":{"reason":"x"}}', 'malformed-json'],
    ['['.repeat(100_000), 'malformed-json'],
    ['null', 'invalid-request'],
    ['7', 'invalid-request'],
    ['[]', 'invalid-request'],
    ['{"reason":7}', 'invalid-request'],
    ['{"reason":""}', 'invalid-request'],
    ['{"other":1}', 'invalid-request'],
    ['   ', 'malformed-json'],
  ])('body %j is refused', async (body, code) => {
    const { status, json } = await hub.ask('POST', '/v1/connections/shop-us/pause', {
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect({ status, type: json.type }).toEqual({ status: 400, type: `urn:crossdock:problem:${code}` })
  })

  test.each([
    ['{"reason":"a","reason":"b"}', '"reason"'],
    ['{"reason":"a","re\\u0061son":"a"}', '"reason"'],
    ['{"other":{"x":1,"y":[{"x":1,"x":1}]}}', '"x"'],
  ])('a name that stands twice is refused by name: %s', async (body, name) => {
    const { status, json } = await hub.ask('POST', '/v1/connections/shop-us/pause', {
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect({ status, type: json.type }).toEqual({ status: 400, type: 'urn:crossdock:problem:twin-name' })
    expect(json.detail).toContain(`The name ${name} stands twice`)
  })

  test('the same name in different objects is no twin', async () => {
    const body = '{"reason":"a \\"reason\\":\\"b\\""}'
    expect((await hub.ask('POST', '/v1/connections/shop-us/pause', { body, headers: { 'content-type': 'application/json' } })).status).toBe(
      200,
    )
    const nested = await hub.ask('POST', '/v1/connections/shop-us/pause', {
      body: '{"reason":{"x":1},"other":{"x":1}}',
      headers: { 'content-type': 'application/json' },
    })
    expect(nested.json.type).toBe('urn:crossdock:problem:invalid-request')
    expect((await hub.ask('POST', '/v1/connections/shop-us/resume')).status).toBe(200)
  })

  test('bytes that are no UTF-8, other media types and compressed bodies are refused', async () => {
    const pause = '/v1/connections/shop-us/pause'
    const send = (body: string | Uint8Array, headers: Record<string, string>) => hub.ask('POST', pause, { body, headers })
    expect((await send(new Uint8Array([0x7b, 0xff, 0x7d]), { 'content-type': 'application/json' })).status).toBe(400)
    expect((await send('{}', { 'content-type': 'text/html' })).status).toBe(415)
    expect((await send('{}', { 'content-type': 'application/json, text/html' })).status).toBe(415)
    expect((await send('{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await send('{}', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200)
    expect((await hub.ask('POST', '/v1/connections/shop-us/resume')).status).toBe(200)
  })

  test('a body over the cap is refused, told or chunked', async () => {
    const big = 'x'.repeat(1024 * 1024 + 1)
    const told = await hub.ask('POST', '/v1/connections/shop-us/pause', { body: big, headers: { 'content-type': 'application/json' } })
    expect(told.status).toBe(413)
    const chunks = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
    })
    const chunked = await hub.ask('POST', '/v1/connections/shop-us/pause', {
      body: chunks,
      headers: { 'content-type': 'application/json' },
    })
    expect(chunked.status).toBe(413)
  })

  test.each(['constructor', '__proto__', 'toString', 'nobody', 'SHOP-US', 'a'.repeat(65), '..;', '%00', 'shop-us%2f..', '%e4%b8%ad'])(
    'the connection %s is not there',
    async (name) => {
      expect([400, 404]).toContain((await hub.ask('GET', `/v1/connections/${name}`)).status)
    },
  )

  test('a method that an address does not take is told which it takes', async () => {
    const { status, headers } = await hub.ask('DELETE', '/v1/connections')
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe('GET, HEAD')
    expect((await hub.ask('HEAD', '/v1/connections/shop-us/pause')).status).toBe(405)
    expect((await hub.ask('PUT', '/hooks/x')).status).toBe(405)
    expect((await hub.ask('GET', '/nowhere')).status).toBe(404)
    expect((await hub.ask('HEAD', '/v1/connections')).status).toBe(200)
  })

  test('nothing is open to other origins', async () => {
    const { headers } = await hub.ask('GET', '/v1/connections', { headers: { origin: 'https://evil.example' } })
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('an unexpected error shows nothing of itself', async () => {
    const broken = await openTestHub()
    await broken.context.database.write((tx) => tx.schema.dropTable('schedule').execute())
    const { status, json, text } = await broken.ask('GET', '/v1/connections')
    expect(status).toBe(500)
    expect(json.type).toBe('urn:crossdock:problem:internal')
    expect(text).not.toMatch(/schedule|select|sqlite|\.ts/i)
    await broken.close()
  })
})

describe('hooks', () => {
  const address = async () => String((await hub.ask('GET', '/v1/connections/shop-us/hook')).json.current)
  const post = (path: string, body: string, headers = signed(body)) => hub.ask('POST', path, { key: null, body, headers })

  test('a signed request is answered in the partner’s form after its receipt is there, byte for byte', async () => {
    const body = '{"id": 1,  "note":"é\\u0000"}'
    const asked = await post(await address(), body)
    expect({ status: asked.status, text: asked.text, type: asked.headers.get('content-type') }).toEqual({
      status: 202,
      text: 'taken',
      type: 'text/plain',
    })
    const rows = await hub.context.database.read.selectFrom('receipt').select(['id', 'body']).orderBy('id', 'desc').limit(1).execute()
    expect(Buffer.from(rows[0]?.body ?? []).toString()).toBe(body)
    expect((await hub.ask('GET', `/v1/receipts/${rows[0]?.id}/bytes`)).text).toBe(body)
    expect((await hub.ask('GET', `/v1/receipts/${rows[0]?.id}`)).json).toMatchObject({ topic: 'order.updated', bytes: body.length + 1 })
  })

  test('a wrong or missing signature, another body and an unknown address store nothing', async () => {
    const count = async () => (await hub.context.database.read.selectFrom('receipt').select('id').execute()).length
    const before = await count()
    const path = await address()
    expect((await post(path, 'a', {})).status).toBe(401)
    expect((await post(path, 'a', signed('b'))).status).toBe(401)
    const unknown = await post(`/hooks/${'0'.repeat(32)}`, 'a')
    const malformed = await post('/hooks/constructor', 'a')
    expect(unknown.status).toBe(404)
    expect({ ...malformed.json, requestId: '' }).toEqual({ ...unknown.json, requestId: '' })
    expect(await count()).toBe(before)
  })

  test('compressed and oversize bodies are refused before they are read', async () => {
    const path = await address()
    const big = 'x'.repeat(64 * 1024 + 1)
    expect((await post(path, big)).status).toBe(413)
    expect((await post(path, 'a', { ...signed('a'), 'content-encoding': 'gzip' })).status).toBe(415)
  })

  test('the address is rotated with overlap, and the old one ends when it is retired', async () => {
    const old = await address()
    const next = await hub.ask('POST', '/v1/connections/shop-us/hook/rotate', { json: {} })
    expect(next.json.previous).toBe(old)
    expect((await post(old, 'a')).status).toBe(202)
    expect((await post(String(next.json.current), 'b')).status).toBe(202)
    expect((await hub.ask('DELETE', '/v1/connections/shop-us/hook/previous')).json.previous).toBe(null)
    expect((await post(old, 'c')).status).toBe(404)
  })

  test('a paused connection asks the partner to come again', async () => {
    const path = await address()
    await hub.ask('POST', '/v1/connections/shop-us/pause', { json: {} })
    const asked = await post(path, 'a')
    expect({ status: asked.status, after: asked.headers.get('retry-after') }).toEqual({ status: 503, after: '300' })
    await hub.ask('POST', '/v1/connections/shop-us/resume', { json: {} })
    expect((await post(path, 'd')).status).toBe(202)
  })
})
