import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../model/clock.ts'
import { type LoopbackPartner, type PartnerAnswer, startPartner } from '../testing/loopback-partner.ts'
import { addressRule } from './address.ts'
import { openDownload } from './download.ts'
import { openEgress } from './egress.ts'

const file = Buffer.from('0123456789')
const partners: LoopbackPartner[] = []
afterEach(async () => {
  for (const partner of partners.splice(0)) await partner.close()
})

async function open(answer: () => PartnerAnswer, hosts: readonly string[] = []) {
  const partner = await startPartner(answer)
  partners.push(partner)
  const setup = { name: 'shop', base: new URL(partner.url), hosts, deadlineMs: 2000, maxBodyBytes: 100 }
  const reach = (origin: string) => openEgress({ origin, rule: addressRule(['127.0.0.0/8']), connections: 1 })
  return { partner, download: openDownload(setup, reach, systemClock) }
}
const part = (range: string, body: Uint8Array): PartnerAnswer => ({ status: 206, headers: { 'content-range': range }, body })

test('a part is asked for by its bytes, and the last one ends the file', async () => {
  const { partner, download } = await open(() => part('bytes 6-9/10', file.subarray(6)))
  expect(await download.part(`${partner.url}/f?key=secret`, 6, 100, undefined)).toEqual({
    kind: 'part',
    bytes: expect.objectContaining({ length: 4 }),
    end: true,
    total: 10,
  })
  expect(partner.requests[0]?.headers).toMatchObject({ range: 'bytes=6-105', 'accept-encoding': 'identity' })
  await download.close()
})

test('a part that is not the one asked for is refused, and a whole file is cut at the place', async () => {
  const wrong = await open(() => part('bytes 0-9/10', file))
  await expect(wrong.download.part(`${wrong.partner.url}/f`, 5, 10, undefined)).rejects.toMatchObject({ detail: { code: 'bad-part' } })
  const short = await open(() => part('bytes 5-9/10', file.subarray(5, 7)))
  await expect(short.download.part(`${short.partner.url}/f`, 5, 10, undefined)).rejects.toMatchObject({ detail: { code: 'bad-part' } })
  const whole = await open(() => ({ body: file }))
  expect(await whole.download.part(`${whole.partner.url}/f`, 5, 10, undefined)).toMatchObject({ end: true, bytes: file.subarray(5) })
  const large = await open(() => ({ body: Buffer.alloc(200) }))
  await expect(large.download.part(`${large.partner.url}/f`, 0, 10, undefined)).rejects.toMatchObject({
    detail: { code: 'body-too-large' },
  })
  for (const { download } of [wrong, short, whole, large]) await download.close()
})

test('an address that has ended is told, any other refusal is a fault, and the address stands in none', async () => {
  for (const status of [403, 404, 410]) {
    const { partner, download } = await open(() => ({ status, body: {} }))
    expect(await download.part(`${partner.url}/f`, 0, 10, undefined)).toEqual({ kind: 'gone' })
    await download.close()
  }
  const { partner, download } = await open(() => ({ status: 503, body: {} }))
  await expect(download.part(`${partner.url}/f?signature=the-key-of-the-file`, 0, 10, undefined)).rejects.toMatchObject({
    detail: { code: 'http-503', recovery: 'retry' },
    message: 'the file of a bulk job of shop: answered 503',
  })
  await download.close()
})

test('a file is had from the partner itself or from a host that the connector names, by https, and from nowhere else', async () => {
  const { partner, download } = await open(() => ({ body: file }), ['files.example'])
  const other = await startPartner(() => ({ body: file }))
  partners.push(other)
  for (const address of [
    `${other.url}/f`,
    'http://files.example/f',
    'https://evil.example/f',
    `http://user:pass@${new URL(partner.url).host}/f`,
    'https://files.example.evil.example/f',
    'ftp://files.example/f',
    'https://[',
  ])
    await expect(download.part(address, 0, 10, undefined)).rejects.toMatchObject({ detail: { code: 'foreign-file' } })
  expect(other.requests).toEqual([])
  expect(await download.part('/f', 0, 10, undefined)).toMatchObject({ kind: 'part' })
  await download.close()
})
