import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crashConnectors, crashMappings } from './connectors.ts'

/** Everything that keeps work waiting, scaled down from the defaults so that minutes of trouble pass in seconds. */
export interface Times {
  readonly leaseMs: number
  readonly sweepMs: number
  readonly timeoutMs: number
  readonly maxCrashes: number
  /** spans that pass for the hub while one passes for the driver (fake-clock.ts); with more than one, refusals are waited out by the table that every connection has */
  readonly rate: number
}
/** Longest lease and time-out that a workspace may ask for. */
const mostMs = 600_000
/** No delivery and no envelope is to blame for being under way when a process is killed: the count of crashes is out of the way. */
export const shortTimes: Times = { leaseMs: 1500, sweepMs: 100, timeoutMs: 700, maxCrashes: 100, rate: 1 }

export const hookSecret = 'crash-hook-secret'
const retry = { waitsMs: [50, 100, 200, ...Array.from({ length: 47 }, () => 400)], retryAfterMinMs: 50, retryAfterMaxMs: 1000 }

export const routeNames = ['sale', 'book', 'letter', 'stock'] as const
export type RouteName = (typeof routeNames)[number]

/** Writes the workspace of the crash world. `partner`: address that the hub calls, in the network `open`; `live`: routes that send, the others are off. */
export function writeWorkspace(
  folder: string,
  partner: string,
  { open, tenant }: { readonly open: string; readonly tenant: string },
  times: Times,
  live: readonly RouteName[] = routeNames,
): void {
  const { rate, maxCrashes } = times
  const spans = { leaseMs: Math.min(mostMs, times.leaseMs * rate), sweepMs: times.sweepMs * rate }
  const connection = (connector: string, streams: Readonly<Record<string, number>>, config: object = {}) => ({
    connector,
    books: 'HARBOUR',
    config: { url: partner, ...config },
    streams: Object.fromEntries(Object.entries(streams).map(([name, everyMs]) => [name, { every: `${everyMs * rate}ms` }])),
    allowPrivate: [open],
    limits: { concurrency: 8 },
    timeoutMs: Math.min(mostMs, times.timeoutMs * rate),
  })
  const route = (id: RouteName, document: string, to: string, action: string) => ({
    id,
    document,
    to,
    action,
    mode: live.includes(id) ? 'live' : 'off',
  })
  write(folder, 'crossdock.json', {
    tenant,
    connections: {
      shop: connection('crash-shop', { orders: 400, items: 2000 }, { secret: hookSecret, timeZone: 'UTC' }),
      erp: connection('crash-erp', { articles: 2000, stock: 2000, sales: 700 }, { timeZone: 'UTC' }),
      bank: connection('crash-bank', {}),
      post: connection('crash-post', {}),
    },
    routes: [
      route('sale', 'sales-order', 'erp', 'sale'),
      route('book', 'sales-order', 'bank', 'book'),
      route('letter', 'sales-order', 'post', 'letter'),
      route('stock', 'stock-level', 'shop', 'set-stock'),
    ],
    settings: { ...spans, maxCrashes, deliverConcurrency: 4, ...(rate === 1 ? { retry } : {}) },
  })
  for (const connector of crashConnectors)
    write(folder, `connectors/${connector.name}/connector.ts`, `export default ${JSON.stringify(connector, null, 1)}\n`)
  for (const [name, text] of Object.entries(crashMappings)) write(folder, `mappings/${name}.json`, text)
}

function write(folder: string, name: string, content: object | string): void {
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
}
