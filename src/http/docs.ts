import type { Hono, Context as HonoContext } from 'hono'
import { compress } from 'hono/compress'
import { etag } from 'hono/etag'
import { html } from 'hono/html'
import { languageDetector } from 'hono/language'
import type { ContentSecurityPolicyOptionHandler } from 'hono/secure-headers'
import { type Language, speaker } from '../model/messages.ts'
import { type Assets, openAssets } from './docs-assets.ts'
import { notFound } from './problem.ts'
import type { HttpEnv } from './serve-route.ts'

/** What the page may load and ask: this hub's own files and this hub. Pictures as data: URLs are those inside Swagger UI's style. */
export const docsPolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
} satisfies Record<string, (string | ContentSecurityPolicyOptionHandler)[]>

const pagePath = '/docs'
const assetPath = '/docs/assets/:digest/:name'

/** Paths in the form of the route table: addresses that only read. */
export const docsPaths: readonly string[] = ['/', pagePath, `${pagePath}/`, '/docs/assets/{digest}/{name}']

/** True for the one answer that is a page with scripts; every other answer of the hub lets nothing run. */
export const isDocsPage = (path: string): boolean => path === pagePath

/**
 * Serves the API reference: `/docs` is a page (English or Chinese, by `?lang=` or Accept-Language) around Swagger UI, which reads `/openapi.json`; its files come from the
 * installed package, compressed, and may be kept for ever because their path has their digest. `/` leads there. All of it is open: it holds nothing but the description.
 */
export function serveDocs(app: Hono<HttpEnv>): void {
  const assets = openAssets()
  const language = languageDetector({
    supportedLanguages: ['en', 'zh'],
    fallbackLanguage: 'en',
    order: ['querystring', 'header'],
    caches: false,
  })
  for (const path of ['/', `${pagePath}/`])
    app.get(path, (c) => {
      c.set('route', path)
      return c.redirect(pagePath)
    })
  app.get(pagePath, language, async (c) => {
    c.set('route', pagePath)
    return c.html(page(c.get('language') === 'zh' ? 'zh' : 'en', await assets()))
  })
  app.get(assetPath, compress(), etag(), async (c) => {
    c.set('route', '/docs/assets')
    return assetAnswer(c, await assets())
  })
}

function assetAnswer(c: HonoContext<HttpEnv>, assets: Assets): Response {
  const asset = Object.values(assets).find(({ path }) => path === c.req.path)
  if (!asset) throw notFound()
  return new Response(new Uint8Array(asset.bytes), {
    headers: {
      'content-type': asset.contentType,
      'content-length': String(asset.bytes.byteLength),
      etag: asset.etag,
      'cache-control': 'public, max-age=31536000, immutable',
    },
  })
}

function page(language: Language, assets: Assets) {
  const say = speaker(language)
  const other: Language = language === 'zh' ? 'en' : 'zh'
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${say('docs.title')}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets['swagger-ui.css'].path}">
<link rel="stylesheet" href="${assets['docs.css'].path}">
<script src="${assets['swagger-ui-bundle.js'].path}" defer></script>
<script src="${assets['docs.js'].path}" defer></script>
</head>
<body>
<header>
<h1>${say('docs.title')}</h1>
<p>${say('docs.about')}</p>
<p>${say('docs.key')} <code>crossdock keys create --name docs --scopes read</code></p>
<p>${say('docs.memory')}</p>
<nav><a href="/openapi.json">${say('docs.file')}</a><a href="${pagePath}?lang=${other}" hreflang="${other}">${say('docs.other')}</a></nav>
</header>
<main id="reference" data-failed="${say('docs.failed')}"><noscript>${say('docs.noScript')}</noscript></main>
</body>
</html>
`
}
