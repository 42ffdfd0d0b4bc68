import { afterEach, describe, expect, it } from 'vitest'
import type { Outcome } from '../model/delivery.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { Access } from './access.ts'
import { openAccess } from './open.ts'
import type { Command, CommandAction, Once, StateAction } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
interface Thing {
  readonly id: number
  readonly ref: string
  state: string
}

/** An ERP with things; `lose` and `refuse` say which of its next answers go wrong after or before the effect. */
async function erp() {
  const things: Thing[] = []
  const faults: { readonly on: string; readonly how: 'lose' | PartnerAnswer }[] = []
  const act = ({ method, path, body, query, headers }: PartnerRequest): PartnerAnswer => {
    if (method === 'POST' && path === '/things') {
      const known = things.find((thing) => headers['idempotency-key'] !== undefined && thing.state === headers['idempotency-key'])
      const thing = known ?? { id: things.length + 1, ref: JSON.parse(body).ref, state: headers['idempotency-key'] ?? 'draft' }
      if (known === undefined) things.push(thing)
      return { status: 201, body: { id: thing.id } }
    }
    if (path === '/things') return { body: { list: things.filter((thing) => thing.ref === query.get('ref')) } }
    const thing = things.find(({ id }) => path.startsWith(`/things/${id}`))
    if (thing === undefined) return { status: 404, body: { message: 'no such thing' } }
    if (path.endsWith('/confirm')) thing.state = 'confirmed'
    if (path.endsWith('/cancel') && thing.state !== 'confirmed') thing.state = 'cancelled'
    return {
      body: {
        ...thing,
        updated: '2026-11-23T10:00:00.5Z',
        lines: [
          { id: 71, seq: 1 },
          { id: 72, seq: 2 },
        ],
      },
    }
  }
  const partner = await startPartner((request) => {
    const name = `${request.method} ${request.path}`
    const fault = faults.find(({ on }) => on === name)
    if (fault === undefined) return act(request)
    faults.splice(faults.indexOf(fault), 1)
    if (fault.how !== 'lose') return fault.how
    act(request)
    return 'lost'
  })
  const connector = smallConnector({ stream: { hubLines: { each: 'lines', key: 'id', number: 'seq' } } })
  const access = openAccess({
    name: 'erp',
    connector,
    config: { url: partner.url, token: 'secret-token-1' },
    concurrency: 2,
    allowPrivate: ['127.0.0.0/8'],
    timeoutMs: 1_000,
  })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  const writes = () => partner.requests.filter(({ method, path }) => method === 'POST' && path === '/things')
  return { things, faults, access, partner, writes, names: () => partner.requests.map(({ method, path }) => `${method} ${path}`) }
}

const find: Once = {
  kind: 'find',
  call: { path: '/things', query: { ref: '{input.ref}' } },
  records: 'list',
  match: 'record.ref == input.ref',
  key: 'id',
}
const header: Once = { kind: 'header', name: 'Idempotency-Key' }
const none: Once = { kind: 'none', why: 'the partner keeps no reference' }
const natural: Once = { kind: 'natural', why: 'it sets a state' }

function action(once: Once, more: Partial<Command> = {}): CommandAction {
  const input = { type: 'object' }
  const create: Command = {
    mapping: 'small/thing',
    input,
    call: { method: 'POST', path: '/things', json: { ref: '{input.ref}' } },
    once,
    key: 'id',
    ...more,
  }
  const read = { call: { path: '/things/{key}' }, record: '', stream: 'orders' }
  const cancel: Command = {
    mapping: 'small/thing',
    input,
    call: { method: 'POST', path: '/things/{key}/cancel' },
    once: natural,
    read: { ...read, proves: { path: 'state', in: ['cancelled'] } },
  }
  return { kind: 'command', title: 'Thing', document: 'purchase-order', create, cancel }
}
const read = { call: { path: '/things/{key}' }, record: '', stream: 'orders' }
const confirm = { method: 'POST' as const, path: '/things/{key}/confirm' }
const create = (access: Access, made: CommandAction, ambiguous = false): Promise<Outcome> =>
  access.run(made, 'create', { ref: 'PO-1' }, { effectKey: 'effect-1', ambiguous })

describe('a create', () => {
  it('gives key, version and lines of what it made', async () => {
    const { access, names } = await erp()
    expect(await create(access, action(find, { then: [confirm], read }))).toEqual({
      kind: 'delivered',
      key: '1',
      status: 201,
      version: '2026-11-23T10:00:00.500000Z',
      lines: [
        { externalKey: '71', number: '1' },
        { externalKey: '72', number: '2' },
      ],
    })
    expect(names()).toEqual(['POST /things', 'POST /things/1/confirm', 'GET /things/1'])
  })
  it('whose answer was lost is found, not made again, and goes on where it stopped', async () => {
    const { access, things, faults, writes } = await erp()
    faults.push({ on: 'POST /things', how: 'lose' })
    const made = action(find, { then: [confirm], read })
    expect(await create(access, made)).toMatchObject({ kind: 'retry', ambiguous: true, code: 'connection-lost' })
    expect(await create(access, made, true)).toMatchObject({
      kind: 'delivered',
      key: '1',
      version: '2026-11-23T10:00:00.500000Z',
      lines: [{}, {}],
    })
    expect(things).toMatchObject([{ state: 'confirmed' }])
    expect(writes()).toHaveLength(1)
  })
  it('that was lost before its effect is made by the next try', async () => {
    const { access, things, faults, writes } = await erp()
    faults.push({ on: 'POST /things', how: 'lost' })
    expect(await create(access, action(find))).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await create(access, action(find), true)).toMatchObject({ kind: 'delivered', key: '1' })
    expect(things).toHaveLength(1)
    expect(writes()).toHaveLength(2)
  })
  it('that cannot be looked up is not made again', async () => {
    const { access, faults, writes } = await erp()
    faults.push({ on: 'GET /things', how: { status: 503 } }, { on: 'GET /things', how: { status: 400, body: { message: 'bad filter' } } })
    expect(await create(access, action(find), true)).toMatchObject({ kind: 'retry', ambiguous: true, status: 503 })
    expect(await create(access, action(find), true)).toMatchObject({ kind: 'unknown', code: 'http-400' })
    expect(writes()).toHaveLength(0)
  })
  it('repeats its idempotency header', async () => {
    const { access, things, faults, writes } = await erp()
    faults.push({ on: 'POST /things', how: 'lose' })
    expect(await create(access, action(header))).toMatchObject({ kind: 'retry', ambiguous: true })
    expect(await create(access, action(header), true)).toMatchObject({ kind: 'delivered', key: '1' })
    expect(writes().map((request) => request.headers['idempotency-key'])).toEqual(['effect-1', 'effect-1'])
    expect(things).toHaveLength(1)
  })
  it('without any rule is never sent twice', async () => {
    const { access, faults, writes } = await erp()
    faults.push({ on: 'POST /things', how: 'lose' })
    expect(await create(access, action(none))).toMatchObject({ kind: 'unknown', code: 'connection-lost' })
    expect(await create(access, action(none), true)).toMatchObject({ kind: 'unknown', code: 'unanswered' })
    expect(writes()).toHaveLength(1)
  })
  it('without any rule is tried again when nothing was sent or the partner refused for now', async () => {
    const busy = await erp()
    busy.faults.push({ on: 'POST /things', how: { status: 429, headers: { 'retry-after': '2' }, body: {} } })
    expect(await create(busy.access, action(none))).toMatchObject({ kind: 'retry', ambiguous: false, retryAfterMs: 2_000, status: 429 })
    const gone = await erp()
    await gone.partner.close()
    expect(await create(gone.access, action(none))).toMatchObject({ kind: 'retry', ambiguous: false, code: 'econnrefused' })
  })
  it.each([
    [
      { status: 500, body: { message: 'boom' } },
      { kind: 'retry', ambiguous: true, status: 500 },
    ],
    [
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' },
      { kind: 'retry', ambiguous: true },
    ],
    [
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
      { kind: 'retry', ambiguous: true, code: 'html-answer' },
    ],
    [
      { status: 201, body: {} },
      { kind: 'retry', ambiguous: true, code: 'bad-shape' },
    ],
    [
      { status: 422, body: { message: 'no such product' } },
      { kind: 'reject', code: 'http-422', status: 422, message: expect.stringContaining('no such product') },
    ],
    [
      { status: 401, body: {} },
      { kind: 'reauth', code: 'http-401' },
    ],
  ] as const)('answered %j', async (how, expected) => {
    const { access, faults } = await erp()
    faults.push({ on: 'POST /things', how })
    expect(await create(access, action(find))).toMatchObject(expected)
  })
  it('whose follow-up fails is taken up again, without a second thing', async () => {
    for (const how of [{ status: 503 }, { status: 400, body: { message: 'not yet' } }, 'lost'] as const) {
      const { access, faults, writes, things } = await erp()
      faults.push({ on: 'POST /things/1/confirm', how })
      const made = action(find, { then: [confirm] })
      expect(await create(access, made)).toMatchObject({ kind: 'retry', ambiguous: true })
      expect(await create(access, made, true)).toMatchObject({ kind: 'delivered', key: '1' })
      expect(writes()).toHaveLength(1)
      expect(things).toMatchObject([{ state: 'confirmed' }])
    }
  })
  it('needs its values', async () => {
    const { access, writes } = await erp()
    const made = action(find, { call: { method: 'POST', path: '/things/{input.nothing}' } })
    expect(await create(access, made)).toMatchObject({ kind: 'reject', code: 'bad-value' })
    expect(writes()).toHaveLength(0)
  })
})

describe('a cancel', () => {
  const cancel = (access: Access, made: CommandAction, ambiguous = false) =>
    access.run(made, 'cancel', {}, { effectKey: 'e2', key: '1', ambiguous })
  it('is proved by what the partner shows', async () => {
    const { access } = await erp()
    await create(access, action(find))
    expect(await cancel(access, action(find))).toMatchObject({ kind: 'delivered', key: '1' })
  })
  it('that the partner passes over in silence is refused', async () => {
    const { access } = await erp()
    await create(access, action(find, { then: [confirm] }))
    expect(await cancel(access, action(find))).toMatchObject({
      kind: 'reject',
      code: 'not-proved',
      message: expect.stringContaining('"confirmed"'),
    })
  })
  it('of something that is gone is refused', async () => {
    const { access } = await erp()
    expect(await cancel(access, action(find))).toMatchObject({
      kind: 'reject',
      code: 'http-404',
      message: expect.stringContaining('no such thing'),
    })
  })
  it('is not sent in a state that does not allow it, unless an unanswered try brought that state about', async () => {
    const { access, partner } = await erp()
    const base = action(find)
    const guarded: CommandAction = {
      ...base,
      ...(base.cancel === undefined
        ? {}
        : { cancel: { ...base.cancel, requires: { call: { path: '/things/{key}' }, path: 'state', in: ['draft'] } } }),
    }
    await create(access, guarded)
    expect(await cancel(access, guarded)).toMatchObject({ kind: 'delivered' })
    const sent = () => partner.requests.filter(({ path }) => path.endsWith('/cancel')).length
    expect(await cancel(access, guarded)).toMatchObject({ kind: 'reject', code: 'state-refused' })
    expect(await cancel(access, guarded, true)).toMatchObject({ kind: 'delivered', note: expect.stringContaining('unanswered') })
    expect(sent()).toBe(1)
  })
  it('that was done before, by whomever, is no failure and writes nothing', async () => {
    const { access, partner, things } = await erp()
    const base = action(find)
    const requires = { call: { path: '/things/{key}' }, path: 'state', in: ['draft'], done: ['cancelled'] }
    const guarded: CommandAction = {
      ...base,
      ...(base.cancel === undefined ? {} : { cancel: { ...base.cancel, once: natural, requires } }),
    }
    await create(access, guarded)
    for (const thing of things) thing.state = 'cancelled'
    expect(await cancel(access, guarded)).toMatchObject({ kind: 'delivered', key: '1', note: 'done before, by whomever' })
    expect(partner.requests.filter(({ path }) => path.endsWith('/cancel'))).toEqual([])
    for (const thing of things) thing.state = 'draft'
    expect(await cancel(access, guarded)).toMatchObject({ kind: 'delivered' })
    expect(partner.requests.filter(({ path }) => path.endsWith('/cancel'))).toHaveLength(1)
  })
  it('that the action does not have is a bug', async () => {
    const { access } = await erp()
    await expect(access.run(action(find), 'change', {}, { effectKey: 'e', key: '1', ambiguous: false })).rejects.toMatchObject({
      detail: { recovery: 'bug' },
    })
  })
})

describe('a change', () => {
  const change: Command = {
    mapping: 'small/thing',
    input: { type: 'object' },
    requires: { call: { path: '/things/{key}' }, path: 'state', in: ['draft'] },
    prepare: [{ method: 'POST', path: '/things/{key}/open' }],
    call: { method: 'PUT', path: '/things/{key}', json: { ref: '{input.ref}' } },
    once: natural,
    then: [{ method: 'POST', path: '/things/{key}/quote' }],
    read: { ...read, matches: { equal: [['ref', 'ref']] } },
  }
  /** A thing at the ERP, whose people went on with it. */
  async function changing(by: Command) {
    const { access, faults, names, things } = await erp()
    const made: CommandAction = { ...action(find), change: by }
    await create(access, made)
    return {
      faults,
      times: (name: string) => names().filter((one) => one === name).length,
      goOn() {
        for (const thing of things) thing.state = 'processing'
      },
      edit: (ref: string, known: { readonly ambiguous: boolean; readonly done?: boolean }) =>
        access.run(made, 'change', { ref }, { effectKey: 'effect-2', key: '1', ...known }),
    }
  }

  it('prepares once, and is settled when its effect is certain though the partner went on before what follows it', async () => {
    const { faults, times, goOn, edit } = await changing({ ...change, read })
    faults.push({ on: 'POST /things/1/quote', how: { status: 503, body: {} } })
    expect(await edit('PO-1', { ambiguous: false })).toMatchObject({ kind: 'retry', ambiguous: true, done: true })
    expect(times('POST /things/1/open')).toBe(1)
    goOn()
    expect(await edit('PO-1', { ambiguous: true })).toMatchObject({ kind: 'reject', code: 'state-refused' })
    const settled = await edit('PO-1', { ambiguous: true, done: true })
    expect(settled).toMatchObject({ kind: 'delivered', key: '1', note: expect.stringContaining('the partner went on') })
    expect(settled).not.toHaveProperty('version')
    expect(times('PUT /things/1')).toBe(1)
  })
  it('that is refused leaves the thing as it stood, and the next try puts it back when this one could not', async () => {
    const restore = [{ method: 'POST', path: '/things/{key}/confirm' }] as const
    const { faults, times, edit } = await changing({ ...change, restore })
    const refusal = { on: 'PUT /things/1', how: { status: 422, body: { message: 'no such article' } } } as const
    faults.push(refusal, { on: 'POST /things/1/confirm', how: { status: 503, body: {} } })
    expect(await edit('PO-1', { ambiguous: false })).toMatchObject({ kind: 'retry', ambiguous: false, status: 503 })
    faults.push(refusal)
    expect(await edit('PO-1', { ambiguous: false })).toMatchObject({ kind: 'reject', message: expect.stringContaining('422') })
    expect(times('POST /things/1/confirm')).toBe(2)
  })
  it('that is refused tells of it when it could not be put back for good', async () => {
    const restore = [{ method: 'POST', path: '/things/{key}/confirm' }] as const
    const { faults, edit } = await changing({ ...change, restore })
    for (const on of ['PUT /things/1', 'POST /things/1/confirm']) faults.push({ on, how: { status: 422, body: {} } })
    expect(await edit('PO-1', { ambiguous: false })).toMatchObject({
      kind: 'reject',
      message: expect.stringContaining('could not be put back'),
    })
  })
  it('whose answer was lost is known by its content when the partner went on', async () => {
    const { times, goOn, edit } = await changing(change)
    goOn()
    const settled = await edit('PO-1', { ambiguous: true })
    expect(settled).toEqual({
      kind: 'delivered',
      key: '1',
      note: 'done by an earlier unanswered try; the partner went on',
      lines: [
        { externalKey: '71', number: '1' },
        { externalKey: '72', number: '2' },
      ],
    })
    expect(times('PUT /things/1')).toBe(0)
  })
  it('that did not arrive is refused with what differs when the partner went on', async () => {
    const { times, goOn, edit } = await changing(change)
    goOn()
    const message = expect.stringMatching(
      /is "processing", the command needs "draft"; what an unanswered try sent is not there: "ref" differs$/,
    )
    expect(await edit('PO-2', { ambiguous: true })).toEqual({ kind: 'reject', code: 'state-refused', message })
    expect(times('PUT /things/1')).toBe(0)
  })
  it('that was never tried is refused without comparing, one whose effect is certain settled without', async () => {
    const { times, goOn, edit } = await changing(change)
    goOn()
    expect(await edit('PO-1', { ambiguous: false })).toMatchObject({ kind: 'reject', code: 'state-refused' })
    expect(times('GET /things/1')).toBe(1)
    expect(await edit('PO-2', { ambiguous: true, done: true })).toMatchObject({
      kind: 'delivered',
      note: 'done by an earlier try; the partner went on',
    })
  })
  it('that cannot be read back stays in doubt', async () => {
    const { faults, goOn, edit } = await changing({ ...change, read: { ...change.read, call: { path: '/things/{key}/whole' } } as never })
    goOn()
    faults.push({ on: 'GET /things/1/whole', how: { status: 503, body: {} } })
    expect(await edit('PO-1', { ambiguous: true })).toMatchObject({ kind: 'retry', ambiguous: true })
  })
})

describe('a figure', () => {
  const setState: StateAction = {
    kind: 'state',
    title: 'State',
    document: 'stock-level',
    mapping: 'small/state',
    input: { type: 'object' },
    call: { method: 'PUT', path: '/things/{input.thing}', json: { state: '{input.state}' } },
    once: { kind: 'natural', why: 'it sets a state' },
    current: { call: { path: '/things/{input.thing}' }, value: 'state', orders: 'orders' },
  }
  it('is set and read', async () => {
    const { access } = await erp()
    await create(access, action(find))
    expect(await access.setState(setState, { thing: '1', state: 'x' }, 'e3')).toEqual({ kind: 'delivered', status: 200 })
    expect(await access.current(setState, { thing: '1' })).toBe('draft')
    expect(await access.setState(setState, { thing: '9', state: 'x' }, 'e3')).toMatchObject({ kind: 'reject', code: 'http-404' })
    await expect(access.current(setState, { thing: '9' })).rejects.toMatchObject({ detail: { code: 'http-404' } })
  })
})

describe('a cancel of what the partner deletes', () => {
  const deletes = (absent?: 'done'): CommandAction => ({
    ...action(find),
    cancel: {
      mapping: 'small/thing',
      input: { type: 'object' },
      requires: {
        call: { path: '/things', query: { ref: 'PO-1' } },
        path: 'list.0.state',
        in: ['draft'],
        ...(absent === undefined ? {} : { absent }),
      },
      call: { method: 'POST', path: '/things/{before.list.0.id}/cancel' },
      once: natural,
    },
  })
  const cancel = (access: Access, made: CommandAction) =>
    access.run(made, 'cancel', {}, { effectKey: 'effect-2', ambiguous: false, key: '1' })

  it('has nothing left to do once the thing is gone', async () => {
    const { access, names } = await erp()
    expect(await cancel(access, deletes('done'))).toMatchObject({ kind: 'delivered', key: '1' })
    expect(names()).toEqual(['GET /things'])
    expect(await cancel(access, deletes())).toMatchObject({ kind: 'reject', code: 'state-refused' })
  })
  it('is refused in another state all the same', async () => {
    const { access, things } = await erp()
    things.push({ id: 1, ref: 'PO-1', state: 'confirmed' })
    expect(await cancel(access, deletes('done'))).toMatchObject({ kind: 'reject', code: 'state-refused' })
  })
})

describe('a thing that is over when an unanswered try is looked up', () => {
  const over: Once = {
    kind: 'find',
    call: { path: '/things', query: { ref: '{input.ref}-gone' } },
    records: 'list',
    key: 'id',
    over: [{ call: { path: '/things', query: { ref: '{input.ref}' } }, records: 'list', key: 'id' }],
  }
  it('is known by what it became, and nothing follows it', async () => {
    const { access, things, names } = await erp()
    things.push({ id: 1, ref: 'PO-1', state: 'confirmed' })
    expect(await create(access, action(over, { then: [confirm], read }), true)).toMatchObject({ kind: 'delivered', key: '1' })
    expect(names()).toEqual(['GET /things', 'GET /things'])
  })
  it('is made where it is nowhere', async () => {
    const { access, things } = await erp()
    expect(await create(access, action(over), true)).toMatchObject({ kind: 'delivered', key: '1' })
    expect(things).toHaveLength(1)
  })
})
