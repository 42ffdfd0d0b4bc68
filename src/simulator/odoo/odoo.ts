import type { Json, JsonObject } from '../../model/json.ts'
import type { FaultBoard } from '../faults.ts'
import { startRestartable } from '../restart.ts'
import { createDatabase, type Database, type Row } from './database.ts'
import { callMethod, hasEffect } from './methods.ts'
import type { Series } from './models.ts'
import { callName, rpcRoutes } from './routes.ts'
import { seed } from './seed.ts'
import { createStaff, type Staff } from './staff.ts'
import { recompute } from './trade.ts'

export interface OdooOptions {
  readonly companyName: string
  /** ISO 4217 */
  readonly currency: string
  readonly faults: FaultBoard
  /** true time; the system's own clock adds the fault `clock-skew` */
  readonly now?: () => Date
  readonly port?: number
  readonly apiKey: string
  readonly login?: string
  /** `odoo` when absent */
  readonly database?: string
  /** `older`: names of fields and the protocol of Odoo 17 and 18, JSON-RPC alone; `now`, when absent: Odoo 19, which speaks both */
  readonly series?: Series
  /** how long a call that creates takes, in ms; what is asked meanwhile does not see it. 0 when absent */
  readonly createMs?: number
}
export interface Effect {
  readonly model: string
  readonly method: string
  readonly args: JsonObject
  readonly result: Json
}
export type Odoo = Staff & {
  readonly url: string
  readonly database: string
  /** requests by model and method: `POST purchase.order.create` */
  readonly counts: Readonly<Record<string, number>>
  /** every call of an API client that changed something, in order */
  readonly log: readonly Effect[]
  /** ends the key; the next call of each client is refused until it has the new one */
  changeKey(apiKey: string): void
  rows(model: string): readonly Row[]
  /** @throws Refusal MissingError */
  row(model: string, id: number): Row
  /** breaks every connection and comes back under the same address after `downMs` */
  restart(downMs?: number): Promise<void>
  close(): Promise<void>
}

/**
 * An Odoo on the loopback interface, held in memory, written from its sources: web_search_read, web_read, search_read, create and write of twenty models, and the buttons of orders, pickings and invoices, over
 * JSON-2 and JSON-RPC. Times are kept in microseconds, one for each transaction, and told in seconds; a line moves its order only where the totals change.
 *
 * Not simulated: access rights, taxes, several companies, fiscal years, lots and owners, reservations against stock, mail, and fields nobody here reads.
 */
export async function startOdoo(options: OdooOptions): Promise<Odoo> {
  const { faults, now = () => new Date(), series = 'now', database = 'odoo', login = 'hub' } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  let key = options.apiKey
  let last = 0
  // the clock of a database runs on between two transactions, also where that of a test stands
  const stamp = (): number => {
    last = Math.max(clock().getTime() * 1000, last + 1)
    return last
  }
  const db: Database = createDatabase(series, stamp, (model, row, fields) => recompute(db, model, row, fields))
  db.transaction(() => seed(db, options))
  const log: Effect[] = []
  const routes = rpcRoutes({
    database,
    login,
    apiKey: () => key,
    speaks: { json2: series === 'now', jsonRpc: true },
    call: (model, method, args) => {
      const result = callMethod(db, model, method, args)
      if (hasEffect(method)) log.push({ model, method, args, result })
      return result
    },
  })
  const server = await startRestartable({
    routes,
    faults,
    clock,
    port: options.port,
    nameOf: callName,
    spanOf: (name) => (name.endsWith('.create') ? (options.createMs ?? 0) : 0),
  })
  return {
    ...createStaff(db),
    url: server.url,
    database,
    counts: server.counts,
    log,
    changeKey: (apiKey) => {
      key = apiKey
    },
    rows: db.rows,
    row: db.row,
    restart: server.restart,
    close: server.close,
  }
}
