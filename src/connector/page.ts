import { hash } from 'node:crypto'
import LinkHeader from 'http-link-header'
import { reject } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import type { Body, Row } from './body.ts'
import { firstOfKeyset, lastOfKeyset } from './keyset.ts'
import { firstOfReverse, nextOfReverse } from './reverse.ts'
import type { Page } from './types.ts'

/** What to ask for: the `page` root of the call, or the partner's own link to the page. */
export interface PageAsk {
  readonly page: JsonObject
  readonly url?: string
}
export interface PageSeen {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
  readonly rows: readonly Row[]
}

export function firstPage(page: Page): PageAsk {
  switch (page.kind) {
    case 'single':
    case 'token':
      return { page: {} }
    case 'number':
      return { page: { number: page.first, size: page.size } }
    case 'offset':
    case 'custom':
      return { page: { offset: 0, number: 1, size: page.size } }
    case 'link':
    case 'nextLink':
      return { page: { number: 1, size: page.size } }
    case 'keyset':
      return firstOfKeyset(page)
    case 'reverse':
      return firstOfReverse(page)
  }
}

/** A list rests no longer than this while it is read. */
const shortRestMs = 300_000

/** Where a list is taken up again after a rest: where pages are counted one page before, unless it was short, since rows may have left the list meanwhile. */
export function pageAgain(page: Page, ask: PageAsk, restMs: number): PageAsk {
  if (restMs <= shortRestMs) return ask
  if (page.kind === 'number') return { page: { ...ask.page, number: Math.max(page.first, Number(ask.page.number) - 1) } }
  if (page.kind === 'offset') return { page: { ...ask.page, offset: Math.max(0, Number(ask.page.offset) - page.size) } }
  return ask
}

/**
 * The page after this one; undefined at the end. A list of numbered pages ends with the first that is not full, unless the partner itself links to a next one (its
 * pages are smaller than asked for).
 * @throws HubError `foreign-link` (reject) for a link to another origin, `repeated-page` (reject) for a token or link that leads to where we are.
 */
export function nextPage(page: Page, asked: PageAsk, seen: PageSeen): PageAsk | undefined {
  switch (page.kind) {
    case 'single':
      return undefined
    case 'number':
      return seen.rows.length < page.size && !linksOn(seen) ? undefined : { page: { ...asked.page, number: Number(asked.page.number) + 1 } }
    case 'offset':
      return seen.rows.length < page.size && !linksOn(seen)
        ? undefined
        : { page: { ...asked.page, offset: Number(asked.page.offset) + seen.rows.length } }
    case 'token': {
      const token = page.more !== undefined && seen.body.peek(page.more) !== true ? undefined : seen.body.peek(page.next)
      if (token === undefined || token === null || token === '' || token === false) return undefined
      if (token === asked.page.token) throw repeated('its token for the next page is the one of this page')
      return { page: { token } }
    }
    case 'link':
    case 'nextLink': {
      const url = followed(seen, page.kind === 'link' ? linkOf(seen.headers) : linkIn(seen.body, page.path))
      return url === undefined ? undefined : { page: asked.page, url }
    }
    case 'keyset': {
      if (seen.rows.length < page.size && asked.page.below === undefined) return undefined
      if (page.cursor !== undefined) return firstOfKeyset(page)
      const last = lastOfKeyset(page, seen.rows)
      if (last === undefined || (last.after === asked.page.after && last.afterRow === asked.page.afterRow))
        throw repeated('its last row has no key to go on from')
      return { page: { size: page.size, ...last } }
    }
    case 'reverse':
      return nextOfReverse(page, asked, seen)
    case 'custom': {
      const next = page.next(seen.body.value(), seen.headers, asked.page)
      return next === undefined ? undefined : { page: { size: page.size, ...next } }
    }
  }
}

function linksOn(seen: PageSeen): boolean {
  return seen.rows.length > 0 && linkOf(seen.headers) !== undefined
}

function linkOf(headers: Readonly<Record<string, string>>): string | undefined {
  try {
    return linkTo(headers, 'next')
  } catch {
    throw reject('bad-link', 'the Link header of the answer cannot be read')
  }
}

const linkTo = (headers: Readonly<Record<string, string>>, rel: string): string | undefined =>
  headers.link === undefined
    ? undefined
    : LinkHeader.parse(headers.link).refs.find((ref) => ref.rel.toLowerCase().split(/\s+/).includes(rel))?.uri

/** Where a Link header points to, for people: an address of http; null where it has none, or cannot be read. */
export function linkWith(headers: Readonly<Record<string, string>>, rel: string): string | null {
  try {
    const uri = linkTo(headers, rel) ?? ''
    return /^https?:\/\//.test(uri) && URL.canParse(uri) && uri.length <= longestLink ? uri : null
  } catch {
    return null
  }
}
const longestLink = 500

/** OData 4.01 JSON Format 4.6.4: no link, or none in it, is the end. */
function linkIn(body: Body, path: string): string | undefined {
  const link = body.peek(path)
  if (link === undefined || link === null || link === '') return undefined
  if (typeof link !== 'string') throw reject('bad-link', `"${path}", where the address of the next page should be, is no text`)
  return link
}

/** RFC 8288 and RFC 3986, relative to the request; our credentials go to the configured origin only. */
function followed(seen: PageSeen, link: string | undefined): string | undefined {
  if (link === undefined) return undefined
  const here = new URL(seen.url)
  const next = URL.parse(link, here)
  if (next === null || next.origin !== here.origin)
    throw reject(
      'foreign-link',
      `the link to the next page leads to ${next === null ? 'no address' : next.origin}, away from ${here.origin}, and is not followed`,
    )
  if (next.href === here.href) throw repeated('its link to the next page leads to itself')
  return next.href
}

const repeated = (why: string) => reject('repeated-page', `the list never ends: ${why}`)

/** Of one read, over all its windows and however often it was taken up again. */
export const maxPages = 100_000
export const maxRows = 10_000_000
/** Of one run. */
const maxMs = 6 * 3_600_000
/** Empty pages in a row that say there is more. */
const maxEmpty = 3

/** Watches over one read, so that a list that never ends does end. */
export interface ListGuard {
  /**
   * Called with every page, the number of its rows and their bytes, before it is used.
   * @throws HubError `repeated-page` or `endless-list` (reject)
   */
  page(count: number, bytes: Uint8Array, hasNext: boolean): void
  /** a new query begins: its pages may look like the ones before */
  restart(): void
  readonly pages: number
  readonly rows: number
}

/** `seen`: what earlier runs of the same read had. */
export function openGuard(
  what: string,
  of: { readonly now: () => number; readonly seen?: { readonly pages: number; readonly rows: number } },
): ListGuard {
  const hashes = new Set<string>()
  const began = of.now()
  let pages = of.seen?.pages ?? 0
  let rows = of.seen?.rows ?? 0
  let empty = 0
  return {
    get pages() {
      return pages
    },
    get rows() {
      return rows
    },
    page: (count, bytes, hasNext) => {
      pages++
      rows += count
      empty = count === 0 && hasNext ? empty + 1 : 0
      if (pages > maxPages) throw reject('endless-list', `${what}: more than ${maxPages} pages in one read`)
      if (of.now() - began > maxMs) throw reject('endless-list', `${what}: not at its end after ${maxMs / 3_600_000} hours`)
      if (rows > maxRows) throw reject('endless-list', `${what}: more than ${maxRows} rows in one read`)
      if (empty >= maxEmpty) throw reject('endless-list', `${what}: ${maxEmpty} empty pages in a row that say there is more`)
      if (count === 0) return
      const digest = hash('sha256', bytes, 'base64')
      if (hashes.has(digest))
        throw reject('repeated-page', `${what}: the same page came twice under two addresses, the list does not move on`)
      hashes.add(digest)
    },
    restart: () => {
      hashes.clear()
    },
  }
}
