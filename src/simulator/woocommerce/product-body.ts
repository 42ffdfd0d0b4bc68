import { type Body, type FieldKinds, metaOf, objectsOf } from './body.ts'
import { cents } from './money.ts'
import { invalidParameters, refusal } from './refusal.ts'
import { type ShopBook, withMeta } from './shop-book.ts'
import { withStock } from './stock.ts'
import type { Attribute, Product } from './types.ts'

const ignored = [
  'id',
  'slug',
  'permalink',
  'date_created',
  'date_created_gmt',
  'date_modified',
  'date_modified_gmt',
  'price',
  'price_html',
  'on_sale',
  'purchasable',
  'total_sales',
  'backorders_allowed',
  'backordered',
  'related_ids',
  'variations',
  '_links',
  'parent_id',
  'average_rating',
  'rating_count',
  'shipping_required',
  'shipping_taxable',
  'shipping_class_id',
]

/** Fields of a product that a client may send; those that WooCommerce computes itself are accepted and ignored. */
export const productFields: FieldKinds = {
  ...Object.fromEntries(ignored.map((name) => [name, 'readonly' as const])),
  name: 'string',
  type: { oneOf: ['simple', 'variable'] },
  status: { oneOf: ['draft', 'pending', 'private', 'publish'] },
  description: 'string',
  sku: 'string',
  global_unique_id: 'string',
  regular_price: 'string',
  manage_stock: 'boolean',
  stock_quantity: 'integer',
  stock_status: { oneOf: ['instock', 'outofstock', 'onbackorder'] },
  backorders: { oneOf: ['no', 'notify', 'yes'] },
  weight: 'string',
  attributes: 'array',
  meta_data: 'array',
}

const attributesOf = (body: Body): readonly Attribute[] | undefined =>
  objectsOf(body, 'attributes')?.map(({ id, name, option }) => ({
    id: Number(id ?? 0),
    name: String(name ?? ''),
    option: String(option ?? ''),
  }))

const refuseTaken = (book: ShopBook, product: Product, sku: string): void => {
  if (sku === '') return
  for (const other of book.products.values()) {
    if (other.sku !== sku || other.id === product.id || other.status === 'trash') continue
    throw refusal(400, 'product_invalid_sku', 'Invalid or duplicated SKU.', { resource_id: other.id, unique_sku: `${sku}-1` })
  }
}

const priceOf = (given: string): string => {
  if (given === '') return ''
  try {
    cents(given)
    return given
  } catch (error) {
    const message = `regular_price: ${error instanceof Error ? error.message : String(error)}; this shop keeps two decimals`
    throw invalidParameters(new Map([['regular_price', { code: 'rest_invalid_type', message }]]))
  }
}

/** Applies a checked body to a product. A quantity counts only with stock management on, before or in the same body, as in WooCommerce. */
export const withProductBody = (book: ShopBook, before: Product, body: Body): Product => {
  const sku = body.text('sku') ?? before.sku
  refuseTaken(book, before, sku)
  const meta = metaOf(body)
  const managed = body.flag('manage_stock') ?? before.manageStock
  const plain: Product = {
    ...before,
    name: body.text('name') ?? before.name,
    type: before.type === 'variation' ? 'variation' : ((body.text('type') as 'simple' | 'variable' | undefined) ?? before.type),
    status: (body.text('status') as Product['status'] | undefined) ?? before.status,
    description: body.text('description') ?? before.description,
    sku,
    gtin: body.text('global_unique_id') ?? before.gtin,
    regularPrice: priceOf(body.text('regular_price') ?? before.regularPrice),
    manageStock: managed,
    stock: managed ? (before.stock ?? 0) : null,
    stockStatus: (body.text('stock_status') as Product['stockStatus'] | undefined) ?? before.stockStatus,
    backorders: (body.text('backorders') as Product['backorders'] | undefined) ?? before.backorders,
    weight: body.text('weight') ?? before.weight,
    attributes: before.type === 'variation' ? (attributesOf(body) ?? before.attributes) : before.attributes,
    meta: meta ? withMeta(before.meta, meta, () => book.nextId('meta')) : before.meta,
  }
  return withStock(plain, body.integer('stock_quantity') ?? plain.stock ?? 0)
}

/** A published simple product without price or stock, or a variation of `parent`. */
export const blankProduct = (book: ShopBook, parent?: Product): Product => {
  const id = book.nextId('post')
  const at = book.stamp()
  return {
    id,
    type: parent ? 'variation' : 'simple',
    parentId: parent?.id ?? 0,
    name: parent?.name ?? '',
    slug: parent ? `${parent.slug}-${id}` : `product-${id}`,
    status: 'publish',
    description: '',
    sku: '',
    gtin: '',
    regularPrice: '',
    manageStock: false,
    stock: null,
    stockStatus: 'instock',
    backorders: 'no',
    weight: '',
    totalSales: 0,
    attributes: [],
    variationIds: [],
    meta: [],
    createdAt: at,
    modifiedAt: at,
  }
}

/** Stores a new product; a variation is entered with its parent. */
export const addProduct = (book: ShopBook, product: Product): Product => {
  const saved = book.saveProduct(product, 'created')
  const parent = product.type === 'variation' ? book.products.get(product.parentId) : undefined
  if (parent) book.saveProduct({ ...parent, type: 'variable', variationIds: [...parent.variationIds, saved.id] }, 'updated')
  return saved
}
