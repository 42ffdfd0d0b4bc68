import { type Context, Hono } from 'hono'
import type { SimulatorEnv } from '../server.ts'
import { type Body, parseBody, readBody } from './body.ts'
import { pageOf, postList, selected } from './list.ts'
import type { Parameters } from './parameters.ts'
import { addProduct, blankProduct, productFields, withProductBody } from './product-body.ts'
import { Refusal, refusal } from './refusal.ts'
import { type Answer, addressOf, answer, created, type Desk, idIn, pageAnswer, queryOf, served, shifted } from './routing.ts'
import type { Product } from './types.ts'

const productList = {
  ...postList,
  sku: { kind: 'many' },
  slug: { kind: 'text' },
  status: { kind: 'enum', values: ['any', 'draft', 'pending', 'private', 'publish', 'trash'] },
  type: { kind: 'enum', values: ['simple', 'variable', 'grouped', 'external'] },
  stock_status: { kind: 'enum', values: ['instock', 'outofstock', 'onbackorder'] },
} as const

/** A search by SKU finds variations too; every other product list leaves them out. */
const wanted = (product: Product, asked: Parameters, parent: number | undefined): boolean => {
  const sku = asked.many('sku')
  const status = asked.text('status') ?? 'any'
  const type = asked.text('type')
  const stock = asked.text('stock_status')
  return (
    (parent === undefined ? product.type !== 'variation' || sku !== undefined : product.parentId === parent) &&
    (sku?.includes(product.sku) ?? true) &&
    (status === 'any' ? product.status !== 'trash' : product.status === status) &&
    (type === undefined || product.type === type) &&
    (stock === undefined || product.stockStatus === stock) &&
    (asked.text('slug') ?? product.slug) === product.slug
  )
}

type Change = (desk: Desk, raw: Readonly<Record<string, unknown>>, parent: Product | undefined, id: number) => Product

const parentless = (product: Product | undefined, parent: Product | undefined): Product | undefined =>
  parent !== undefined && product?.parentId !== parent.id ? undefined : product

const invalidId = (status: 400 | 404, parent: Product | undefined): Refusal =>
  refusal(status, parent ? 'woocommerce_rest_product_variation_invalid_id' : 'woocommerce_rest_product_invalid_id', 'Invalid ID.')

const note = (desk: Desk, body: Body, before: Product, after: Product): void => {
  const { book } = desk
  book.effect('product-updated', after.id, body.raw)
  if (body.has('stock_quantity')) book.effect('stock-set', after.id, { sku: after.sku, from: before.stock, to: after.stock })
  if (body.has('regular_price')) book.effect('price-set', after.id, { sku: after.sku, from: before.regularPrice, to: after.regularPrice })
}

const update: Change = (desk, raw, parent, id) => {
  const { book } = desk
  const before = parentless(book.products.get(id), parent)
  const body = readBody(raw, productFields)
  if (!before) throw invalidId(400, parent)
  const after = book.saveProduct(withProductBody(book, before, body), 'updated')
  note(desk, body, before, after)
  return after
}

const create: Change = (desk, raw, parent) => {
  const { book } = desk
  const body = readBody(raw, productFields)
  if (body.integer('id')) throw refusal(400, 'woocommerce_rest_product_exists', 'Cannot create existing product.')
  const product = addProduct(book, withProductBody(book, blankProduct(book, parent), body))
  book.effect('product-created', product.id, body.raw)
  return product
}

const remove: Change = (desk, _raw, parent, id) => {
  const { book } = desk
  const product = parentless(book.products.get(id), parent)
  if (!product) throw invalidId(404, parent)
  book.effect('product-deleted', id, {})
  book.dropProduct(id)
  const owner = book.products.get(product.parentId)
  if (owner) book.saveProduct({ ...owner, variationIds: owner.variationIds.filter((own) => own !== id) }, 'updated')
  return product
}

/** One item of a batch: its record, or in its place why it was refused. The other items of the batch are done all the same. */
const batched = (desk: Desk, items: unknown, parent: Product | undefined, change: Change): string[] =>
  (Array.isArray(items) ? items : []).map((item: unknown) => {
    const raw = typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>) : { id: item }
    const id = Number(raw.id ?? 0)
    try {
      return desk.book.productText(change(desk, raw, parent, id))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return JSON.stringify({ id, error: error.body })
    }
  })

const batch = async (desk: Desk, c: Context<SimulatorEnv>, parent: Product | undefined): Promise<Answer> => {
  queryOf(desk, c)
  const body = readBody(parseBody(await c.req.text()), { create: 'array', update: 'array', delete: 'array' })
  const steps = [
    ['create', create],
    ['update', update],
    ['delete', remove],
  ] as const
  const size = steps.reduce((total, [name]) => total + (body.array(name)?.length ?? 0), 0)
  if (size > 100) {
    throw refusal(413, 'woocommerce_rest_request_entity_too_large', 'Unable to accept more than 100 items for this request.')
  }
  const done = steps
    .filter(([name]) => body.has(name))
    .map(([name, change]) => `"${name}":[${batched(desk, body.array(name), parent, change).join(',')}]`)
  return answer(`{${done.join(',')}}`)
}

const join = (base: string, rest: string): string => `${base === '/' ? '' : base}/${rest}`

/**
 * The routes of products, or of the variations of one product (`parentOf` finds it in the path). As in WooCommerce an unknown id is 404 when
 * read or deleted and 400 when written; DELETE needs `force=true` here, the simulated shop keeps no trash for products.
 */
const routes = (desk: Desk, app: Hono<SimulatorEnv>, base: string, parentOf: (c: Context<SimulatorEnv>) => Product | undefined): void => {
  const { book } = desk
  const text = book.productText
  app.get(
    base,
    served((c) => {
      const asked = queryOf(desk, c, productList)
      const parent = parentOf(c)?.id
      const read = (): Product[] =>
        selected(
          [...book.products.values()].filter((product) => wanted(product, asked, parent)),
          asked,
          {
            site: book.site.time,
            orderby: 'date',
            order: 'desc',
            titleOf: ({ name }) => name,
          },
        )
      const rows = shifted(desk, c, asked, read, (product) => book.saveProduct(product, 'updated'))
      return pageAnswer(pageOf(rows, asked), addressOf(desk, c), (product) => text(product, parent === undefined))
    }),
  )
  app.post(
    base,
    served(async (c) => {
      queryOf(desk, c)
      const product = create(desk, parseBody(await c.req.text()), parentOf(c), 0)
      const path = product.parentId > 0 ? `products/${product.parentId}/variations/${product.id}` : `products/${product.id}`
      return created(desk, path, text(product))
    }),
  )
  const batching = served((c) => batch(desk, c, parentOf(c)))
  app.post(join(base, 'batch'), batching)
  app.put(join(base, 'batch'), batching)
  app.get(
    join(base, ':id'),
    served((c) => {
      queryOf(desk, c)
      const parent = parentOf(c)
      const product = parentless(book.products.get(idIn(c)), parent)
      if (!product) throw invalidId(404, parent)
      return answer(text(product, parent === undefined))
    }),
  )
  const updating = served(async (c) => {
    queryOf(desk, c)
    const parent = parentOf(c)
    return answer(text(update(desk, parseBody(await c.req.text()), parent, idIn(c)), parent === undefined))
  })
  app.put(join(base, ':id'), updating)
  app.post(join(base, ':id'), updating)
  app.delete(
    join(base, ':id'),
    served((c) => {
      const force = queryOf(desk, c, { force: { kind: 'boolean' } }).flag('force')
      if (!force) throw refusal(501, 'woocommerce_rest_trash_not_supported', 'The product does not support trashing.')
      return answer(text(remove(desk, {}, parentOf(c), idIn(c))))
    }),
  )
}

/** `/products`, `/products/batch`, `/products/{id}` and the same under `/products/{id}/variations`. */
export const productRoutes = (desk: Desk): Hono<SimulatorEnv> => {
  const app = new Hono<SimulatorEnv>()
  routes(desk, app, '/:parent/variations', (c) => {
    const parent = desk.book.products.get(idIn(c, 'parent'))
    if (!parent || parent.type === 'variation') throw invalidId(404, undefined)
    return parent
  })
  routes(desk, app, '/', () => undefined)
  return app
}
