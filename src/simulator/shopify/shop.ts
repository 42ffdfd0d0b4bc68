import { Hono } from 'hono'
import { isObject, type JsonObject, parseJson } from '../../model/json.ts'
import type { FaultBoard } from '../faults.ts'
import { askedPoints, OperationError, project, readOperation, spentPoints } from '../graphql/operation.ts'
import { type SimulatorEnv, startServer } from '../server.ts'
import type { Book, Order, Taxes } from './book.ts'
import { type BulkDesk, bulkDesk } from './bulk.ts'
import { createHooks, type SentHook } from './hooks.ts'
import { mutations } from './mutations.ts'
import { type PayoutDesk, payoutDesk } from './payouts.ts'
import { queries } from './queries.ts'
import { createStaff, type Staff } from './staff.ts'
import { tokenDesk } from './tokens.ts'
import { views } from './views.ts'

export interface ShopifyOptions {
  /** ISO 4217, with two decimals */
  readonly currency: string
  readonly faults: FaultBoard
  /** true time; the shop's own clock adds the fault `clock-skew` */
  readonly now?: () => Date
  readonly port?: number
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken?: string
  readonly tokenLifeS?: number
  /** points of the bucket, and those that come back each second; 2000 and 100 when absent */
  readonly points?: { readonly most: number; readonly perSecond: number }
  /** one rate for all goods; no taxes when absent */
  readonly taxes?: Taxes
  readonly locationName?: string
}
export interface Effect {
  readonly mutation: string
  readonly input: JsonObject
}
export type Shopify = Staff & {
  readonly url: string
  /** number of the one location */
  readonly location: string
  /** requests by operation: `POST Orders` */
  readonly counts: Readonly<Record<string, number>>
  /** what clients of the API changed, in order */
  readonly log: readonly Effect[]
  readonly hooks: {
    readonly sent: readonly SentHook[]
    settled(): Promise<void>
    topics(): readonly string[]
    forget(): void
    /** sends what was held back of an order, the newest first */
    release(order: number): void
    sendSigned(topic: string, body: string): void
    /** as the owner does in the admin */
    subscribe(topic: string, uri: string): void
  }
  orders(): readonly Readonly<Order>[]
  /** what answers say of the API: the version that answers where it is not the one asked for, and why something is deprecated */
  readonly api: { version?: string; deprecated?: string }
  readonly tokens: { given(): number; revoke(): void }
  readonly bulk: BulkDesk
  readonly payouts: PayoutDesk
  close(): Promise<void>
}

/**
 * A shop of Shopify's on the loopback interface, held in memory: the operations of the Admin API that the hub uses, read as GraphQL, with points, tokens, compare-and-set, idempotency keys and webhooks. Written from the
 * published schema (2026-07) and recorded answers.
 *
 * Not simulated: several locations, several taxes, discount codes, order edits, transfers, bulk operations on anything but orders, access scopes, and fields that nobody here reads.
 */
export async function startShopify(options: ShopifyOptions): Promise<Shopify> {
  const { faults, now = () => new Date(), clientId, clientSecret, points = { most: 2000, perSecond: 100 } } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  let lastId = 7_000_000_000_000
  const book: Book = {
    currency: options.currency,
    taxes: options.taxes,
    location: 655_441_491,
    locationName: options.locationName ?? 'Main warehouse',
    items: new Map(),
    levels: new Map(),
    orders: new Map(),
    hooks: new Map(),
    now: () => `${clock().toISOString().slice(0, 19)}Z`,
    nextId: () => ++lastId,
  }
  const hooks = createHooks(book, clientSecret, faults)
  const staff = createStaff(book, hooks.tell)
  const seen = views(book)
  const log: Effect[] = []
  const api: Shopify['api'] = {}
  let left = points.most
  let filledAt = now().getTime()

  const routes = new Hono<SimulatorEnv>()
  let url = ''
  const found = queries(book, seen)
  const bulk = bulkDesk(routes, { now: () => clock().getTime(), nextId: book.nextId, url: () => url, roots: () => found, tell: hooks.tell })
  const roots = {
    query: { ...found, node: bulk.node },
    mutation: { ...mutations(book, staff, seen, (mutation, input) => log.push({ mutation, input })), ...bulk.mutations },
  }
  const tokens = tokenDesk(routes, {
    clientId,
    clientSecret,
    now: () => now().getTime(),
    ...(options.refreshToken === undefined ? {} : { refreshToken: options.refreshToken }),
    ...(options.tokenLifeS === undefined ? {} : { lifeS: options.tokenLifeS }),
  })
  const payouts = payoutDesk(routes, { book, url: () => url, isGood: tokens.isGood })
  routes.post('/admin/api/:version/graphql.json', async (c) => {
    if (!tokens.isGood(c.req.header('x-shopify-access-token')))
      return c.json({ errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' }, 401)
    c.header('X-Shopify-API-Version', api.version ?? c.req.param('version'))
    if (api.deprecated !== undefined) c.header('X-Shopify-API-Deprecated-Reason', api.deprecated)
    const body = parseJson(await c.req.text())
    const { query, variables } = isObject(body) ? body : {}
    left = Math.min(points.most, left + ((now().getTime() - filledAt) / 1000) * points.perSecond)
    filledAt = now().getTime()
    const cost = (requestedQueryCost: number, actualQueryCost: number | null) => ({
      cost: {
        requestedQueryCost,
        actualQueryCost,
        throttleStatus: { maximumAvailable: points.most, currentlyAvailable: Math.floor(left), restoreRate: points.perSecond },
      },
    })
    try {
      const operation = readOperation(String(query), isObject(variables) ? variables : {})
      const asked = operation.kind === 'mutation' ? 10 : Math.max(1, askedPoints(operation.fields))
      if (asked > points.most)
        return c.json({
          errors: [{ message: `Query cost is ${asked}, over the most of ${points.most}`, extensions: { code: 'MAX_COST_EXCEEDED' } }],
        })
      if (asked > left)
        return c.json({ errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }], extensions: cost(asked, null) })
      const data = project(roots[operation.kind], operation.fields, operation.kind)
      const spent = operation.kind === 'mutation' ? 10 : Math.min(asked, spentPoints(data))
      left -= spent
      return c.json({ data, extensions: cost(asked, spent) })
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      return c.json({ errors: [{ message: error.message, extensions: { code: 'undefinedField' } }] })
    }
  })
  const server = await startServer({
    routes,
    faults,
    clock,
    nameOf: async (c) => {
      if (!c.req.path.endsWith('/graphql.json')) return c.req.path
      const named = /(?:query|mutation)\s+(\w+)/.exec(await c.req.text())
      return named?.[1] ?? 'unnamed'
    },
    ...(options.port === undefined ? {} : { port: options.port }),
  })
  url = server.url
  return {
    ...staff,
    url,
    bulk: bulk.desk,
    payouts,
    location: String(book.location),
    counts: server.counts,
    log,
    hooks: {
      sent: hooks.sent,
      settled: hooks.settled,
      topics: () => [...book.hooks.values()].map(({ topic }) => topic),
      forget: () => book.hooks.clear(),
      release: (id) => {
        const order = book.orders.get(id)
        if (order !== undefined) hooks.release(order)
      },
      sendSigned: hooks.sendSigned,
      subscribe: (topic, uri) => {
        const id = book.nextId()
        book.hooks.set(id, { id, topic, uri })
      },
    },
    orders: () => [...book.orders.values()],
    api,
    tokens,
    close: server.close,
  }
}
