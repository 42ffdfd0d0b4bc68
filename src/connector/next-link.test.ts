import { afterEach, describe, expect, it } from 'vitest'
import { namesOf } from '../model/json.ts'
import { type PartnerAnswer, type PartnerRequest, startPartner } from '../testing/loopback-partner.ts'
import { smallConnector } from '../testing/small-connector.ts'
import type { PageRead } from './access.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Page } from './types.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const page: Page = { kind: 'nextLink', size: 2, path: '@odata\\.nextLink' }
const call = { path: '/orders', query: { since: '{since}' }, headers: { prefer: 'odata.maxpagesize={page.size}' } }
const paged = smallConnector({ page, stream: { call } })

async function read(answer: (request: PartnerRequest, url: string) => PartnerAnswer) {
  let url = ''
  const partner = await startPartner((request) => answer(request, url))
  url = partner.url
  const config = { url, token: 'secret-token-1' }
  const access = openAccess({ name: 'erp', connector: paged, config, concurrency: 2, allowPrivate: ['127.0.0.0/8'] })
  closing.push(
    () => access.close(),
    () => partner.close(),
  )
  const pages: PageRead[] = []
  const all = async () => {
    for await (const one of access.read('orders', null, {})) pages.push(one)
    return pages.flatMap(({ records }) => records.map(({ key }) => key))
  }
  return { all, partner, pages }
}
const row = (id: number) => ({ '@odata.etag': `W/"${id}"`, id, updated: `2026-11-20T10:0${id}:00Z` })

describe('the address of the next page stands in the answer', () => {
  it('is followed as it is, with the headers of the call, until there is none', async () => {
    const { all, partner } = await read(({ query }, url) =>
      query.get('$skiptoken') === null
        ? { body: { '@odata.nextLink': `${url}/orders?aid=FIN&$skiptoken=a%2Fb%20c,'x'`, orders: [row(1), row(2)] } }
        : { body: { orders: [row(3)] } },
    )
    expect(await all()).toEqual(['1', '2', '3'])
    expect([...(partner.requests[1]?.query ?? [])]).toEqual([
      ['aid', 'FIN'],
      ['$skiptoken', "a/b c,'x'"],
    ])
    expect(partner.requests.map(({ headers }) => headers.prefer)).toEqual(['odata.maxpagesize=2', 'odata.maxpagesize=2'])
  })
  it('may be relative to the request', async () => {
    const { all } = await read(({ query }) => ({
      body: { orders: [row(query.has('skip') ? 2 : 1)], ...(query.has('skip') ? {} : { '@odata.nextLink': 'orders?skip=1' }) },
    }))
    expect(await all()).toEqual(['1', '2'])
  })
  it.each([
    ['to another origin', 'http://evil.example/orders', 'foreign-link'],
    ['that is no text', 7, 'bad-link'],
    ['to itself', 'orders', 'repeated-page'],
  ])('one %s is not followed, and what was read before is kept', async (_, link, code) => {
    const { all, pages } = await read(() => ({ body: { orders: [row(1)], '@odata.nextLink': link } }))
    await expect(all()).rejects.toMatchObject({ detail: { code } })
    expect(pages).toEqual([])
  })
})

describe('headers of a call', () => {
  const faults = (headers: Readonly<Record<string, string>>) =>
    lintConnector(smallConnector({ page, stream: { call: { ...call, headers: { ...call.headers, ...headers } } } })).map(({ code }) => code)
  it('are templates of a known kind', () => {
    expect(faults({})).toEqual([])
    expect(faults({ 'x-time': '{config.timeZone}' })).toEqual([])
    expect(faults({ 'x-time': '{config.zone}' })).toEqual(['unknown-variable'])
    expect(faults({ 'bad header': 'x' })).toEqual(['bad-header'])
  })
  it('carry no credentials, and nothing the engine says itself', () => {
    expect(faults({ Authorization: 'Bearer {config.token}' })).toEqual(['own-header'])
    expect(faults({ 'Content-Type': 'text/plain' })).toEqual(['own-header'])
  })
  it('do not overwrite whatever stands there', () => expect(faults({ 'If-Match': '*' })).toEqual(['blind-overwrite']))
})

it('a dot inside a name is written with a backslash', () => {
  expect(namesOf('value.0.@odata\\.etag')).toEqual(['value', '0', '@odata.etag'])
  expect(namesOf('')).toEqual([])
})
