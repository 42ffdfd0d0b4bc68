import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { type LoopbackPartner, startPartner } from '../testing/loopback-partner.ts'
import { addressRule } from './address.ts'
import { type Egress, type LookupAll, openEgress } from './egress.ts'

const limits = { deadlineMs: 2_000, headersMs: 1_000, maxBodyBytes: 10_000 }
const open: Egress[] = []
const partners: LoopbackPartner[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((egress) => egress.close()))
  await Promise.all(partners.splice(0).map((partner) => partner.close()))
})

async function partner(...args: Parameters<typeof startPartner>): Promise<LoopbackPartner> {
  const started = await startPartner(...args)
  partners.push(started)
  return started
}
function egress(origin: string, allowPrivate: readonly string[] = ['127.0.0.0/8'], lookup?: LookupAll): Egress {
  const opened = openEgress({
    origin,
    rule: addressRule(allowPrivate),
    connections: 2,
    connectTimeoutMs: 500,
    ...(lookup === undefined ? {} : { lookup }),
  })
  open.push(opened)
  return opened
}
const get = (url: string) => ({ method: 'GET' as const, url, headers: {} })
const answers =
  (...addresses: readonly string[]): LookupAll =>
  (_, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )

describe('addresses', () => {
  it.each([
    '127.1',
    '0x7f.1',
    '2130706433',
    '017700000001',
    '①②⑦.0.0.1',
    '0',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '169.254.169.254',
    '10.0.0.1',
    'metadata.google.internal',
  ])('http://%s is not connected to', async (host) => {
    const url = `http://${host}:9/`
    await expect(egress(url, []).send(get(url), limits)).rejects.toMatchObject({ code: 'refused-address', sent: false })
  })
  it('refuses a metadata service although the operator opened everything', async () => {
    await expect(egress('http://169.254.169.254/', ['0.0.0.0/0']).send(get('http://169.254.169.254/'), limits)).rejects.toMatchObject({
      code: 'refused-address',
    })
  })
  it('refuses a name as soon as one of its addresses is bad', async () => {
    const url = 'http://shop.example:9/'
    for (const list of [['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['93.184.216.34', '::ffff:10.0.0.1']])
      await expect(egress(url, [], answers(...list)).send(get(url), limits)).rejects.toMatchObject({ code: 'refused-address', sent: false })
  })
  it('asks the name again for every connection, so that an address that changes is judged again', async () => {
    const shop = await partner(() => ({ headers: { connection: 'close' }, body: [] }))
    const { port } = new URL(shop.url)
    let turn = 0
    const lookup: LookupAll = (host, done) => answers(++turn === 1 ? '127.0.0.1' : '10.9.9.9')(host, done)
    const outward = egress(`http://shop.example:${port}`, ['127.0.0.0/8'], lookup)
    await expect(outward.send(get(`http://shop.example:${port}/`), limits)).resolves.toMatchObject({ status: 200 })
    await expect(outward.send(get(`http://shop.example:${port}/`), limits)).rejects.toMatchObject({ code: 'refused-address' })
  })
  it.each(['ftp://x.example/', 'file:///etc/passwd', 'gopher://x.example/'])('%s is not spoken', (url) => {
    expect(() => openEgress({ origin: url, rule: addressRule([]), connections: 1 })).toThrow(/http and https/)
  })
  it('speaks to the configured origin only, and never with a user in the address', async () => {
    const shop = await partner(() => ({ body: [] }))
    const outward = egress(shop.url)
    const other = new URL(shop.url)
    other.port = '9'
    await expect(outward.send(get(other.href), limits)).rejects.toMatchObject({ code: 'foreign-origin', sent: false })
    await expect(outward.send(get(shop.url.replace('//', '//a:b@')), limits)).rejects.toMatchObject({ code: 'foreign-origin' })
    expect(shop.requests).toHaveLength(0)
  })
})

describe('answers', () => {
  it('gives a redirect as it is', async () => {
    const shop = await partner((request) =>
      request.path === '/' ? { status: 302, headers: { location: '/secret' } } : { body: 'followed' },
    )
    const answer = await egress(shop.url).send(get(`${shop.url}/`), limits)
    expect(answer.status).toBe(302)
    expect(shop.requests.map((request) => request.path)).toEqual(['/'])
  })
  it('unpacks gzip and counts what comes out of it', async () => {
    const shop = await partner((request) => ({
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(request.path === '/bomb' ? 50_000_000 : 5_000, 'a')),
    }))
    const outward = egress(shop.url)
    expect((await outward.send(get(`${shop.url}/`), limits)).body.byteLength).toBe(5_000)
    await expect(outward.send(get(`${shop.url}/bomb`), limits)).rejects.toMatchObject({ code: 'body-too-large', sent: true })
  })
  it('refuses a body that is too large, packed unasked, or not what it says', async () => {
    const shop = await partner((request) =>
      request.path === '/big'
        ? { body: Buffer.alloc(20_000) }
        : request.path === '/odd'
          ? { headers: { 'content-encoding': 'compress' }, body: 'x' }
          : { headers: { 'content-encoding': 'gzip' }, body: 'plain text' },
    )
    const outward = egress(shop.url)
    await expect(outward.send(get(`${shop.url}/big`), limits)).rejects.toMatchObject({ code: 'body-too-large' })
    await expect(outward.send(get(`${shop.url}/odd`), limits)).rejects.toMatchObject({ code: 'bad-encoding' })
    await expect(outward.send(get(`${shop.url}/torn`), limits)).rejects.toMatchObject({ code: 'bad-encoding' })
  })
  it('stops a drip at the deadline of the whole exchange', async () => {
    const shop = await partner(() => (response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    const start = Date.now()
    await expect(egress(shop.url).send(get(`${shop.url}/`), { ...limits, deadlineMs: 200 })).rejects.toMatchObject({
      code: 'timeout',
      sent: true,
    })
    expect(Date.now() - start).toBeLessThan(1_500)
  })
  it('waits for the head of an answer for its own span only', async () => {
    const shop = await partner(() => 'hang')
    await expect(egress(shop.url).send(get(`${shop.url}/`), { ...limits, headersMs: 100 })).rejects.toMatchObject({
      code: 'timeout',
      sent: true,
    })
  })
  it('refuses endless headers', async () => {
    const shop = await partner(
      () => (response) =>
        response.writeHead(200, Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-${i}`, 'y'.repeat(2_000)]))).end(),
    )
    await expect(egress(shop.url).send(get(`${shop.url}/`), limits)).rejects.toMatchObject({ code: 'headers-too-large' })
  })
})

describe('what was sent', () => {
  it('is nothing when the connection is refused', async () => {
    const gone = await startPartner(() => 'hang')
    await gone.close()
    await expect(egress(gone.url).send(get(gone.url), limits)).rejects.toMatchObject({ code: 'ECONNREFUSED', sent: false })
  })
  it('is nothing when the signal was aborted before, and unknown when it is during', async () => {
    const shop = await partner(() => 'hang')
    const outward = egress(shop.url)
    await expect(outward.send(get(shop.url), { ...limits, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
      sent: false,
    })
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    await expect(outward.send(get(shop.url), { ...limits, signal: stop.signal })).rejects.toMatchObject({ code: 'aborted', sent: true })
    expect(shop.requests).toHaveLength(1)
  })
  it('is nothing when the lease ran out before the first byte: while the connection was made, and while another request had it', async () => {
    const shop = await partner(async ({ path }) => {
      if (path === '/slow') await new Promise((resolve) => setTimeout(resolve, 100))
      return { body: [] }
    })
    const { port } = new URL(shop.url)
    const origin = `http://shop.example:${port}`
    let held = true
    const post = (path: string, lease = () => held) =>
      outward.send({ method: 'POST', url: `${origin}${path}`, headers: {}, body: Buffer.from('{}') }, { ...limits, held: lease })
    const lookup: LookupAll = (host, done) => {
      held = false
      answers('127.0.0.1')(host, done)
    }
    const outward = openEgress({ origin, rule: addressRule(['127.0.0.0/8']), connections: 1, lookup })
    open.push(outward)
    await expect(post('/first')).rejects.toMatchObject({ code: 'lease-lost', sent: false })
    held = true
    const slow = post('/slow', () => true)
    const waits = post('/waits')
    held = false
    await expect(waits).rejects.toMatchObject({ code: 'lease-lost', sent: false })
    await expect(slow).resolves.toMatchObject({ status: 200 })
    expect(shop.requests.map(({ path }) => path)).toEqual(['/slow'])
  })
  it('is unknown when the connection breaks', async () => {
    const shop = await partner(() => 'lost')
    await expect(egress(shop.url).send(get(shop.url), limits)).rejects.toMatchObject({ code: 'connection-lost', sent: true })
  })
})
