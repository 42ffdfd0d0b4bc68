import { type Context, Hono } from 'hono'
import { isObject, type Json, type JsonObject, parseJson } from '../../model/json.ts'
import type { SimulatorEnv } from '../server.ts'
import { linesOf } from './book.ts'
import type { Hooks } from './hooks.ts'
import { type Posting, receiveAndInvoice } from './posting.ts'
import { publishedPages } from './published.ts'
import { type Entity, readFilter, shaped, sorted } from './query.ts'
import { createDocument, mayNotChange, mayNotDelete, totalled } from './trade.ts'

/** What an API client changed. */
export interface Effect {
  readonly kind: 'created' | 'written' | 'deleted'
  readonly set: string
  readonly id: string
  /** as it stands then; as it was, for one that was deleted */
  readonly entity: Entity
}
export interface Place {
  readonly tenant: string
  readonly environment: string
  readonly company: string
  readonly companyName: string
}
export interface DoorOptions {
  readonly place: Place
  readonly posting: Posting
  readonly hooks: Hooks
  readonly clientId: string
  readonly clientSecret: string
  readonly wrote: (effect: Effect) => void
}

const mostRows = 20_000

type C = Context<SimulatorEnv>
const fault = (c: C, status: 400 | 401 | 404 | 409, code: string, message: string) => c.json({ error: { code, message } }, status)
const refusal = (c: C, message: Json) => fault(c, 400, 'Application_DialogException', String(message))
const isOrders = (set: string): set is 'purchaseOrders' | 'salesOrders' => set === 'purchaseOrders' || set === 'salesOrders'

export const rootOf = ({ tenant, environment }: Place): string => `/v2.0/${tenant}/${environment}`

/** The doors of a company: tokens of Entra, the API v2.0, and the pages that were published as web services. */
export function openDoor({ place, posting, hooks, clientId, clientSecret, wrote }: DoorOptions): Hono<SimulatorEnv> {
  const { book, day } = posting
  const { tenant, company, companyName } = place
  const routes = new Hono<SimulatorEnv>()

  routes.post(`/${tenant}/oauth2/v2.0/token`, async (c) => {
    const form = new URLSearchParams(await c.req.text())
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret)
      return c.json({ error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' }, 401)
    return c.json({ token_type: 'Bearer', expires_in: 3599, access_token: 'simulated-token-of-entra' })
  })
  const service = rootOf(place)
  const root = `${service}/api/v2.0`
  routes.use(`${service}/*`, async (c, next) =>
    c.req.header('authorization') === 'Bearer simulated-token-of-entra'
      ? next()
      : fault(c, 401, 'Authentication_InvalidCredentials', 'The server has rejected the client credentials.'),
  )

  const withLines = (set: string, entity: Entity, expand: string | undefined): JsonObject =>
    expand !== undefined && expand === linesOf[set] ? { ...entity, [expand]: [...book.lines(set, entity.id)] } : entity
  const listed = (c: C, set: string, all: readonly Entity[], text = c.req.query('$filter') ?? '') => {
    const { $orderby, $expand, $select, $top, $skiptoken = '0' } = c.req.query()
    const filter = text === '' ? () => true : readFilter(text)
    if (typeof filter !== 'function') return fault(c, 400, 'BadRequest', filter.fault)
    const rows = sorted(all.filter(filter), $orderby)
    const size = Math.min(Number(/odata\.maxpagesize=(\d+)/.exec(c.req.header('prefer') ?? '')?.[1] ?? mostRows), mostRows)
    const from = Number($skiptoken)
    const page = rows.slice(from, from + Math.min(size, Number($top ?? size)))
    const next = new URL(c.req.url)
    next.searchParams.set('$skiptoken', String(from + size))
    return c.json({
      value: page.map((entity) => shaped(withLines(set, entity, $expand), $select)),
      ...($top === undefined && from + size < rows.length ? { '@odata.nextLink': next.href } : {}),
    })
  }
  const bodyOf = async (c: C): Promise<JsonObject> => {
    const body = parseJson((await c.req.text()) || '{}')
    return isObject(body) ? body : {}
  }
  /** undefined: the tag is the one of now */
  const stale = (c: C, entity: Entity) => {
    const tag = c.req.header('if-match')
    if (tag === undefined) return fault(c, 400, 'BadRequest_RequiredParamNotProvided', 'The If-Match header is required.')
    return tag === '*' || tag === entity['@odata.etag']
      ? undefined
      : fault(c, 409, 'Request_EntityChanged', 'Another user has already changed the record.')
  }

  routes.get(`${root}/subscriptions`, (c) => listed(c, 'subscriptions', hooks.all()))
  routes.post(`${root}/subscriptions`, async (c) => {
    const made = await hooks.keep(undefined, await bodyOf(c))
    return made === undefined
      ? fault(c, 400, 'Application_InvalidNotificationUrl', 'The notificationUrl did not answer the handshake.')
      : c.json(made, 201)
  })
  routes.on(['PATCH', 'DELETE'], `${root}/:subscription{subscriptions\\('[^']+'\\)}`, async (c) => {
    const id = /'(.+)'/.exec(c.req.param('subscription') ?? '')?.[1] ?? ''
    const found = hooks.find(id)
    if (found === undefined) return fault(c, 404, 'BadRequest_NotFound', 'The subscription does not exist.')
    const refused = stale(c, found)
    if (refused !== undefined) return refused
    if (c.req.method === 'DELETE') {
      hooks.remove(id)
      return c.body(null, 204)
    }
    const renewed = await hooks.keep(id, await bodyOf(c))
    return renewed === undefined
      ? fault(c, 400, 'Application_InvalidNotificationUrl', 'The notificationUrl did not answer the handshake.')
      : c.json(renewed)
  })

  routes.get(`${service}/ODataV4/*`, (c) => {
    const [, of, page = ''] = /\/ODataV4\/Company\(Id=([0-9a-f-]{36})\)\/(\w+)$/i.exec(decodeURIComponent(c.req.path)) ?? []
    const read = publishedPages[page]
    if (of?.toLowerCase() !== company || read === undefined) return fault(c, 404, 'BadRequest_NotFound', `No page ${page} is published.`)
    const { rows, filter } = read(posting, c.req.query('$filter') ?? '')
    return listed(c, page, rows, filter)
  })

  routes.all(`${root}/*`, async (c) => {
    const [, of, rest = ''] = /\/companies\(([0-9a-f-]{36})\)(?:\/(.*))?$/i.exec(decodeURIComponent(c.req.path)) ?? []
    if (of?.toLowerCase() !== company) return fault(c, 404, 'BadRequest_NotFound', 'The company does not exist.')
    if (rest === '') return c.json({ id: company, name: companyName })
    const [, set = '', id, then] = /^(\w+)(?:\(([0-9a-f-]{36})\))?(?:\/(.+))?$/i.exec(rest) ?? []
    const method = c.req.method
    if (id === undefined) {
      if (method === 'GET') return listed(c, set, book.all(set))
      if (method !== 'POST' || !isOrders(set)) return fault(c, 400, 'BadRequest', 'Not allowed.')
      const made = createDocument(book, set, await bodyOf(c), day())
      if ('refused' in made) return refusal(c, made.refused ?? null)
      wrote({ kind: 'created', set, id: String(made.id), entity: made as Entity })
      return c.json(made, 201)
    }
    const entity = book.find(set, id)
    if (entity === undefined) return fault(c, 404, 'BadRequest_ResourceNotFound', 'The resource does not exist.')
    if (then === 'Microsoft.NAV.receiveAndInvoice' && method === 'POST') {
      const refused = receiveAndInvoice(posting, id)
      return refused === undefined ? c.body(null, 204) : refusal(c, refused.refused)
    }
    if (then !== undefined)
      return listed(
        c,
        then,
        book.all(then).filter(({ journalId, documentId }) => journalId === id || documentId === id),
      )
    if (method === 'GET') return c.json(shaped(withLines(set, entity, c.req.query('$expand')), c.req.query('$select')))
    const old = stale(c, entity)
    if (old !== undefined) return old
    if (method === 'DELETE' && isOrders(set)) {
      const refused = mayNotDelete(book, set, entity)
      if (refused !== undefined) return refusal(c, refused.refused)
      book.remove(set, id)
      wrote({ kind: 'deleted', set, id, entity })
      return c.body(null, 204)
    }
    if (method !== 'PATCH') return fault(c, 400, 'BadRequest', 'Not allowed.')
    const change = await bodyOf(c)
    const refused = mayNotChange(book, set, entity, change)
    if (refused !== undefined) return refusal(c, refused.refused)
    const written = book.set(set, id, change)
    const [head] = Object.entries(linesOf).find(([, lines]) => lines === set) ?? []
    if (head !== undefined) totalled(book, head, String(written.documentId))
    const now = book.find(set, id) ?? written
    wrote({ kind: 'written', set, id, entity: now })
    return c.json(now)
  })
  return routes
}
