import type { FaultBoard } from '../faults.ts'
import { startRestartable } from '../restart.ts'
import { type Book, openBook } from './book.ts'
import { type Effect, openDoor, rootOf } from './door.ts'
import { type Goods, openGoods } from './goods.ts'
import { type Hooks, openHooks } from './hooks.ts'
import { createStaff, type Staff, stock } from './staff.ts'

export interface BusinessCentralOptions {
  readonly faults: FaultBoard
  readonly clientId: string
  readonly clientSecret: string
  readonly companyName?: string
  readonly now?: () => Date
  readonly port?: number
  /** how long the creation of an order takes, in ms */
  readonly createMs?: number
  /** of subscriptions and of what they tell: see the webhooks */
  readonly lifeMs?: number
  readonly delayMs?: number
  /** the location where goods come in and leave; MAIN with any id when left out */
  readonly main?: { readonly id: string; readonly code: string }
}
export interface BusinessCentral extends Staff {
  readonly url: string
  readonly tenant: string
  readonly environment: string
  readonly company: string
  /** id of the location where goods come in and leave */
  readonly location: string
  readonly counts: Readonly<Record<string, number>>
  readonly book: Book
  readonly goods: Goods
  readonly hooks: Hooks
  /** what API clients changed, in order */
  readonly log: readonly Effect[]
  /** a vendor, a customer, and these articles */
  stock(articles: Parameters<typeof stock>[1], currencyCode: string): void
  /** breaks every connection and comes back under the same address after `downMs` */
  restart(downMs?: number): Promise<void>
  close(): Promise<void>
}

const [tenant, environment, company] = ['contoso.onmicrosoft.com', 'production', 'f64eba74-dacd-4854-a584-1834f68cfc3a']
/** What a call that makes something is called beside its path, for faults that wait for it. */
const makes = '#new'

/**
 * Business Central on the loopback interface, held in memory: the API v2.0 of one company with `$filter` (comparisons joined by and), `$expand` of lines, `$orderby`, `$select`, pages that link on, tags that must match,
 * deep insert, `receiveAndInvoice`, subscriptions with their handshake, tokens of Entra, and two pages published as web services. Written from the published reference; statuses of faults are not published.
 *
 * Not simulated: taxes, rates of currencies, `$batch`, delta links (removed from the product in 2024), number series of one's own, approvals.
 */
export async function startBusinessCentral(options: BusinessCentralOptions): Promise<BusinessCentral> {
  const {
    faults,
    now = () => new Date(),
    clientId,
    clientSecret,
    lifeMs,
    delayMs,
    createMs = 0,
    companyName = 'CRONUS USA, Inc.',
  } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  const day = () => clock().toISOString().slice(0, 10)
  const hooks = openHooks({ company, now: clock, faults, lifeMs, delayMs })
  const book = openBook(clock, (set, id, what) => hooks.tell(set, id, what))
  const goods = openGoods(book, day)
  const { main = { code: 'MAIN' } } = options
  const location = book.add('locations', { displayName: 'Main Warehouse', city: '', ...main }).id
  book.add('companyInformation', { displayName: companyName, city: '', country: '' })
  const posting = { book, goods, day, location: main.code }
  const staff = createStaff(posting)
  const log: Effect[] = []
  const place = { tenant, environment, company, companyName }
  const routes = openDoor({ place, posting, hooks, clientId, clientSecret, wrote: (effect) => void log.push(effect) })
  const root = `${rootOf(place)}/api/v2.0`
  const server = await startRestartable({
    routes,
    faults,
    clock,
    port: options.port,
    nameOf: (c) => {
      const path = decodeURIComponent(c.req.path)
      const name = path.replace(root, '').replace(/\([^)]*\)/g, '')
      return c.req.method === 'POST' && /\/companies\/\w+$/.test(name) ? `${name}${makes}` : name
    },
    spanOf: (name) => (name.endsWith(makes) ? createMs : 0),
  })
  return {
    ...staff,
    stock: (articles, currencyCode) => stock(staff, articles, currencyCode),
    url: server.url,
    tenant,
    environment,
    company,
    location,
    counts: server.counts,
    book,
    goods,
    hooks,
    log,
    restart: server.restart,
    async close() {
      hooks.close()
      await server.close()
    },
  }
}
