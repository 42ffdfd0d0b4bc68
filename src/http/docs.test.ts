import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isObject, type JsonObject, parseJson } from '../model/json.ts'
import { createApp } from './app.ts'
import { openTestHub, type TestHub } from './test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub()
})
afterAll(() => hub.close())

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(hub.listening.address + path, { method, headers: { 'accept-encoding': 'identity', ...headers }, redirect: 'manual' })
const links = (html: string): string[] => [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link = '']) => link)
const assetsOf = (html: string): string[] => links(html).filter((link) => link.startsWith('/docs/assets/'))

describe('the page', () => {
  test('is open, and scripts run from this hub only', async () => {
    const page = await get('/docs')
    const { headers } = page
    expect(page.status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/i)
    expect(headers.get('cache-control')).toBe('no-store')
    const policy = Object.fromEntries(
      (headers.get('content-security-policy') ?? '').split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1)]),
    )
    expect(policy).toMatchObject({
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
      'connect-src': ["'self'"],
    })
    expect(Object.values(policy).flat()).not.toContain("'unsafe-inline'")
    const html = await page.text()
    expect(html).not.toMatch(/<script(?! src="\/)|<style|\sstyle=|\son\w+=/)
    expect(links(html).filter((link) => !/^(\/(?!\/)|data:,$)/.test(link))).toEqual([])
    expect((await get('/healthz')).headers.get('content-security-policy')).not.toContain('script-src')
  })

  test.each([
    [{ 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' }, '', 'zh'],
    [{ 'accept-language': 'zh' }, '', 'zh'],
    [{ 'accept-language': 'en-GB,en;q=0.9,zh;q=0.1' }, '', 'en'],
    [{ 'accept-language': 'de, zh;q=0.5' }, '', 'zh'],
    [{ 'accept-language': 'de' }, '', 'en'],
    [{}, '?lang=zh', 'zh'],
    [{ 'accept-language': 'zh' }, '?lang=en', 'en'],
    [{}, '?lang="><script>', 'en'],
  ] as const)('speaks the language of the person: %j %s', async (headers, query, language) => {
    const html = await (await get(`/docs${query}`, headers)).text()
    expect(html).toContain(`<html lang="${language}">`)
    expect(html.includes('密钥')).toBe(language === 'zh')
    expect(html).not.toContain('<script>')
  })

  test('is where the bare address leads', async () => {
    for (const path of ['/', '/docs/']) {
      const answer = await get(path)
      expect([answer.status, answer.headers.get('location'), answer.headers.get('cache-control')]).toEqual([302, '/docs', 'no-store'])
    }
  })

  test('only reads', async () => {
    for (const path of ['/', '/docs']) {
      const answer = await get(path, {}, 'POST')
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    }
    const head = await get('/docs', {}, 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
  })
})

describe('its files', () => {
  test('have their types and may be kept for ever', async () => {
    const assets = assetsOf(await (await get('/docs')).text())
    expect(assets.map((path) => path.split('/').at(-1))).toEqual(['swagger-ui.css', 'docs.css', 'swagger-ui-bundle.js', 'docs.js'])
    for (const path of assets) {
      const answer = await get(path)
      expect(answer.status, path).toBe(200)
      expect(answer.headers.get('content-type'), path).toMatch(path.endsWith('.css') ? /^text\/css;/ : /^text\/javascript;/)
      expect(answer.headers.get('cache-control'), path).toBe('public, max-age=31536000, immutable')
      expect(answer.headers.get('x-content-type-options'), path).toBe('nosniff')
      const bytes = Buffer.from(await answer.arrayBuffer())
      const head = await get(path, {}, 'HEAD')
      expect([head.status, head.headers.get('content-length'), await head.text()], path).toEqual([200, String(bytes.byteLength), ''])
      const etag = answer.headers.get('etag') ?? ''
      expect((await get(path, { 'if-none-match': etag })).status, path).toBe(304)
      expect((await get(path, { 'if-none-match': `W/${etag}` })).status, path).toBe(304)
      expect((await get(path, { 'if-none-match': '"other"' })).status, path).toBe(200)
    }
  })

  test('are compressed for whom it helps', async () => {
    const path = assetsOf(await (await get('/docs')).text()).find((asset) => asset.endsWith('bundle.js')) ?? ''
    const app = createApp(hub.context)
    const plain = await app.request(path)
    const small = await app.request(path, { headers: { 'accept-encoding': 'gzip' } })
    expect([plain.headers.get('content-encoding'), small.headers.get('content-encoding')]).toEqual([null, 'gzip'])
    expect(small.headers.get('vary')).toContain('Accept-Encoding')
    const bytes = Buffer.from(await small.arrayBuffer())
    expect(bytes.byteLength).toBeLessThan(600_000)
    expect(gunzipSync(bytes).equals(Buffer.from(await plain.arrayBuffer()))).toBe(true)
  })

  test('are those and no others', async () => {
    const [, style = ''] = assetsOf(await (await get('/docs')).text())
    for (const path of [
      style.replace('docs.css', 'index.html'),
      style.replace('docs.css', 'package.json'),
      style.replace(/[0-9a-f]{20}/, '0'.repeat(20)),
      `${style}.map`,
      `${style}/`,
      '/docs/assets',
      '/docs/swagger-ui.css',
    ]) {
      const answer = await get(path)
      expect([answer.status, answer.headers.get('cache-control')], path).toEqual([404, 'no-store'])
    }
  })
})

test('the description follows the schemas of the workspace that is current', async () => {
  const visit = (title: string): ReadonlyMap<string, JsonObject> => new Map([['visit@1', { $id: 'visit@1', type: 'object', title }]])
  let schemas = visit('before')
  const app = createApp(hub.context, {
    get schemas() {
      return schemas
    },
  })
  const title = async (): Promise<unknown> => {
    const document = parseJson(await (await app.request('/openapi.json')).text())
    const components = isObject(document) ? document.components : undefined
    const all = isObject(components) ? components.schemas : undefined
    const one = isObject(all) ? all['visit.v1'] : undefined
    return isObject(one) ? one.title : undefined
  }
  expect(await title()).toBe('before')
  expect(await title()).toBe('before')
  schemas = visit('after')
  expect(await title()).toBe('after')
})
