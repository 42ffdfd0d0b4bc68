import { type Context, Hono } from 'hono'
import { isObject, type JsonObject, parseJson } from '../../model/json.ts'
import type { FaultBoard } from '../faults.ts'
import { type SimulatorEnv, startServer } from '../server.ts'
import { type Book, linesOf, openBook } from './book.ts'
import { type Hooks, openHooks } from './hooks.ts'
import { type Entity, readFilter, shaped, sorted } from './query.ts'
import { createDocument, receiveAndInvoice, totalled } from './trade.ts'

export interface BusinessCentralOptions {
  readonly faults: FaultBoard
  readonly clientId: string
  readonly clientSecret: string
  readonly now?: () => Date
  readonly port?: number
}
export interface BusinessCentral {
  readonly url: string
  readonly tenant: string
  readonly environment: string
  readonly company: string
  /** the one location, MAIN */
  readonly location: string
  readonly counts: Readonly<Record<string, number>>
  readonly book: Book
  readonly hooks: Hooks
  /** a vendor, a customer, and these articles */
  stock(
    articles: readonly {
      readonly code: string
      readonly name: string
      readonly price: string
      readonly cost: string
      readonly stock: number
    }[],
    currencyCode: string,
  ): void
  close(): Promise<void>
}

const [tenant, environment, company] = ['contoso.onmicrosoft.com', 'production', 'f64eba74-dacd-4854-a584-1834f68cfc3a']
const mostRows = 20_000

type C = Context<SimulatorEnv>
const fault = (c: C, status: 400 | 401 | 404 | 409 | 500, code: string, message: string) => c.json({ error: { code, message } }, status)

/**
 * Business Central on the loopback interface, held in memory: the API v2.0 of one company with `$filter` (comparisons joined by and), `$expand` of lines, `$orderby`, `$select`, pages that link on, tags that must match,
 * deep insert, `receiveAndInvoice`, subscriptions with their handshake, and tokens of Entra. Written from the published reference; statuses of faults are not published.
 *
 * Not simulated: taxes, currencies, several locations, `$batch`, delta links (removed from the product in 2024), number series of one's own, approvals.
 */
export async function startBusinessCentral(options: BusinessCentralOptions): Promise<BusinessCentral> {
  const { faults, now = () => new Date(), clientId, clientSecret } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  const hooks = openHooks(company, clock, faults)
  const book = openBook(clock, (set, id, what) => hooks.tell(set, id, what))
  const location = book.add('locations', { code: 'MAIN', displayName: 'Main Warehouse', city: '' }).id
  const routes = new Hono<SimulatorEnv>()
  const day = () => clock().toISOString().slice(0, 10)

  routes.post(`/${tenant}/oauth2/v2.0/token`, async (c) => {
    const form = new URLSearchParams(await c.req.text())
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret)
      return c.json({ error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' }, 401)
    return c.json({ token_type: 'Bearer', expires_in: 3599, access_token: 'simulated-token-of-entra' })
  })
  const root = `/v2.0/${tenant}/${environment}/api/v2.0`
  routes.use(`${root}/*`, async (c, next) =>
    c.req.header('authorization') === 'Bearer simulated-token-of-entra'
      ? next()
      : fault(c, 401, 'Authentication_InvalidCredentials', 'The server has rejected the client credentials.'),
  )

  const withLines = (set: string, entity: Entity, expand: string | undefined): JsonObject =>
    expand !== undefined && expand === linesOf[set] ? { ...entity, [expand]: [...book.lines(set, entity.id)] } : entity
  const listed = (c: C, set: string, all: readonly Entity[]) => {
    const { $filter, $orderby, $expand, $select, $top, $skiptoken = '0' } = c.req.query()
    const filter = $filter === undefined ? () => true : readFilter($filter)
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

  routes.all(`${root}/*`, async (c) => {
    const [, of, rest = ''] = /\/companies\(([0-9a-f-]{36})\)(?:\/(.*))?$/i.exec(decodeURIComponent(c.req.path)) ?? []
    if (of?.toLowerCase() !== company) return fault(c, 404, 'BadRequest_NotFound', 'The company does not exist.')
    if (rest === '') return c.json({ id: company, name: 'CRONUS USA, Inc.' })
    const [, set = '', id, then] = /^(\w+)(?:\(([0-9a-f-]{36})\))?(?:\/(.+))?$/i.exec(rest) ?? []
    const method = c.req.method
    if (id === undefined) {
      if (method === 'GET') return listed(c, set, book.all(set))
      if (method !== 'POST' || (set !== 'purchaseOrders' && set !== 'salesOrders')) return fault(c, 400, 'BadRequest', 'Not allowed.')
      const made = createDocument(book, set, await bodyOf(c), day())
      return 'refused' in made ? fault(c, 400, 'Application_DialogException', String(made.refused)) : c.json(made, 201)
    }
    const entity = book.find(set, id)
    if (entity === undefined) return fault(c, 404, 'BadRequest_ResourceNotFound', 'The resource does not exist.')
    if (then === 'Microsoft.NAV.receiveAndInvoice' && method === 'POST') {
      const refused = receiveAndInvoice(book, id, day())
      return refused === undefined ? c.body(null, 204) : fault(c, 400, 'Application_DialogException', refused.refused)
    }
    if (then !== undefined)
      return listed(
        c,
        then,
        book.all(then).filter(({ journalId, documentId }) => journalId === id || documentId === id),
      )
    if (method === 'GET') return c.json(shaped(withLines(set, entity, c.req.query('$expand')), c.req.query('$select')))
    const refused = stale(c, entity)
    if (refused !== undefined) return refused
    if (method !== 'PATCH') return fault(c, 400, 'BadRequest', 'Not allowed.')
    const written = book.set(set, id, await bodyOf(c))
    const [head] = Object.entries(linesOf).find(([, lines]) => lines === set) ?? []
    if (head !== undefined) totalled(book, head, String(written.documentId))
    return c.json(book.find(set, id) ?? {})
  })

  const server = await startServer({
    routes,
    faults,
    clock,
    ...(options.port === undefined ? {} : { port: options.port }),
    nameOf: (c) =>
      decodeURIComponent(c.req.path)
        .replace(root, '')
        .replace(/\([^)]*\)/g, ''),
  })
  const stock: BusinessCentral['stock'] = (articles, currencyCode) => {
    book.add('vendors', { number: '10000', displayName: 'Ningbo Lamps', blocked: ' ', currencyCode })
    book.add('customers', { number: '20000', displayName: 'Web shop customers', blocked: ' ', currencyCode })
    for (const { code, name, price, cost, stock: inventory } of articles) {
      const prices = { unitPrice: Number(price), unitCost: Number(cost) }
      book.add('items', {
        number: code,
        displayName: name,
        type: 'Inventory',
        blocked: false,
        inventory,
        baseUnitOfMeasureCode: 'PCS',
        ...prices,
      })
    }
  }
  return { stock, url: server.url, tenant, environment, company, location, counts: server.counts, book, hooks, close: server.close }
}
