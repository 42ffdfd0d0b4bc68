import type { Call, JsonTemplate, Page, Path } from '../../src/connector/types.ts'

/** One operation of the Admin API. */
export const ask = (query: string, variables: JsonTemplate = {}): Call => ({
  path: '/admin-api',
  graphql: { query: query.replaceAll(/\s+/g, ' ').trim(), variables },
})

/** Pages of a paginated list. Vendure counts rows, so one that leaves the list moves the others up: its total tells. */
export const listAt = (path: Path, size: number): { readonly records: Path; readonly page: Page } => ({
  records: `${path}.items`,
  page: { kind: 'offset', size, total: { path: `${path}.totalItems` } },
})
export const pageOf = { skip: '{page.offset}', take: '{page.size}' }

/** What a mutation says instead of its result: read by the engine. */
const refused = '... on ErrorResult { errorCode message }'

export const loginMutation = `mutation Login($username: String!, $password: String!) {
  login(username: $username, password: $password, rememberMe: true) { __typename ... on CurrentUser { id } ${refused} } }`
export const channelQuery = 'query Channel { activeChannel { code defaultCurrencyCode } }'

const address = 'fullName company streetLine1 streetLine2 city province postalCode country countryCode phoneNumber'
const discount = 'description amount amountWithTax'
const fulfilment = `id state method trackingCode createdAt updatedAt lines { orderLineId quantity }`
const order = `id code state type active createdAt updatedAt orderPlacedAt currencyCode couponCodes
  customer { id firstName lastName emailAddress phoneNumber } shippingAddress { ${address} } billingAddress { ${address} }
  lines { id quantity orderPlacedQuantity productVariant { id sku name } unitPrice unitPriceWithTax linePrice linePriceWithTax
    proratedLinePrice proratedLinePriceWithTax taxRate taxLines { description taxRate } discounts { ${discount} } }
  surcharges { id description sku price priceWithTax taxRate }
  shippingLines { id shippingMethod { code name } discountedPrice discountedPriceWithTax }
  subTotal subTotalWithTax shipping shippingWithTax total totalWithTax taxSummary { description taxRate taxBase taxTotal }
  payments { id method amount state transactionId createdAt updatedAt
    refunds { id state total reason method transactionId createdAt updatedAt lines { orderLineId quantity } } }
  fulfillments { ${fulfilment} }
  modifications { id createdAt priceChange note isSettled }`

export const ordersQuery = `query Orders($options: OrderListOptions) { orders(options: $options) { items { ${order} } totalItems } }`
export const orderQuery = `query Order($id: ID!) { order(id: $id) { ${order} } }`
export const orderKeysQuery = 'query OrderKeys($options: OrderListOptions) { orders(options: $options) { items { id } totalItems } }'
export const orderWatchQuery = `query OrderWatch($options: OrderListOptions) { orders(options: $options) { items { id state
  payments { id state refunds { id state } } fulfillments { id state } } totalItems } }`
export const openLinesQuery = `query OpenLines($id: ID!) { order(id: $id) { id state
  lines { id quantity fulfillmentLines { quantity fulfillment { state } } } } }`
export const fulfilmentsQuery = `query Fulfilments($id: ID!) { order(id: $id) { fulfillments { ${fulfilment} } } }`
export const orderStateQuery = 'query OrderState($id: ID!) { order(id: $id) { id state } }'

const levels = 'stockLevels { id stockLocationId stockOnHand stockAllocated updatedAt }'
const variant = 'id sku name enabled currencyCode price priceWithTax createdAt updatedAt product { id name }'
export const variantsQuery = `query Variants($options: ProductVariantListOptions) {
  productVariants(options: $options) { items { ${variant} } totalItems } }`
export const variantQuery = `query Variant($id: ID!) { productVariant(id: $id) { ${variant} } }`
export const variantKeysQuery = `query VariantKeys($options: ProductVariantListOptions) {
  productVariants(options: $options) { items { id } totalItems } }`
export const stockQuery = `query Stock($options: ProductVariantListOptions) {
  productVariants(options: $options) { items { id sku ${levels} } totalItems } }`
export const variantStockQuery = `query VariantStock($id: ID!) { productVariant(id: $id) { id sku ${levels} } }`
export const locationsQuery = `query Locations($options: StockLocationListOptions) {
  stockLocations(options: $options) { items { id name description createdAt updatedAt } totalItems } }`
export const customersQuery = `query Customers($options: CustomerListOptions) { customers(options: $options) {
  items { id title firstName lastName emailAddress phoneNumber createdAt updatedAt
    addresses { id fullName company streetLine1 streetLine2 city province postalCode country { code } phoneNumber defaultShippingAddress defaultBillingAddress } }
  totalItems } }`
export const customerQuery = `query Customer($id: ID!) { customer(id: $id) {
  id title firstName lastName emailAddress phoneNumber createdAt updatedAt
  addresses { id fullName company streetLine1 streetLine2 city province postalCode country { code } phoneNumber defaultShippingAddress defaultBillingAddress } } }`

export const setStockMutation = `mutation SetStock($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id ${levels} } }`
export const fulfilMutation = `mutation Fulfil($input: FulfillOrderInput!) {
  addFulfillmentToOrder(input: $input) { __typename ... on Fulfillment { id state } ${refused} } }`
export const moveFulfilmentMutation = `mutation MoveFulfilment($id: ID!, $state: String!) {
  transitionFulfillmentToState(id: $id, state: $state) { __typename ... on Fulfillment { id state } ${refused} } }`
export const cancelMutation = `mutation CancelOrder($input: CancelOrderInput!) {
  cancelOrder(input: $input) { __typename ... on Order { id state } ${refused} } }`
