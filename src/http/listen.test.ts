import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestHub, type TestHub } from './test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub()
})
afterAll(() => hub.close())

/** Sends bytes as they are and answers what came back until the connection ended or `ms` passed. */
function raw(text: string, ms = 4000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(hub.listening.port, '127.0.0.1')
    let answer = ''
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(done, ms)
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1')
    })
    socket.on('error', done)
    socket.on('close', done)
    socket.write(text)
  })
}
const ending = 'host: x\r\nconnection: close\r\n\r\n'
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

describe('requests that are wrong on the wire', () => {
  test.each([
    ['both lengths', 'POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['two lengths', 'POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd', 400],
    ['obfuscated encoding', 'POST /healthz HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n', 400],
    ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['headers of 20 KB', `GET /healthz HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n${ending}`, 431],
    ['an unknown method', `BREW /healthz HTTP/1.1\r\n${ending}`, 400],
    ['TRACE', `TRACE /healthz HTTP/1.1\r\n${ending}`, 405],
    ['PROPFIND', `PROPFIND /healthz HTTP/1.1\r\n${ending}`, 405],
    ['OPTIONS', `OPTIONS /v1/connections HTTP/1.1\r\n${ending}`, 405],
    ['HEAD on a POST route', `HEAD /v1/connections/x/pause HTTP/1.1\r\n${ending}`, 405],
    ['a path of 8 KB', `GET /${'a'.repeat(8000)} HTTP/1.1\r\n${ending}`, 414],
    ['escaped dots', `GET /v1/%2e%2e%2fhealthz HTTP/1.1\r\n${ending}`, 400],
    ['plain dots', `GET /v1/../healthz HTTP/1.1\r\n${ending}`, 400],
    ['a broken escape', `GET /v1/connections/%ff%zz HTTP/1.1\r\n${ending}`, 400],
    ['an escape that is no UTF-8', `GET /v1/connections/%ff HTTP/1.1\r\n${ending}`, 400],
    ['an escaped NUL', `GET /v1/connections/%00 HTTP/1.1\r\n${ending}`, 400],
    ['a broken escape in the query', `GET /v1/envelopes?key=%zz HTTP/1.1\r\n${ending}`, 400],
    ['an absolute target elsewhere', `GET http://evil.example/%2e%2e/ HTTP/1.1\r\n${ending}`, 400],
  ])('%s', async (_, text, status) => {
    expect(statusOf(await raw(text))).toBe(status)
  })

  test('a good one is answered', async () => {
    const answer = await raw(`GET /healthz HTTP/1.1\r\n${ending}`)
    expect(statusOf(answer)).toBe(200)
    expect(answer.toLowerCase()).not.toContain('x-powered-by')
  })
})

describe('slow senders', () => {
  test('headers that never end are cut', async () => {
    const began = Date.now()
    expect(statusOf(await raw('GET /healthz HTTP/1.1\r\nhost: x\r\n', 5000))).toBe(408)
    expect(Date.now() - began).toBeLessThan(4000)
  })

  test('a body that never ends is cut', async () => {
    const address = String((await hub.ask('GET', '/v1/connections/shop-us/hook')).json.current)
    const began = Date.now()
    await raw(`POST ${address} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc`, 6000)
    expect(Date.now() - began).toBeLessThan(5000)
  })
})

test('closing lets a running request end and then takes none', async () => {
  let release = () => {}
  const checking = new Promise<void>((resolve) => {
    release = resolve
  })
  const other = await openTestHub({ check: () => checking })
  const running = other.ask('POST', '/v1/connections/shop-us/check', { json: {} })
  await new Promise((resolve) => setTimeout(resolve, 100))
  const closed = other.listening.close(5000)
  release()
  expect((await running).json.ok).toBe(true)
  await closed
  await expect(fetch(`${other.listening.address}/healthz`)).rejects.toThrow()
  await other.close()
})
