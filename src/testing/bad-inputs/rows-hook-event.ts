import { expect } from 'vitest'
import { tinyOrder } from '../tiny-partner.ts'
import { secrets, standard } from './bed.ts'
import type { Row } from './row.ts'

const text = JSON.stringify(tinyOrder(7))
const minute = 60
const inSeconds = (offset: number): string => String(Math.floor(Date.now() / 1000) + offset)
const refusedEvent = (b: number, name: string, headers: () => Readonly<Record<string, string>>): Row => ({
  kind: 'refused',
  b,
  name,
  status: 401,
  code: 'signature',
  send: (bed) => bed.send('std', text, headers()),
})
const stamped = (name: string, at: () => string): Row => refusedEvent(24, name, () => standard(text, { at: at() }))
const signatures = (b: number, name: string, write: (right: string) => string): Row =>
  refusedEvent(b, name, () => {
    const headers = standard(text)
    return { ...headers, 'webhook-signature': write(headers['webhook-signature'] ?? '') }
  })
const wrong = `v1,${Buffer.alloc(32).toString('base64')}`

/** Events that are old, come again, come out of order, or are nobody's. */
export const eventRows: readonly Row[] = [
  {
    ...stamped('six minutes old', () => inSeconds(-6 * minute)),
    differs:
      'refusals are counted by connection and status; the debug log says stale-timestamp. How far a clock is off is told to nobody who cannot sign',
  },
  stamped('six minutes ahead', () => inSeconds(6 * minute)),
  stamped('a time with letters behind it', () => `${inSeconds(0)}abc`),
  stamped('a negative time', () => `-${inSeconds(0)}`),
  stamped('milliseconds', () => String(Date.now())),
  stamped('no time', () => ''),
  {
    kind: 'play',
    b: 25,
    name: 'sent again inside the window, also with another id that nobody signed: taken, and without effect',
    play: async (bed) => {
      const body = JSON.stringify(tinyOrder(7300))
      const headers = standard(body)
      expect((await bed.send('std', body, headers)).status).toBe(202)
      expect(await bed.settled(body)).toMatchObject({ state: 'applied' })
      const once = await bed.orderOf('std/7300')
      for (const other of ['', 'other']) {
        const before = await bed.receipts()
        expect((await bed.send('std', body, { ...headers, 'x-delivery-id': other })).status).toBe(202)
        expect(await bed.receipts()).toBe(before + 1)
        const again = await bed.until('its end', async () => {
          const found = await bed.settled(body)
          return found.state === 'applied' ? undefined : found
        })
        expect(again.state).toBe('duplicate')
      }
      expect(await bed.orderOf('std/7300')).toEqual(once)
    },
  },
  signatures(26, 'the right signature behind eight others', (right) => `${`${wrong} `.repeat(8)}${right}`),
  signatures(26, 'a cut signature', (right) => right.slice(0, -4)),
  signatures(26, 'a signature with a tail', (right) => `${right}x`),
  signatures(26, 'no base64', () => 'v1,***'),
  signatures(26, 'the version alone', () => 'v1,'),
  signatures(26, 'another version', (right) => right.replace('v1,', 'v1a,')),
  {
    kind: 'play',
    b: 26,
    name: 'a hundred thousand signatures are more than a request may say in its head',
    play: async (bed) => {
      const answer = await bed.send('std', text, { 'webhook-signature': `${wrong} `.repeat(100_000) }).catch(() => undefined)
      // the server may end the connection before the client has written all
      expect([431, undefined]).toContain(answer?.status)
    },
  },
  {
    kind: 'play',
    b: 27,
    name: 'the old secret while it is changed, after it was taken out, and one that never was',
    play: async (bed) => {
      const send = async (id: number, secret: string): Promise<number> => {
        const body = JSON.stringify(tinyOrder(id))
        return (await bed.send('std', body, standard(body, { secret }))).status
      }
      expect([await send(7310, secrets.std), await send(7311, secrets.next), await send(7312, secrets.never)]).toEqual([202, 202, 401])
      bed.env.STD = secrets.next
      await bed.reload()
      expect([await send(7313, secrets.std), await send(7314, secrets.next)]).toEqual([401, 202])
      bed.env.STD = `${secrets.next} ${secrets.std}`
      await bed.reload()
    },
  },
  {
    kind: 'refused',
    b: 29,
    name: 'an unknown address',
    status: 404,
    code: 'not-found',
    send: (bed) => bed.post(`${bed.hub.address}/hooks/${'0'.repeat(32)}`, text, {}),
  },
  {
    kind: 'refused',
    b: 29,
    name: 'an address that is none',
    status: 404,
    code: 'not-found',
    send: (bed) => bed.post(`${bed.hub.address}/hooks/constructor`, text, {}),
  },
  {
    kind: 'refused',
    b: 29,
    name: 'a connection that is paused',
    differs:
      'a pause is no end: 503 with Retry-After makes the partner keep the event and send it again, where a 404 or 410 would have it dropped or the subscription deleted',
    status: 503,
    code: 'paused',
    send: async (bed) => {
      expect((await bed.ask('POST', '/v1/connections/other/pause', { body: '{"reason":"a test"}' })).status).toBe(200)
      const answer = await bed.post(await bed.hookOf('other'), text, {})
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await bed.ask('POST', '/v1/connections/other/resume')).status).toBe(200)
      return answer
    },
  },
  {
    kind: 'play',
    b: 30,
    name: 'nothing that was sent comes back: the answer is a fixed text, and a challenge is no method of this address',
    differs:
      'no connector of the hub has a handshake that wants an echo, so there is none; the answer to a webhook is fixed by its connector',
    play: async (bed) => {
      const html = '<script>alert(1)</script>'
      const body = JSON.stringify({ ...tinyOrder(7320), challenge: html })
      const answer = await bed.send('shop', body)
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(await answer.text()).toBe('ok')
      const asked = await fetch(`${await bed.hookOf('shop')}?hub.challenge=${encodeURIComponent(html)}`)
      expect(asked.status).toBe(405)
      expect(await asked.text()).not.toContain('script')
    },
  },
  {
    kind: 'kept',
    b: 31,
    name: 'an order of articles that nobody knows is taken, and its lines wait for the article',
    body: JSON.stringify(tinyOrder(7330, { lines: [{ id: 1, sku: 'NOT-YET', qty: '1', amount: '10.00' }] })),
    state: 'applied',
    order: ['7330', { lines: [{ product: { sku: 'NOT-YET' } }] }],
  },
  { kind: 'kept', b: 31, name: 'an unknown kind of event', body: text, topic: 'order.exploded', state: 'ignored', reason: 'unknown-topic' },
  { kind: 'kept', b: 31, name: 'no kind of event', body: `${text}\n`, topic: '', state: 'ignored', reason: 'unknown-topic' },
  {
    kind: 'play',
    b: 31,
    name: 'gone before it came: nothing to take away, and what comes late is asked for again',
    play: async (bed) => {
      const gone = '{"id":7335}'
      expect((await bed.send('shop', gone, { 'x-topic': 'order-gone' })).status).toBe(202)
      expect(await bed.settled(gone)).toMatchObject({ state: 'ignored', reason: 'filtered' })
      const late = JSON.stringify(tinyOrder(7335, { note: 'late' }))
      expect((await bed.send('shop', late)).status).toBe(202)
      expect(await bed.settled(late)).toMatchObject({ state: 'ignored', reason: 'refetch' })
      await bed.until('what the shop says', async () => {
        const found = await bed.orderOf('shop/7335')
        return found?.note === 'as the shop has it now' ? found : undefined
      })
    },
  },
  {
    kind: 'play',
    b: 32,
    name: 'the id of an event with another body is a conflict that a person sees, and changes nothing',
    play: async (bed) => {
      const body = JSON.stringify(tinyOrder(7340))
      const other = JSON.stringify(tinyOrder(7340, { at: '2026-11-23T09:00:00.000Z', total: '99.00' }))
      expect((await bed.send('std', body, standard(body, { id: 'msg_conflict' }))).status).toBe(202)
      expect(await bed.settled(body)).toMatchObject({ state: 'applied' })
      expect((await bed.send('std', other, standard(other, { id: 'msg_conflict' }))).status).toBe(202)
      expect(await bed.settled(other)).toMatchObject({ state: 'dead', reason: 'conflict' })
      expect(await bed.orderOf('std/7340')).toMatchObject({ totals: { grandTotal: '10.00' } })
      const listed = await (await bed.ask('GET', '/v1/dead-letters?connection=std')).text()
      expect(listed).toMatch(/conflict/)
    },
  },
  {
    kind: 'play',
    b: 33,
    name: 'a version that goes back is stale; one version with two contents is asked for again, or is a conflict where nobody can be asked',
    play: async (bed) => {
      const write = (id: number, hour: string, note: string) => JSON.stringify(tinyOrder(id, { at: `2026-11-23T${hour}:00:00.000Z`, note }))
      const now = write(7350, '10', 'now')
      expect((await bed.send('shop', now)).status).toBe(202)
      await bed.settled(now)
      const earlier = write(7350, '09', 'earlier')
      await bed.send('shop', earlier)
      expect(await bed.settled(earlier)).toMatchObject({ state: 'stale' })
      expect(await bed.orderOf('shop/7350')).toMatchObject({ note: 'now' })
      const differs = write(7351, '08', 'one')
      await bed.send('shop', differs)
      await bed.settled(differs)
      const same = write(7351, '08', 'two')
      await bed.send('shop', same)
      expect(await bed.settled(same)).toMatchObject({ state: 'ignored', reason: 'refetch' })
      await bed.until('what the shop says', async () => {
        const found = await bed.orderOf('shop/7351')
        return found?.note === 'as the shop has it now' ? found : undefined
      })
      const alone = write(7352, '08', 'one')
      await bed.send('std', alone)
      await bed.settled(alone)
      const against = write(7352, '08', 'two')
      await bed.send('std', against)
      expect(await bed.settled(against)).toMatchObject({ state: 'dead', reason: 'conflict' })
      expect(await bed.orderOf('std/7352')).toMatchObject({ note: 'one' })
    },
  },
  {
    kind: 'kept',
    b: 33,
    name: 'no version where there must be one',
    body: text.replace('"at"', '"ta"'),
    state: 'dead',
    reason: 'invalid',
    says: /'at' is missing/,
  },
]
