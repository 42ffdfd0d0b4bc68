import { Hono } from 'hono'
import type { FaultBoard } from '../faults.ts'
import { type SimulatorEnv, startServer } from '../server.ts'
import { createAnnouncer, type Handling } from './announcer.ts'
import { authenticated } from './authentication.ts'
import { createFloor, type Floor } from './floor.ts'
import type { Site } from './json.ts'
import { rate } from './money.ts'
import { noRoute } from './refusal.ts'
import { customerRoutes } from './routes-customers.ts'
import { allRefundRoutes, orderChildRoutes } from './routes-order-children.ts'
import { orderRoutes } from './routes-orders.ts'
import { productRoutes } from './routes-products.ts'
import { webhookRoutes } from './routes-webhooks.ts'
import type { Desk } from './routing.ts'
import { createShopBook, type Effect } from './shop-book.ts'
import { siteTime } from './site-time.ts'
import type { Subscription } from './subscriptions.ts'
import { createSender, type Sent } from './webhook-sender.ts'

export type ShopOptions = {
  readonly name: string
  /** ISO 4217, with two decimals. */
  readonly currency: string
  readonly pricesIncludeTax: boolean
  /** Percent on goods, "9" or "19". */
  readonly taxRate: string
  /** Whether shipping is taxed too; absent: it is where prices include tax. */
  readonly taxShipping?: boolean
  /** IANA name of the site's zone: local dates and date filters are in it. */
  readonly zone: string
  readonly faults: FaultBoard
  /** True time; the shop's own clock adds the fault `clock-skew`. */
  readonly now?: () => Date
  readonly port?: number
  readonly consumerKey: string
  readonly consumerSecret: string
  /**
   * WooCommerce sends no `updated` webhook in the first 10 s after creation. Off unless asked for: a compressed day lives
   * through hours in those 10 s, and would hardly see an update.
   */
  readonly suppressEarlyUpdates?: boolean
  /** Webhooks under way at a time, 4 when absent. Those about one record never overtake each other. */
  readonly webhookConcurrency?: number
}

export type Shop = Floor & {
  readonly name: string
  readonly url: string
  /** Requests by method and path with ids folded: `GET /wp-json/wc/v3/orders/:id`. */
  readonly counts: Readonly<Record<string, number>>
  /** Every effect that a client of the API caused, in order. */
  readonly log: readonly Effect[]
  /** Every webhook with its bytes and what became of it, in the order of their ends. Pings are not listed. */
  readonly sent: readonly Sent[]
  /** Webhook subscriptions as they really are, with failures and silence. */
  readonly webhooks: () => readonly Readonly<Subscription>[]
  /** Changes what happens to the later webhooks of an order. */
  handleWebhooks(orderId: number, handling: Handling): void
  /** Sends what an order's webhooks held back (`webhooks: 'hold'`); returns how many. */
  releaseWebhooks(orderId: number, sequence: 'as-made' | 'reversed'): number
  /** Sends the last webhook of an order once more; returns how many went out. */
  resendWebhook(orderId: number): number
  /** Sends these bytes, properly signed, to the subscriptions of a topic: for bodies that a real shop garbled. Returns how many. */
  sendSigned(topic: string, resourceId: number, bytes: Uint8Array): number
  /** Resolves when no webhook is queued, held back by a fault or under way. */
  webhooksSettled(): Promise<void>
  close(): Promise<void>
}

/** `/wp-json/`, which anyone may read: it tells the site's name and zone. */
const siteIndex = (options: ShopOptions, site: Site, stamp: () => number) => ({
  name: options.name,
  description: '',
  url: site.url,
  home: site.url,
  gmt_offset: site.time.offsetHours(stamp()),
  timezone_string: options.zone,
  namespaces: ['oembed/1.0', 'wc/v3', 'wp/v2'],
  authentication: [],
  routes: {},
})

/**
 * A WooCommerce shop (REST v3 and webhooks) on the loopback interface, as faithful as the published documents and sources allow. Stricter than the
 * vendor in one thing only: unknown query parameters and body fields are refused with 400 `rest_invalid_param`, where WordPress ignores them.
 * Not simulated: coupons, reports, settings, the parameter `dp`, prices by customer, more than one tax rate, partly shipped orders.
 */
export const startShop = async (options: ShopOptions): Promise<Shop> => {
  const { faults, now = () => new Date() } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  const address = { url: '' }
  const site: Site = {
    get url() {
      return address.url
    },
    time: siteTime(options.zone),
    currency: options.currency,
    pricesIncludeTax: options.pricesIncludeTax,
    taxPercent: options.taxRate,
  }
  const subscriptions = new Map<number, Subscription>()
  const sender = createSender({ faults, clock, source: () => `${site.url}/`, concurrency: options.webhookConcurrency ?? 4 })
  const stamp = (): number => clock().getTime()
  const announcer = createAnnouncer({
    subscriptions,
    sender,
    faults,
    stamp,
    suppressEarlyUpdates: options.suppressEarlyUpdates ?? false,
  })
  const book = createShopBook({
    site,
    taxRate: rate(options.taxRate),
    taxShipping: options.taxShipping ?? options.pricesIncludeTax,
    clock,
    announce: announcer.announce,
    faults,
  })

  const desk: Desk = { book, faults }
  const api = new Hono<SimulatorEnv>()
    .use('*', authenticated(options))
    .route('/orders', orderChildRoutes(desk))
    .route('/orders', orderRoutes(desk))
    .route('/refunds', allRefundRoutes(desk))
    .route('/products', productRoutes(desk))
    .route('/customers', customerRoutes(desk))
    .route('/webhooks', webhookRoutes(desk, subscriptions, sender))
  const routes = new Hono<SimulatorEnv>()
    .route('/wp-json/wc/v3', api)
    .on('GET', ['/wp-json', '/wp-json/'], (c) => c.json(siteIndex(options, site, stamp)))
    .all('*', (c) => c.json(noRoute().body, 404))
  const server = await startServer({ routes, faults, clock, port: options.port })
  address.url = server.url

  return {
    ...createFloor(book, announcer),
    name: options.name,
    url: server.url,
    counts: server.counts,
    log: book.log,
    sent: sender.sent,
    webhooks: () => [...subscriptions.values()],
    handleWebhooks: announcer.handle,
    releaseWebhooks: announcer.release,
    resendWebhook: announcer.resend,
    sendSigned(topic, resourceId, bytes) {
      const listening = [...subscriptions.values()].filter((webhook) => webhook.topic === topic && webhook.status === 'active')
      for (const webhook of listening) sender.enqueueRaw(webhook, resourceId, Buffer.from(bytes), false)
      return listening.length
    },
    webhooksSettled: sender.settled,
    async close() {
      sender.close()
      await server.close()
    },
  }
}
