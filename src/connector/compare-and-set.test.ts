import { afterEach, expect, it } from 'vitest'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import { openAccess } from './open.ts'
import type { CommandAction } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const input = { type: 'object', properties: { quantity: {} } }
const change: CommandAction = {
  kind: 'command',
  title: 'Order',
  document: 'purchase-order',
  create: {
    mapping: 'small/order',
    input,
    call: { method: 'POST', path: '/orders' },
    once: { kind: 'none', why: 'it is not tried here' },
    key: 'id',
  },
  change: {
    mapping: 'small/order',
    input,
    requires: { call: { path: '/orders/{key}' }, path: 'status', in: ['Draft'] },
    call: {
      method: 'PATCH',
      path: '/orders/{key}',
      headers: { 'If-Match': '{before.@odata\\.etag}' },
      json: { quantity: '{input.quantity}' },
    },
    once: { kind: 'natural', why: 'it sets figures under the tag that was read' },
  },
}

async function erp(meddle: (order: { tag: number; status: string; quantity: number }, request: PartnerRequest) => void, tagged = true) {
  const order = { tag: 1, status: 'Draft', quantity: 1 }
  const partner = await startPartner((request): PartnerAnswer => {
    if (request.method === 'GET') {
      const answer = { status: order.status, quantity: order.quantity, ...(tagged ? { '@odata.etag': `W/"${order.tag}"` } : {}) }
      meddle(order, request)
      return { body: answer }
    }
    if (request.headers['if-match'] !== `W/"${order.tag}"`) return { status: 412, body: { error: { message: 'changed' } } }
    order.tag++
    order.quantity = JSON.parse(request.body).quantity
    return { body: {} }
  })
  const access = openAccess({
    name: 'erp',
    connector: smallConnector(),
    config: { url: partner.url, token: 'secret-token-1' },
    concurrency: 2,
    allowPrivate: ['127.0.0.0/8'],
  })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  const run = () => access.run(change, 'change', { quantity: 5 }, { effectKey: 'e', key: '7', ambiguous: false })
  return { order, partner, run }
}

it('a write carries the tag that was read, and is done once', async () => {
  const { order, run } = await erp(() => {})
  expect(await run()).toMatchObject({ kind: 'delivered' })
  expect(order).toMatchObject({ quantity: 5, tag: 2 })
})

it('what somebody else wrote in between is not overwritten: the next try reads again', async () => {
  let people = 1
  const { order, run } = await erp((there) => {
    if (people-- <= 0) return
    there.tag = 9
    there.quantity = 3
  })
  expect(await run()).toMatchObject({ kind: 'retry', code: 'stale', ambiguous: false, status: 412 })
  expect(order).toMatchObject({ quantity: 3, tag: 9 })
  expect(await run()).toMatchObject({ kind: 'delivered' })
  expect(order).toMatchObject({ quantity: 5, tag: 10 })
})

it('and decides anew by what it finds then', async () => {
  const { order, run } = await erp((there) => {
    there.tag = 9
    there.status = 'Open'
  })
  expect(await run()).toMatchObject({ kind: 'retry', code: 'stale' })
  expect(await run()).toMatchObject({ kind: 'reject', code: 'state-refused' })
  expect(order.quantity).toBe(1)
})

it('is not sent at all when the partner told no tag', async () => {
  const { partner, run } = await erp(() => {}, false)
  expect(await run()).toMatchObject({ kind: 'reject', code: 'no-tag' })
  expect(partner.requests.filter(({ method }) => method !== 'GET')).toEqual([])
})
