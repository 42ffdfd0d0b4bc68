import { createHmac } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type MailChannel, sendOutward } from './outward.ts'
import { signStandard } from './sign.ts'

/** Known answer of the specification's own test suite (standard-webhooks, libraries/javascript, webhook.test.ts). */
test('a message is signed as the specification shows it', () => {
  const headers = signStandard(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1614265330,
    Buffer.from('{"test": 2432232314}'),
  )
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('while a secret is changed both sign, and what is no secret never does', () => {
  const [old, next] = [Buffer.alloc(24, 1), Buffer.alloc(24, 2)]
  const { 'webhook-signature': both } = signStandard(
    `whsec_${next.toString('base64')} whsec_${old.toString('base64')}`,
    'm',
    5,
    Buffer.from('x'),
  )
  expect(both).toBe([next, old].map((key) => `v1,${createHmac('sha256', key).update('m.5.x').digest('base64')}`).join(' '))
  expect(() => signStandard('password', 'm', 5, Buffer.from('x'))).toThrow(/whsec_/)
})

describe('e-mail', () => {
  let server: Server
  let got: string[] = []
  let replies: Record<string, string> = {}
  beforeEach(async () => {
    got = []
    replies = {}
    server = createServer((socket) => {
      let data = false
      socket.write('220 mail.test ESMTP\r\n')
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        for (const line of chunk
          .toString()
          .split('\r\n')
          .filter((text) => text !== '')) {
          got.push(line)
          if (data) {
            if (line === '.') {
              data = false
              socket.write(replies.end ?? '250 taken\r\n')
            }
            continue
          }
          const word = line.split(/[ :]/)[0]?.toUpperCase() ?? ''
          if (word === 'EHLO') socket.write('250-mail.test\r\n250 AUTH PLAIN\r\n')
          else if (word === 'DATA') {
            data = true
            socket.write('354 go on\r\n')
          } else if (word === 'AUTH') socket.write(replies.auth ?? '235 welcome\r\n')
          else if (word === 'QUIT') socket.end('221 bye\r\n')
          else socket.write((word === 'RCPT' ? replies.rcpt : undefined) ?? '250 ok\r\n')
        }
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())))

  const channel = (more: Partial<MailChannel> = {}): MailChannel => ({
    name: 'desk',
    kind: 'email',
    smtp: `smtp://user:pass%40word@127.0.0.1:${(server.address() as AddressInfo).port}`,
    from: 'hub@example.com',
    to: ['desk@example.com', 'boss@example.com'],
    allowPrivate: ['127.0.0.0/8'],
    ...more,
  })
  const message = {
    id: '01K9Z3',
    body: '{}',
    subject: '[Crossdock] alarm: stale/shop/orders',
    text: 'shop orders is stale.\n\nsince 09:00\n',
  }

  test('goes to every receiver, once, with an id of its own', async () => {
    await sendOutward(channel(), message, 0)
    expect(got).toContain(`AUTH PLAIN ${Buffer.from('\0user\0pass@word').toString('base64')}`)
    expect(got.filter((line) => line.startsWith('RCPT TO'))).toEqual(['RCPT TO:<desk@example.com>', 'RCPT TO:<boss@example.com>'])
    expect(got).toEqual(
      expect.arrayContaining(['Subject: [Crossdock] alarm: stale/shop/orders', 'Message-ID: <01K9Z3@crossdock>', 'shop orders is stale.']),
    )
  })

  test('a header cannot be smuggled in', async () => {
    await sendOutward(channel(), { ...message, subject: 'x\r\nBcc: spy@example.com' }, 0)
    expect(got.filter((line) => /^bcc/i.test(line))).toEqual([])
  })

  test.each([
    ['a refusal for good', { auth: '535 wrong password\r\n' }, 'reject', 'smtp-535'],
    ['one that passes', { end: '451 later\r\n' }, 'retry', 'smtp-451'],
    ['receivers nobody knows', { rcpt: '550 no such box\r\n' }, 'reject', 'smtp-550'],
  ])('%s is told apart, without what was sent', async (_, given, recovery, code) => {
    replies = given
    const failure = sendOutward(channel(), message, 0)
    await expect(failure).rejects.toMatchObject({ detail: { recovery, code } })
    await expect(failure).rejects.not.toThrow(/pass@word|boss@example/)
  })

  test('never to an address inside that the operator did not open, and never without TLS to one outside', async () => {
    await expect(sendOutward(channel({ allowPrivate: [] }), message, 0)).rejects.toMatchObject({ detail: { recovery: 'reject' } })
    await expect(
      sendOutward(channel({ smtp: 'smtp://metadata.google.internal:25', allowPrivate: ['0.0.0.0/0'] }), message, 0),
    ).rejects.toMatchObject({ detail: { recovery: 'reject' } })
    expect(got).toEqual([])
  })

  test('a server that is away is tried again', async () => {
    const away = channel()
    await new Promise((resolve) => server.close(resolve))
    await expect(sendOutward(away, message, 0)).rejects.toMatchObject({ detail: { recovery: 'retry' } })
    server = createServer().listen(0, '127.0.0.1')
  })
})
