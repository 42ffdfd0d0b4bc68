import type { Context } from 'hono'
import type { FaultBoard } from '../faults.ts'
import type { SimulatorEnv } from '../server.ts'
import { type Body, type FieldKinds, parseBody, readBody } from './body.ts'
import { type Page, pageHeaders, startOf } from './list.ts'
import { type ParameterKinds, type Parameters, readParameters } from './parameters.ts'
import { noRoute, Refusal } from './refusal.ts'
import type { ShopBook } from './shop-book.ts'

/** What a route answers: JSON text ready to send. */
export type Answer = { readonly status: 200 | 201; readonly text: string; readonly headers?: Record<string, string> }

/** What routes work with. */
export type Desk = {
  readonly book: ShopBook
  readonly faults: FaultBoard
}

/** A single-record answer. */
export const answer = (text: string, status: 200 | 201 = 200): Answer => ({ status, text })

/** A created record with its address. */
export const created = (desk: Desk, path: string, text: string): Answer => ({
  status: 201,
  text,
  headers: { Location: `${desk.book.site.url}/wp-json/wc/v3/${path}` },
})

/** One page as a JSON list with its paging headers. `url` is the address as the client asked it. */
export const pageAnswer = <T>(page: Page<T>, url: URL, textOf: (row: T) => string): Answer => ({
  status: 200,
  text: `[${page.rows.map(textOf).join(',')}]`,
  headers: pageHeaders(page, url),
})

/** The address as the client sees it, query included. */
export const addressOf = (desk: Desk, c: Context<SimulatorEnv>): URL => {
  const { pathname, search } = new URL(c.req.url)
  return new URL(pathname + search, desk.book.site.url)
}

/** The checked query of a request. */
export const queryOf = (desk: Desk, c: Context<SimulatorEnv>, kinds: ParameterKinds = {}): Parameters =>
  readParameters(new URL(c.req.url).searchParams, kinds, desk.book.site.time)

/** The checked body of a request. */
export const bodyOf = async (c: Context<SimulatorEnv>, kinds: FieldKinds): Promise<Body> => readBody(parseBody(await c.req.text()), kinds)

/** A number in the path. A path that holds none meets no route, as in WordPress. */
export const idIn = (c: Context<SimulatorEnv>, name = 'id'): number => {
  const text = c.req.param(name) ?? ''
  if (!/^\d{1,15}$/.test(text)) throw noRoute()
  return Number(text)
}

/**
 * Fault `page-shift`: just before a later page of a list is read, a row of an earlier page is touched (as a plug-in does that saves an order),
 * so that it gets a new modification stamp and rows move across the page border where the list is sorted by `modified` or bounded by
 * `modified_before`. Where they do not, the row lies in the trash while the page is read. Counted when the page really shifted.
 */
export const shifted = <T extends { readonly id: number }>(
  desk: Desk,
  c: Context<SimulatorEnv>,
  asked: Parameters,
  read: () => readonly T[],
  touch: (row: T) => void,
): readonly T[] => {
  const rows = read()
  const start = startOf(asked)
  if (start === 0 || rows.length <= start) return rows
  const hit = desk.faults.draw('page-shift', { method: 'GET', path: c.req.path })
  if (!hit) return rows
  const victim = rows[Math.floor(desk.faults.random() * start)]
  if (victim) touch(victim)
  const touched = read()
  const after = touched[start]?.id === rows[start]?.id ? touched.filter(({ id }) => id !== victim?.id) : touched
  if (after[start]?.id === rows[start]?.id) hit.missed()
  else hit.happened()
  return after
}

const reduced = (text: string, fields: readonly string[]): string => {
  const cut = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).filter(([name]) => fields.includes(name)))
      : value
  const value: unknown = JSON.parse(text)
  return JSON.stringify(Array.isArray(value) ? value.map(cut) : cut(value))
}

/** Runs a route: its answer, cut to `_fields` (top level) if asked, or the refusal that it threw. */
export const served =
  (route: (c: Context<SimulatorEnv>) => Answer | Promise<Answer>) =>
  async (c: Context<SimulatorEnv>): Promise<Response> => {
    c.header('Content-Type', 'application/json; charset=UTF-8')
    try {
      const { status, text, headers } = await route(c)
      for (const [name, value] of Object.entries(headers ?? {})) c.header(name, value)
      const fields = new URL(c.req.url).searchParams.get('_fields')
      return c.body(fields === null ? text : reduced(text, fields.split(',')), status)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return c.body(JSON.stringify(error.body), error.status)
    }
  }
