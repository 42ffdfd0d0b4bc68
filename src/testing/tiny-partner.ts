import { isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { type LoopbackPartner, type PartnerAnswer, type PartnerRequest, startPartner } from './loopback-partner.ts'

export type TinyOrder = {
  readonly id: number
  readonly state: string
  readonly at: string
  readonly placed: string
  readonly total: string
  readonly currency: string
  readonly lines: readonly { readonly id: number; readonly sku: string; readonly qty: string; readonly amount: string }[]
  readonly note?: string
}
export type TinyArticle = { readonly id: number; readonly code: string; readonly name?: string }
export interface TinySale {
  readonly id: number
  rev: number
  reference: string
  state: string
  body: JsonObject
}

/** What the shop and the ERP of a test hold, and how they answer. */
export interface TinyPartner {
  readonly url: string
  readonly orders: Map<number, TinyOrder>
  readonly items: string[]
  /** figure each article of the shop shows */
  readonly shown: Map<string, number>
  readonly articles: TinyArticle[]
  readonly stock: Map<number, number>
  readonly sales: Map<number, TinySale>
  readonly requests: LoopbackPartner['requests']
  /** answers instead of the partner for as long as it is set; undefined: as usual */
  intercept: (request: PartnerRequest, usual: () => PartnerAnswer) => PartnerAnswer | Promise<PartnerAnswer>
  /** requests of a method and a path that begins so */
  calls(method: string, path: string): number
  close(): Promise<void>
}

/** `now`: the partner's clock, which its Date header tells. */
export async function startTinyPartner(now: () => number): Promise<TinyPartner> {
  const orders = new Map<number, TinyOrder>()
  const items: string[] = []
  const shown = new Map<string, number>()
  const articles: TinyPartner['articles'] = []
  const stock = new Map<number, number>()
  const sales = new Map<number, TinySale>()

  const saleRecord = (sale: TinySale): Json => ({
    id: sale.id,
    rev: sale.rev,
    reference: sale.reference,
    state: sale.state,
    lines: (Array.isArray(sale.body.lines) ? sale.body.lines : []).map((line: Json) => ({
      id: sale.id * 100 + Number(isObject(line) ? line.number : 0),
      number: isObject(line) ? (line.number ?? '') : '',
    })),
  })
  const notFound: PartnerAnswer = { status: 404, body: { error: 'not found' } }
  const ok = (body: Json): PartnerAnswer => ({ body })

  const shop = (path: string, request: PartnerRequest): PartnerAnswer => {
    if (path === '/ping') return ok({})
    if (path === '/items') return ok({ items: items.map((sku) => ({ sku })) })
    if (path === '/orders') {
      const since = request.query.get('since') ?? ''
      const page = Number(request.query.get('page') ?? '1')
      const found = [...orders.values()].filter(({ at }) => since === '' || Date.parse(at) >= Date.parse(since))
      return ok({ orders: found.slice((page - 1) * 50, page * 50) })
    }
    const [, kind, id = ''] = path.split('/')
    if (kind === 'orders') {
      const order = orders.get(Number(id))
      return order === undefined ? notFound : ok(order)
    }
    if (kind === 'stock' && request.method === 'GET') return ok({ quantity: shown.get(id) ?? 0 })
    if (kind === 'stock') {
      const body = parseJson(request.body)
      shown.set(id, Number(isObject(body) ? body.quantity : 0))
      return ok({})
    }
    return notFound
  }

  const erp = (path: string, request: PartnerRequest): PartnerAnswer => {
    if (path === '/ping') return ok({})
    if (path === '/articles') return ok({ articles: articles })
    if (path === '/stock') return ok({ stock: [...stock].map(([id, quantity]) => ({ id, quantity })) })
    const sent = request.body === '' ? {} : parseJson(request.body)
    const body = isObject(sent) ? sent : {}
    if (path === '/sales' && request.method === 'POST') {
      const sale: TinySale = { id: sales.size + 1, rev: 1, reference: String(body.reference), state: 'open', body }
      sales.set(sale.id, sale)
      return { status: 201, body: saleRecord(sale) }
    }
    if (path === '/sales') {
      const reference = request.query.get('reference')
      return ok({ sales: [...sales.values()].filter((sale) => reference === null || sale.reference === reference).map(saleRecord) })
    }
    const [, , id, verb] = path.split('/')
    const sale = sales.get(Number(id))
    if (sale === undefined) return notFound
    if (verb === 'cancel' && sale.state === 'shipped') return { status: 409, body: { error: 'shipped' } }
    if (verb === 'cancel' || request.method === 'PUT') {
      sale.rev++
      if (verb === 'cancel') sale.state = 'cancelled'
      else sale.body = body
    }
    return ok(saleRecord(sale))
  }

  const usual = (request: PartnerRequest): PartnerAnswer => {
    const [, system = '', ...rest] = request.path.split('/')
    return (system === 'shop' ? shop : erp)(`/${rest.join('/')}`, request)
  }
  const dated = (answer: PartnerAnswer): PartnerAnswer =>
    typeof answer === 'object' ? { ...answer, headers: { date: new Date(now()).toUTCString(), ...answer.headers } } : answer
  const server = await startPartner(async (request) => dated(await partner.intercept(request, () => usual(request))))
  const partner: TinyPartner = {
    url: server.url,
    orders,
    items,
    shown,
    articles,
    stock,
    sales,
    requests: server.requests,
    intercept: (_, answer) => answer(),
    calls: (method, path) => server.requests.filter((request) => request.method === method && request.path.startsWith(path)).length,
    close: server.close,
  }
  return partner
}

/** An order of one line; every field may be changed. */
export const tinyOrder = (id: number, more: Partial<TinyOrder> = {}): TinyOrder => ({
  id,
  state: 'open',
  at: '2026-11-23T08:00:00.000Z',
  placed: '2026-11-23T08:00:00.000Z',
  total: '10.00',
  currency: 'USD',
  lines: [{ id: id * 10, sku: 'LAMP', qty: '1', amount: more.total ?? '10.00' }],
  ...more,
})
