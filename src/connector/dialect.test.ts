import { afterEach, expect, it } from 'vitest'
import { type LoopbackPartner, type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { Access } from './access.ts'
import { joinRecord } from './join.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Call, Connector } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const connector: Connector = (() => {
  const small = smallConnector({
    page: { kind: 'token', next: 'next' },
    http: {
      dialects: {
        field: 'timeZone',
        of: {
          UTC: {
            auth: {
              kind: 'session',
              login: { method: 'POST', path: '/rpc', json: { method: 'login', key: '{config.token}' } },
              headers: () => ({}),
            },
            faults: [{ path: 'error', not: [], then: 'reject', code: 'refused', message: 'error' }],
            call: ({ path, query }: Call): Call => ({
              method: 'POST',
              path: '/rpc',
              json: { method: path, user: '{login.result}', args: { ...query } },
            }),
            answer: 'result',
          },
        },
      },
    },
  })
  return small
})()

async function open(
  timeZone: string | undefined,
  answer: (request: PartnerRequest) => PartnerAnswer,
): Promise<{ readonly access: Access; readonly partner: LoopbackPartner }> {
  const partner = await startPartner(answer)
  const access = openAccess({
    name: 'shop',
    connector,
    config: { url: partner.url, token: 'secret-token-1', ...(timeZone === undefined ? {} : { timeZone }) },
    concurrency: 1,
    allowPrivate: ['127.0.0.0/8'],
  })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  return { access, partner }
}
const row = { id: 1, updated: '2026-11-20T10:00:00.000Z' }
const rpc = ({ body }: PartnerRequest): PartnerAnswer => {
  const { method, user, args } = JSON.parse(body)
  if (method === 'login') return { body: { result: 7 } }
  if (method === '/me') return { body: { error: 'no such method' } }
  return { body: { result: { user, orders: args.token === undefined ? [row] : [], next: args.token === undefined ? 'more' : null } } }
}

it('the config chooses the protocol: envelope, login, faults and where an answer begins', async () => {
  const { access, partner } = await open('UTC', rpc)
  const pages = []
  for await (const page of access.read('orders', null, {})) pages.push(page)
  expect(pages.map(({ records }) => records.map(({ key }) => key))).toEqual([['1'], []])
  const [first] = pages
  expect(joinRecord(first?.records[0]?.slices ?? [], first?.bodies.map(({ bytes }) => bytes) ?? [], undefined)).toEqual(row)
  expect(partner.requests.map(({ body }) => JSON.parse(body))).toMatchObject([
    { method: 'login', key: 'secret-token-1' },
    { method: '/orders', user: 7 },
    { method: '/orders', user: 7, args: { token: 'more' } },
  ])
  await expect(access.check()).rejects.toMatchObject({ detail: { code: 'refused', recovery: 'reject' } })
})
it('any other value means the protocol the connector is written in', async () => {
  const { access, partner } = await open(undefined, () => ({ body: { orders: [row], next: null } }))
  for await (const page of access.read('orders', null, {})) expect(page.records).toHaveLength(1)
  expect(partner.requests[0]).toMatchObject({ method: 'GET', path: '/orders', headers: { authorization: 'Bearer secret-token-1' } })
})
it('what an envelope names must exist', () => {
  expect(lintConnector(connector)).toEqual([])
  const wrong = structuredClone({ ...connector, http: { ...connector.http, dialects: undefined } }) as Connector
  const dialect = { auth: { kind: 'none' as const }, call: (): Call => ({ path: '/{config.nothing}/{login.result}' }), answer: '' }
  const faults = lintConnector({ ...wrong, http: { ...wrong.http, dialects: { field: 'protocol', of: { old: dialect } } } })
  expect(faults.map(({ path, code }) => `${path} ${code}`)).toEqual([
    'http.dialects.of.old.call unknown-variable',
    'http.dialects.of.old.call unknown-variable',
    'http.dialects.field unknown-field',
  ])
})
