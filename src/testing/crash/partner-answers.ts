import { pageSize } from './connectors.ts'
import { type CrashOrder, type PartnerLog, revisionOf } from './partner-log.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readonly<Record<string, unknown>>
}
export interface Answer {
  readonly status: number
  readonly body: unknown
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const notFound: Answer = { status: 404, body: { error: 'not found' } }

/** Does what is asked, and notes every effect. */
export function answer(log: PartnerLog, asked: Asked): Answer {
  if (asked.path.endsWith('/ping')) return ok({})
  const [, room = '', kind = '', id = ''] = asked.path.split('/')
  if (room === 'shop') return shop(log, asked, kind, id)
  if (room === 'erp') return erp(log, asked, kind, id)
  const reference = String(asked.body.reference)
  if (room === 'letters') {
    log.note('letter', reference, 1)
    return { status: 201, body: { id: log.effects.length } }
  }
  if (room !== 'bookings') return notFound
  const key = String(asked.headers['idempotency-key'])
  const known = log.bookings.get(key)
  if (known === undefined) log.note('booking', reference, 1, key)
  log.bookings.set(key, known ?? log.bookings.size + 1)
  return { status: 201, body: { id: log.bookings.get(key) } }
}

function shop(log: PartnerLog, { method, query, body }: Asked, kind: string, id: string): Answer {
  if (kind === 'items') return ok({ items: log.skus.map((sku) => ({ sku })) })
  if (kind === 'stock' && method === 'PUT') {
    log.shown.set(id, Number(body.quantity))
    log.note('stock', id, Number(body.quantity))
    return ok({})
  }
  if (kind !== 'orders') return notFound
  if (id !== '') {
    const order = log.orders.get(Number(id))
    return order === undefined ? notFound : ok(order)
  }
  const since = Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z')
  const page = Number(query.get('page') ?? '1')
  const found = [...log.orders.values()].filter(({ at }) => Date.parse(at) >= since).sort(byTime)
  return ok({ orders: found.slice((page - 1) * pageSize, page * pageSize) })
}

const byTime = (a: CrashOrder, b: CrashOrder): number => Date.parse(a.at) - Date.parse(b.at) || a.id - b.id

function erp(log: PartnerLog, { method, query, body }: Asked, kind: string, id: string): Answer {
  if (kind === 'articles') return ok({ articles: log.skus.map((code, index) => ({ id: index + 1, code })) })
  if (kind === 'stock') return ok({ stock: [...log.onHand].map(([article, quantity]) => ({ id: article, quantity })) })
  if (kind !== 'sales') return notFound
  if (method === 'POST') {
    const sale = { id: log.sales.size + 1, rev: 1, reference: String(body.reference), body }
    log.sales.set(sale.id, sale)
    log.note('sale', sale.reference, revisionOf(body.rev))
    return { status: 201, body: record(sale) }
  }
  const wanted = query.get('reference')
  if (id === '')
    return ok({ sales: [...log.sales.values()].filter(({ reference }) => wanted === null || reference === wanted).map(record) })
  const sale = log.sales.get(Number(id))
  if (sale === undefined) return notFound
  if (method === 'PUT') {
    sale.rev++
    sale.body = body
    log.note('sale-change', sale.reference, revisionOf(body.rev))
  }
  return ok(record(sale))
}

function record({
  id,
  rev,
  reference,
  body,
}: {
  readonly id: number
  readonly rev: number
  readonly reference: string
  readonly body: Readonly<Record<string, unknown>>
}): object {
  const lines = Array.isArray(body.lines) ? (body.lines as readonly { readonly number?: unknown }[]) : []
  return { id, rev, reference, state: 'open', lines: lines.map(({ number }) => ({ id: id * 100 + Number(number), number })) }
}
