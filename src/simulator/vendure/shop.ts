import { Hono } from 'hono'
import { isObject, type JsonObject, parseJson } from '../../model/json.ts'
import type { FaultBoard } from '../faults.ts'
import { OperationError, project, readOperation } from '../graphql/operation.ts'
import { type SimulatorEnv, startServer } from '../server.ts'
import type { Book } from './book.ts'
import { ListError } from './lists.ts'
import { mutations, queries } from './operations.ts'
import { createPlugin, type PluginEvents } from './plugin.ts'
import { createStaff, type Staff } from './staff.ts'
import { views } from './views.ts'

export interface VendureOptions {
  /** ISO 4217, with two decimals */
  readonly currency: string
  readonly username: string
  readonly password: string
  readonly apiKey?: string
  /** percent; 20 when absent. Of shipping: the same when absent */
  readonly taxRate?: number
  readonly shippingTaxRate?: number
  readonly pricesIncludeTax?: boolean
  /** of the first location; that of a new server when absent */
  readonly locationName?: string
  readonly faults: FaultBoard
  /** true time; the shop's own clock adds the fault `clock-skew` */
  readonly now?: () => Date
  readonly port?: number
}
export type Vendure = Staff & {
  readonly url: string
  /** what it keeps, to be looked at only */
  readonly book: Readonly<Book>
  /** number of the first location */
  readonly location: number
  /** requests by operation: `POST Orders` */
  readonly counts: Readonly<Record<string, number>>
  /** what clients of the API changed, in order */
  readonly log: readonly { readonly mutation: string; readonly input: JsonObject }[]
  readonly plugin: Omit<PluginEvents, 'tell' | 'handle'>
  /** sessions: how often somebody logged in, and their end */
  readonly sessions: { begun(): number; end(): void }
  close(): Promise<void>
}

/**
 * A Vendure 3.7 on the loopback interface, held in memory: the operations of the Admin API that the hub uses, read as GraphQL, and the events of the plugin. What it answers was recorded from a
 * real one (connectors/vendure/fixtures). As there, an order's `updatedAt` has whole seconds and moves with its content only, not with its state, fulfilments and refunds; a refusal is a 200.
 *
 * Lines are rounded once, as a MoneyStrategy may do; its discounts are entered for whole lines.
 *
 * Not simulated: promotions, surcharges, further payments of a modified order, draft orders, several channels, allocation at other than the first location, customers, and fields that nobody here reads.
 */
export async function startVendure(options: VendureOptions): Promise<Vendure> {
  const { faults, now = () => new Date() } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  const ids = new Map<string, number>()
  const book: Book = {
    currency: options.currency,
    taxRate: options.taxRate ?? 20,
    shippingTaxRate: options.shippingTaxRate ?? options.taxRate ?? 20,
    pricesIncludeTax: options.pricesIncludeTax ?? false,
    variants: new Map(),
    levels: new Map(),
    locations: new Map(),
    orders: new Map(),
    now: () => clock().toISOString(),
    second: () => `${clock().toISOString().slice(0, 19)}.000Z`,
    nextId: (kind) => {
      const id = (ids.get(kind) ?? 0) + 1
      ids.set(kind, id)
      return id
    },
  }
  const { tell, handle, ...plugin } = createPlugin(faults, clock)
  const staff = createStaff(book, tell, handle)
  const location = staff.addLocation(options.locationName ?? 'Default Stock Location')
  const seen = views(book)
  const log: { mutation: string; input: JsonObject }[] = []
  const roots = {
    query: queries(book, seen),
    mutation: mutations(book, staff, seen, (mutation, input) => log.push({ mutation, input })),
  }
  const tokens = new Set<string>()
  let begun = 0

  const routes = new Hono<SimulatorEnv>()
  routes.post('/admin-api', async (c) => {
    const body = parseJson(await c.req.text())
    const { query, variables } = isObject(body) ? body : {}
    const failed = (message: string, code: string, path: readonly string[] = []) =>
      c.json({ errors: [{ message, path, extensions: { code } }], data: null })
    try {
      const { kind, fields } = readOperation(String(query), isObject(variables) ? variables : {})
      const [first] = fields
      if (first?.name === 'login') {
        const isKnown = first.args.username === options.username && first.args.password === options.password
        if (isKnown) {
          begun++
          const token = `${String(begun).padStart(4, '0')}${'c0ffee'.repeat(10)}`
          tokens.add(token)
          c.header('vendure-auth-token', token)
        }
        const answer = isKnown
          ? { __typename: 'CurrentUser', id: '1' }
          : {
              __typename: 'InvalidCredentialsError',
              errorCode: 'INVALID_CREDENTIALS_ERROR',
              message: 'The provided credentials are invalid',
            }
        return c.json({ data: project({ login: answer }, fields, kind) })
      }
      const bearer = c.req.header('authorization')?.replace(/^Bearer /, '') ?? ''
      const isGood = tokens.has(bearer) || (options.apiKey !== undefined && c.req.header('vendure-api-key') === options.apiKey)
      if (!isGood) return failed('You are not currently authorized to perform this action', 'FORBIDDEN', [first?.name ?? ''])
      return c.json({ data: project(roots[kind], fields, kind) })
    } catch (error) {
      if (error instanceof ListError) return failed(error.message, 'USER_INPUT_ERROR')
      if (!(error instanceof OperationError)) throw error
      return /doesn't exist on type|syntax error/.test(error.message)
        ? c.json({ errors: [{ message: error.message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }, 400)
        : failed(error.message, 'ENTITY_NOT_FOUND')
    }
  })
  const server = await startServer({
    routes,
    faults,
    clock,
    nameOf: async (c) => /(?:query|mutation)\s+(\w+)/.exec(await c.req.text())?.[1] ?? 'unnamed',
    ...(options.port === undefined ? {} : { port: options.port }),
  })
  return {
    ...staff,
    url: server.url,
    book,
    location,
    counts: server.counts,
    log,
    plugin,
    sessions: { begun: () => begun, end: () => tokens.clear() },
    close: server.close,
  }
}
