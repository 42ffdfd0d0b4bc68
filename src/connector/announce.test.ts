import { expect, test } from 'vitest'
import { startPartner } from '../testing/loopback-partner.ts'
import { type Announcement, readAnnouncements } from './announce.ts'
import { lintConnector } from './lint.ts'
import { openAccess } from './open.ts'
import type { Connector } from './types.ts'

const told = (headers: Readonly<Record<string, string>>, announces?: Connector['http']['announces'], asked?: string) =>
  readAnnouncements(headers, announces, asked)

test('Sunset as in RFC 8594, section 3, and its link as in section 6', () => {
  expect(
    told({
      sunset: 'Sat, 31 Dec 2018 23:59:59 GMT',
      link: '<http://example.net/sunset>;rel="sunset";type="text/html"',
    }),
  ).toEqual([{ kind: 'sunset', at: Date.UTC(2018, 11, 31, 23, 59, 59), link: 'http://example.net/sunset', words: null }])
})

test('Deprecation as in RFC 9745, section 2.1, with its link as in section 3', () => {
  const link = '<https://developer.example.com/deprecation>; rel="deprecation"; type="text/html"'
  expect(told({ deprecation: '@1688169599', link })).toEqual([
    { kind: 'deprecation', at: Date.UTC(2023, 5, 30, 23, 59, 59), link: 'https://developer.example.com/deprecation', words: null },
  ])
})

test('Deprecation as it was written before the RFC: true, or a date of HTTP', () => {
  expect(told({ deprecation: 'true' })).toEqual([{ kind: 'deprecation', at: null, link: null, words: null }])
  expect(told({ deprecation: 'Sun, 11 Nov 2018 23:59:59 GMT' })[0]?.at).toBe(Date.UTC(2018, 10, 11, 23, 59, 59))
  expect(told({ deprecation: 'false' })).toEqual([])
})

test('headers that say nothing sensible still say that something ends, and no link of another scheme is shown', () => {
  expect(told({ sunset: 'soon', link: '<javascript:alert(1)>; rel="sunset"' })).toEqual([
    { kind: 'sunset', at: null, link: null, words: null },
  ])
  expect(told({ deprecation: '@99999999999999', link: 'garbage' })).toEqual([{ kind: 'deprecation', at: null, link: null, words: null }])
})

test('headers of the partner: a reason, or a link instead of one, and another version than was asked for', () => {
  const announces = { deprecated: 'X-Deprecated-Reason', version: { header: 'X-Api-Version', asked: '2026-07' } }
  expect(told({ 'x-deprecated-reason': 'field  total\nis gone' }, announces)).toEqual([
    { kind: 'deprecation', at: null, link: null, words: 'field total is gone' },
  ])
  expect(told({ 'x-deprecated-reason': 'https://shop.example/why' }, announces)[0]).toMatchObject({
    link: 'https://shop.example/why',
    words: null,
  })
  expect(told({ 'x-api-version': '2026-10' }, announces, '2026-07')).toEqual([
    { kind: 'version', at: null, link: null, words: '2026-10 answers instead of 2026-07' },
  ])
  expect(told({ 'x-api-version': '2026-07' }, announces, '2026-07')).toEqual([])
})

const connector: Connector = {
  name: 'old',
  title: 'Old',
  docs: 'https://old.example/api',
  config: { type: 'object', required: ['url', 'version'], properties: { url: { type: 'string' }, version: { type: 'string' } } },
  http: {
    baseUrl: '{config.url}/{config.version}',
    auth: { kind: 'none' },
    announces: { version: { header: 'X-Version', asked: '{config.version}' } },
  },
  check: { path: '/ping' },
  streams: {},
  actions: {},
}

test('every answer of a connection is heard, refusals too', async () => {
  const partner = await startPartner(({ path }) =>
    path.endsWith('/ping')
      ? { status: 410, headers: { 'x-version': 'v3', sunset: 'Thu, 31 Dec 2026 00:00:00 GMT' }, body: {} }
      : { body: {} },
  )
  const heard: (Announcement & { readonly by: string })[] = []
  const access = openAccess(
    { name: 'old', connector, config: { url: partner.url, version: 'v2' }, concurrency: 1, allowPrivate: ['127.0.0.0/8'] },
    { heard: (connection, one, call) => heard.push({ ...one, by: `${connection}: ${call}` }) },
  )
  try {
    await expect(access.check()).rejects.toMatchObject({ detail: { code: 'http-410' } })
    expect(heard).toEqual([
      { kind: 'sunset', at: Date.UTC(2026, 11, 31), link: null, words: null, by: 'old: GET /ping' },
      { kind: 'version', at: null, link: null, words: 'v3 answers instead of v2', by: 'old: GET /ping' },
    ])
  } finally {
    await access.close()
    await partner.close()
  }
})

test('a header that is none, and a version that no field of the config has, are faults with their place', () => {
  const http = { ...connector.http, announces: { deprecated: 'no name', version: { header: 'X-Version', asked: '{config.versoin}' } } }
  expect(lintConnector({ ...connector, http }).map(({ code, path }) => `${code} ${path}`)).toEqual([
    'bad-header http.announces.deprecated',
    'unknown-variable http.announces.version.asked',
  ])
})
