import { afterEach, describe, expect, it } from 'vitest'
import { type LoopbackPartner, type PartnerAnswer, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { Access } from './access.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Command, CommandAction, Connector, StateAction, Webhook } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const setFigure: StateAction = {
  kind: 'state',
  title: 'Sets a figure from the one that is shown',
  document: 'stock-level',
  mapping: 'small/stock',
  input: { type: 'object', properties: { figure: { type: 'integer' } } },
  call: { method: 'PUT', path: '/figure', json: { to: '{input.figure}', from: '{shown}', key: '{contentKey}' } },
  once: { kind: 'natural', why: 'it sets a figure' },
  current: { call: { path: '/figure' }, value: 'now', wanted: 'figure', orders: 'orders' },
}
const create: Command = {
  mapping: 'small/parcel',
  input: { type: 'object', properties: { ref: { type: 'string' }, wanted: { type: 'integer' } } },
  requires: {
    call: { path: '/open' },
    path: 'state',
    in: ['open'],
    arrange: (input, before) => {
      const { open } = before as { readonly open: number }
      return Number(input.wanted) > open ? undefined : [{ of: open, take: input.wanted ?? null }]
    },
  },
  call: { method: 'POST', path: '/parcels', json: { lines: '{arranged}' } },
  once: { kind: 'find', call: { path: '/parcels', query: { ref: '{input.ref}' } }, records: 'list', key: 'id' },
  key: 'id',
}
const fulfil: CommandAction = { kind: 'command', title: 'Takes what is open', document: 'shipment', create }

function accessOf(partner: LoopbackPartner, connector: Connector): Access {
  const config = { url: partner.url, token: 'tok-5f1c9a77e2d0' }
  const access = openAccess({ name: 'shop', connector, config, concurrency: 1, allowPrivate: ['127.0.0.0/8'] })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  return access
}
async function openForms(answer: (name: string) => PartnerAnswer) {
  const partner = await startPartner(({ method, path }) => answer(`${method} ${path}`))
  return { partner, access: accessOf(partner, smallConnector()) }
}
async function open(answer: (name: string, body: string) => PartnerAnswer, connector: Connector = smallConnector()) {
  const partner = await startPartner(({ method, path, body }) => answer(`${method} ${path}`, body))
  const access = accessOf(partner, connector)
  return {
    access,
    sent: () => partner.requests.map(({ method, path, body }) => [`${method} ${path}`, ...(body === '' ? [] : [JSON.parse(body)])]),
  }
}

describe('a figure that is set from the one that is shown', () => {
  it('is read first, or told by who read it already', async () => {
    const { access, sent } = await open(() => ({ body: { now: 7 } }))
    await access.setState(setFigure, { figure: 5 }, 'effect')
    await access.setState(setFigure, { figure: 5 }, 'effect', { shown: 6 })
    const [, first, second] = sent()
    expect(sent().map(([name]) => name)).toEqual(['GET /figure', 'PUT /figure', 'PUT /figure'])
    expect([first?.[1], second?.[1]]).toMatchObject([
      { to: 5, from: 7 },
      { to: 5, from: 6 },
    ])
  })

  it('goes under a key of both figures: the same again under the same, another one under another', async () => {
    const { access, sent } = await open(() => ({ body: { now: 7 } }))
    for (const [figure, shown, effect] of [
      [5, 7, 'effect'],
      [5, 7, 'effect'],
      [5, 6, 'effect'],
      [4, 7, 'effect'],
      [5, 7, 'other'],
    ] as const)
      await access.setState(setFigure, { figure }, effect, { shown })
    const keys = sent().map(([, body]) => body.key)
    expect(keys[0]).toBe(keys[1])
    expect(new Set(keys).size).toBe(4)
  })
})

describe('a command that is arranged by what is open at the partner', () => {
  const partner =
    (state: string, list: readonly object[] = []) =>
    (name: string) =>
      name === 'GET /open' ? { body: { state, open: 3 } } : name === 'GET /parcels' ? { body: { list } } : { body: { id: 'P1' } }
  const run = async (answer: (name: string) => PartnerAnswer, wanted: number, ambiguous = false) => {
    const { access, sent } = await open(answer)
    const outcome = await access.run(fulfil, 'create', { ref: 'S1', wanted }, { effectKey: 'e', ambiguous })
    return { outcome, sent: sent() }
  }

  it('sends what was made of both', async () => {
    const { outcome, sent } = await run(partner('open'), 2)
    expect(outcome).toMatchObject({ kind: 'delivered', key: 'P1' })
    expect(sent).toEqual([['GET /open'], ['POST /parcels', { lines: [{ of: 3, take: 2 }] }]])
  })

  it('is refused without a write when more is wanted than is open', async () => {
    const { outcome, sent } = await run(partner('open'), 4)
    expect(outcome).toMatchObject({ kind: 'reject', code: 'not-arranged' })
    expect(sent).toEqual([['GET /open']])
  })

  it('is found after an unanswered try, although nothing is open any more because of it', async () => {
    for (const state of ['closed', 'open']) {
      const { outcome, sent } = await run(partner(state, [{ id: 'P0' }]), 4, true)
      expect(outcome).toMatchObject({ kind: 'delivered', key: 'P0' })
      expect(sent.some(([name]) => name === 'POST /parcels')).toBe(false)
    }
  })

  it('is refused after an unanswered try that had no effect, when somebody closed the thing', async () => {
    const { outcome } = await run(partner('closed'), 2, true)
    expect(outcome).toMatchObject({ kind: 'reject', code: 'state-refused' })
  })
})

describe('a topic that the list of subscriptions calls otherwise', () => {
  const webhook: Webhook = {
    verify: { kind: 'hmac', header: 'x-sig', algorithm: 'sha256', encoding: 'base64', secret: '{config.token}' },
    topic: { header: 'x-topic' },
    topics: { 'orders/updated': { stream: 'orders', subscribed: 'ORDERS_UPDATED', carries: 'whole', records: '' } },
    ack: { status: 200 },
    subscription: {
      list: { call: { path: '/hooks' }, records: 'list', page: { kind: 'single' } },
      key: 'id',
      topic: 'topic',
      address: 'to',
      works: { path: 'on', in: [true] },
      create: { method: 'POST', path: '/hooks', json: { topic: '{topic}', to: '{address}' } },
      renew: { method: 'PUT', path: '/hooks/{key}', json: { topic: '{topic}', to: '{address}' } },
    },
  }
  it.each([
    [[], 'missing', [['POST /hooks', { topic: 'ORDERS_UPDATED', to: 'https://hub.example/h' }]]],
    [[{ id: 9, topic: 'ORDERS_UPDATED', to: 'https://hub.example/h', on: true }], 'works', []],
    [
      [{ id: 9, topic: 'ORDERS_UPDATED', to: 'https://hub.example/h', on: false }],
      'off',
      [['PUT /hooks/9', { topic: 'ORDERS_UPDATED', to: 'https://hub.example/h' }]],
    ],
  ])('is found, made and woken by that word: %j', async (list, found, writes) => {
    const { access, sent } = await open(() => ({ body: { list } }), { ...smallConnector(), webhook })
    const answer = await access.subscribe({ addresses: ['https://hub.example/h'], topics: ['orders/updated'], silent: [] })
    expect(answer).toEqual([{ topic: 'orders/updated', found }])
    expect(sent().slice(1)).toEqual(writes)
  })
})

it('the linter knows what is seen, where it is seen', () => {
  const codes = (actions: Connector['actions']) =>
    lintConnector({ ...smallConnector(), actions }).map(({ path, code }) => `${path} ${code}`)
  expect(codes({ set: setFigure, fulfil })).toEqual([])
  const { current: _, ...blind } = setFigure
  expect(codes({ set: blind })).toEqual(['actions.set.call unknown-variable'])
  const { arrange: __, ...requires } = create.requires as NonNullable<Command['requires']>
  expect(codes({ fulfil: { ...fulfil, create: { ...create, requires } } })).toEqual(['actions.fulfil.create.call unknown-variable'])
})

describe('a figure beside goods that the partner has set aside', () => {
  const among = { records: 'levels', match: 'record.place == input.place' }
  const action: StateAction = {
    ...setFigure,
    input: { type: 'object', properties: { figure: { type: 'integer' }, place: { type: 'string' } } },
    call: { method: 'PUT', path: '/figure', json: { onHand: '{gross}' } },
    current: { call: { path: '/levels' }, among, value: 'onHand', reserved: 'allocated', wanted: 'figure', orders: 'orders' },
  }
  const levels = {
    levels: [
      { place: 'A', onHand: 9, allocated: 9 },
      { place: 'B', onHand: 12, allocated: 5 },
    ],
  }
  const partner = (name: string): PartnerAnswer => ({ body: name === 'GET /levels' ? levels : {} })

  it('is what is left of its own row, and goes there with them', async () => {
    const { access, sent } = await open(partner)
    expect(await access.current(action, { figure: 4, place: 'B' })).toBe('7')
    expect(await access.setState(action, { figure: 4, place: 'B' }, 'effect', { shown: '7' })).toMatchObject({ kind: 'delivered' })
    expect(sent()).toEqual([['GET /levels'], ['GET /levels'], ['PUT /figure', { onHand: 9 }]])
  })
  it('bears another number when they changed, and the same one when the same is sent again', async () => {
    let allocated = 5
    const counted = {
      ...action,
      call: { method: 'PUT', path: '/figure', form: { key: '{contentKey}', to: { json: ['{gross}'] } } },
    } as const
    const { access, partner } = await openForms((name) => ({
      body: name === 'GET /levels' ? { levels: [{ place: 'B', onHand: 12, allocated }] } : {},
    }))
    const set = () => access.setState(counted, { figure: 4, place: 'B' }, 'effect', { shown: '7' })
    await set()
    await set()
    allocated = 6
    await set()
    const sent = partner.requests.filter(({ method }) => method === 'PUT').map(({ body }) => new URLSearchParams(body))
    expect(sent.map((form) => form.get('to'))).toEqual(['[9]', '[9]', '[10]'])
    expect(new Set(sent.map((form) => form.get('key'))).size).toBe(2)
  })
  it('is nothing where there is no such row yet', async () => {
    const { access, sent } = await open(partner)
    expect(await access.current(action, { figure: 4, place: 'C' })).toBe(0)
    await access.setState(action, { figure: 4, place: 'C' }, 'effect')
    expect(sent().at(-1)).toEqual(['PUT /figure', { onHand: 4 }])
  })
  it('is set again where it is not what the answer shows: goods left between the reading and the writing', async () => {
    const current = { ...(action.current ?? expect.unreachable()), answered: 'made.levels' }
    let allocated = 2
    const { access } = await open((name) => ({
      body: name === 'GET /levels' ? levels : { made: { levels: [{ place: 'B', onHand: 9, allocated }] } },
    }))
    const set = () => access.setState({ ...action, current }, { figure: 4, place: 'B' }, 'effect', { shown: '7' })
    expect(await set()).toMatchObject({
      kind: 'retry',
      code: 'moved-meanwhile',
      ambiguous: false,
      message: expect.stringContaining('shows 7'),
    })
    allocated = 5
    expect(await set()).toMatchObject({ kind: 'delivered' })
  })
  it('must be sent with them: the linter objects where they would be taken off twice', () => {
    const lint = (call: StateAction['call']) =>
      lintConnector({ ...smallConnector(), actions: { set: { ...action, call } } }).flatMap(({ severity, code }) =>
        severity === 'error' ? [code] : [],
      )
    expect(lint(action.call)).toEqual([])
    expect(lint({ method: 'PUT', path: '/figure', json: { onHand: '{input.figure}' } })).toEqual(['gross-not-sent'])
  })
})
