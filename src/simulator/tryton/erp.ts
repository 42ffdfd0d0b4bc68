import type { FaultBoard } from '../faults.ts'
import { startRestartable } from '../restart.ts'
import { createCalls, type Effect } from './calls.ts'
import { createDatabase } from './database.ts'
import { hooks } from './hooks.ts'
import { invoiceModels } from './models-invoice.ts'
import { orderModels } from './models-order.ts'
import { partyModels } from './models-party.ts'
import { productModels } from './models-product.ts'
import { stockModels } from './models-stock.ts'
import { methodName, rpcRoutes } from './routes.ts'
import { seed } from './seed.ts'
import { createSessions } from './sessions.ts'
import { createMasters, type Masters } from './staff-masters.ts'
import { createTrade, type Trade } from './staff-trade.ts'
import { createStockBook } from './stock-book.ts'
import { createWriter } from './write.ts'

export type { Effect } from './calls.ts'
export type { LocationInput, PartyInput, ProductInput, UnitInput } from './staff-masters.ts'
export type { LineQuantity, PurchaseInput, ReceivedLine, SaleAnswer } from './staff-trade.ts'

export type ErpOptions = {
  /** For people who read the demo; the system itself only knows its company. */
  readonly name: string
  readonly companyName: string
  /** ISO 4217: USD, EUR, CNY or GBP. */
  readonly currency: string
  readonly faults: FaultBoard
  /** True time; the system's own clock adds the fault `clock-skew`. */
  readonly now?: () => Date
  readonly port?: number
  readonly user: string
  readonly password: string
  /** `erp` when absent. */
  readonly database?: string
  /** A session dies after so long without a call; 300 s when absent, as the system's own setting. */
  readonly sessionIdleMs?: number
  /** How long a `create` takes before it can be seen, in ms; a real server needs tens of them. No time when absent. */
  readonly createMs?: number
}

export type Erp = Masters &
  Trade & {
    readonly name: string
    readonly url: string
    readonly database: string
    /** Every effect that an API client caused, in order. */
    readonly log: readonly Effect[]
    /** Requests by RPC method: `POST model.sale.sale.create`. */
    readonly counts: Readonly<Record<string, number>>
    /** Ends every session; the next call of each client is refused with 401. */
    expireSessions(): void
    /** The server goes down for a while (connections are refused) and comes back on the same port with its data, without its sessions. */
    restart(downMs?: number): Promise<void>
    close(): Promise<void>
  }

/**
 * A Tryton ERP (JSON-RPC of 6.0) on the loopback interface, held in memory, written from the answers of a running one.
 *
 * Not simulated: taxes, fiscal years, payments, lots, prices by party, queue workers (`confirm` runs through to `processing` at once, as there),
 * forms and wizards except the one for a shipment exception, `fields_get`. Case counts for nothing in `like` and stored booleans are 1 and 0, as with
 * the recorded server's SQLite; a PostgreSQL one differs in both.
 */
export const startErp = async (options: ErpOptions): Promise<Erp> => {
  const { faults, now = () => new Date(), database = 'erp' } = options
  const stamp = (): number => now().getTime()
  const clock = (): Date => new Date(stamp() + faults.skew())
  const stock = createStockBook()
  const models = [...partyModels, ...productModels(stock), ...orderModels, ...stockModels(stock), ...invoiceModels]
  const db = createDatabase(models, stamp, faults.skew)
  stock.follow(db)
  db.transaction(() => seed(db, options))

  const log: Effect[] = []
  const call = createCalls(db, stock, (effect) => log.push({ at: clock().getTime(), ...effect }))
  const sessions = createSessions(options, stamp, options.sessionIdleMs ?? 300_000)
  const preferences = {
    company_filter: 'one',
    company: 1,
    'company.rec_name': options.companyName,
    language: 'en',
    language_direction: 'ltr',
    groups: [1, 2, 3, 4, 5],
  }
  const routes = rpcRoutes({ database, sessions, call, preferences })

  const server = await startRestartable(
    {
      routes,
      faults,
      clock,
      port: options.port,
      nameOf: methodName,
      spanOf: (name) => (name.endsWith('.create') ? (options.createMs ?? 0) : 0),
    },
    sessions.clear,
  )
  const writer = createWriter(db, hooks)
  return {
    ...createMasters(db, writer, stock),
    ...createTrade(db, writer, stock),
    name: options.name,
    url: server.url,
    database,
    log,
    counts: server.counts,
    expireSessions: sessions.clear,
    restart: server.restart,
    close: server.close,
  }
}
