import { api, dates, rateId, type Site } from './json.ts'
import { bareMoney, cents, money } from './money.ts'
import type { Customer, Note, Product, Refund } from './types.ts'

const noSale = { date_on_sale_from: null, date_on_sale_from_gmt: null, date_on_sale_to: null, date_on_sale_to_gmt: null }

/** What a variable product costs is what its cheapest variation costs. */
const priceOf = (product: Product, variations: readonly Product[]): string => {
  if (product.type !== 'variable') return product.regularPrice
  const prices = variations.filter(({ regularPrice }) => regularPrice !== '').map(({ regularPrice }) => cents(regularPrice))
  return prices.length === 0 ? '' : money(prices.reduce((least, price) => (price < least ? price : least)))
}

const stockFields = (product: Product) => ({
  manage_stock: product.manageStock,
  stock_quantity: product.stock,
  stock_status: product.stockStatus,
  backorders: product.backorders,
  backorders_allowed: product.backorders !== 'no',
  backordered: product.manageStock && product.backorders !== 'no' && (product.stock ?? 0) < 0,
})

const saleFields = (product: Product, price: string) => ({
  price,
  regular_price: product.regularPrice,
  sale_price: '',
  ...noSale,
})

const downloadFields = {
  virtual: false,
  downloadable: false,
  downloads: [],
  download_limit: -1,
  download_expiry: -1,
}

/** A product as `GET /products/{id}` shows it; `variations` are its own, in order. `global_unique_id` exists since WooCommerce 9.2. */
export const productJson = (product: Product, variations: readonly Product[], site: Site) => {
  const price = priceOf(product, variations)
  return {
    id: product.id,
    name: product.name,
    slug: product.slug,
    permalink: `${site.url}/product/${product.slug}/`,
    ...dates(site, 'date_created', product.createdAt),
    ...dates(site, 'date_modified', product.modifiedAt),
    type: product.type,
    status: product.status,
    featured: false,
    catalog_visibility: 'visible',
    description: product.description,
    short_description: '',
    sku: product.sku,
    global_unique_id: product.gtin,
    ...saleFields(product, price),
    price_html: price === '' ? '' : `<span class="woocommerce-Price-amount amount">${price}</span>`,
    on_sale: false,
    purchasable: price !== '',
    total_sales: product.totalSales,
    ...downloadFields,
    external_url: '',
    button_text: '',
    tax_status: 'taxable',
    tax_class: '',
    ...stockFields(product),
    sold_individually: false,
    weight: product.weight,
    dimensions: { length: '', width: '', height: '' },
    shipping_required: true,
    shipping_taxable: true,
    shipping_class: '',
    shipping_class_id: 0,
    reviews_allowed: true,
    average_rating: '0.00',
    rating_count: 0,
    related_ids: [],
    upsell_ids: [],
    cross_sell_ids: [],
    parent_id: product.parentId,
    purchase_note: '',
    categories: [{ id: 9, name: 'Lamps', slug: 'lamps' }],
    tags: [],
    images: [],
    attributes: product.type === 'variation' ? product.attributes : choicesOf(variations),
    default_attributes: [],
    variations: product.variationIds,
    grouped_products: [],
    menu_order: 0,
    meta_data: product.meta,
    _links: { self: api(site, `products/${product.id}`), collection: api(site, 'products') },
  }
}

const choicesOf = (variations: readonly Product[]): unknown[] => {
  const choices = new Map<string, { id: number; options: string[] }>()
  for (const { id, name, option } of variations.flatMap(({ attributes }) => attributes)) {
    const choice = choices.get(name) ?? { id, options: [] }
    if (!choice.options.includes(option)) choice.options.push(option)
    choices.set(name, choice)
  }
  return [...choices].map(([name, { id, options }], position) => ({ id, name, position, visible: true, variation: true, options }))
}

/** A variation as `GET /products/{parent}/variations/{id}` shows it. */
export const variationJson = (product: Product, site: Site) => ({
  id: product.id,
  ...dates(site, 'date_created', product.createdAt),
  ...dates(site, 'date_modified', product.modifiedAt),
  description: product.description,
  permalink: `${site.url}/product/${product.slug}/`,
  sku: product.sku,
  global_unique_id: product.gtin,
  ...saleFields(product, product.regularPrice),
  on_sale: false,
  status: product.status,
  purchasable: product.regularPrice !== '',
  ...downloadFields,
  tax_status: 'taxable',
  tax_class: '',
  ...stockFields(product),
  weight: product.weight,
  dimensions: { length: '', width: '', height: '' },
  shipping_class: '',
  shipping_class_id: 0,
  image: null,
  attributes: product.attributes,
  menu_order: 0,
  meta_data: product.meta,
  _links: {
    self: api(site, `products/${product.parentId}/variations/${product.id}`),
    collection: api(site, `products/${product.parentId}/variations`),
    up: api(site, `products/${product.parentId}`),
  },
})

/** A refund as the list under its order shows it; amounts and quantities of its lines are negative. */
export const refundJson = (refund: Refund, site: Site) => ({
  id: refund.id,
  ...dates(site, 'date_created', refund.createdAt),
  amount: money(refund.amount),
  reason: refund.reason,
  refunded_by: 1,
  refunded_payment: refund.throughGateway,
  meta_data: refund.meta,
  line_items: refund.lines.map(({ id, of, quantity, total, tax, metaId }) => ({
    id,
    name: of.name,
    product_id: of.productId,
    variation_id: of.variationId,
    quantity: -quantity,
    tax_class: '',
    subtotal: money(-total),
    subtotal_tax: money(-tax),
    total: money(-total),
    total_tax: money(-tax),
    taxes: tax === 0n ? [] : [{ id: rateId, total: bareMoney(-tax), subtotal: bareMoney(-tax) }],
    meta_data: [{ id: metaId, key: '_refunded_item_id', value: String(of.id) }],
    sku: of.sku,
    price: -Number(total) / 100 / Math.max(quantity, 1),
  })),
  _links: {
    self: api(site, `orders/${refund.orderId}/refunds/${refund.id}`),
    collection: api(site, `orders/${refund.orderId}/refunds`),
    up: api(site, `orders/${refund.orderId}`),
  },
})

/** A refund as `GET /refunds` shows it (since WooCommerce 9.0): the same with `parent_id`, the order, behind the id. */
export const refundWithParentJson = (refund: Refund, site: Site) => {
  const { id, ...rest } = refundJson(refund, site)
  return { id, parent_id: refund.orderId, ...rest }
}

export const customerJson = (customer: Customer, site: Site) => ({
  id: customer.id,
  ...dates(site, 'date_created', customer.createdAt),
  ...dates(site, 'date_modified', customer.modifiedAt),
  email: customer.email,
  first_name: customer.firstName,
  last_name: customer.lastName,
  role: 'customer',
  username: customer.username,
  billing: customer.billing,
  shipping: customer.shipping,
  is_paying_customer: customer.paying,
  avatar_url: `${site.url}/avatar/${customer.id}?s=96`,
  meta_data: customer.meta,
  _links: { self: api(site, `customers/${customer.id}`), collection: api(site, 'customers') },
})

export const noteJson = (note: Note, site: Site) => ({
  id: note.id,
  author: note.author,
  ...dates(site, 'date_created', note.createdAt),
  note: note.note,
  customer_note: note.forCustomer,
  _links: {
    self: api(site, `orders/${note.orderId}/notes/${note.id}`),
    collection: api(site, `orders/${note.orderId}/notes`),
    up: api(site, `orders/${note.orderId}`),
  },
})
