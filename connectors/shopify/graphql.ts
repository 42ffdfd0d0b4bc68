import type { Call, JsonTemplate, Page, Path } from '../../src/connector/types.ts'

/** One operation of the Admin API; `cost` is the points of a first call, later ones take what the answer told. */
export const ask = (query: string, variables: JsonTemplate = {}, cost = 10): Call => ({
  path: '/graphql.json',
  graphql: { query: query.replaceAll(/\s+/g, ' ').trim(), variables },
  cost,
})

/** Pages of a connection. `pageInfo` tells a cursor with the last page too. */
export const connectionAt = (path: Path): { readonly records: Path; readonly page: Page } => ({
  records: `${path}.nodes`,
  page: { kind: 'token', next: `${path}.pageInfo.endCursor`, more: `${path}.pageInfo.hasNextPage` },
})

const money = 'shopMoney { amount currencyCode }'
const address = 'firstName lastName company address1 address2 city province provinceCode zip countryCodeV2 phone'
const lineFields = `id sku name quantity currentQuantity variant { inventoryItem { legacyResourceId } }
  originalUnitPriceSet { ${money} } originalTotalSet { ${money} }
  discountAllocations { allocatedAmountSet { ${money} } } taxLines { title ratePercentage priceSet { ${money} } }`
const shippingFields = `title code discountedPriceSet { ${money} } taxLines { title ratePercentage priceSet { ${money} } }`
const orderFields = `legacyResourceId name createdAt updatedAt processedAt cancelledAt closedAt
  displayFinancialStatus displayFulfillmentStatus currencyCode taxesIncluded sourceName note email phone
  billingAddress { ${address} } shippingAddress { ${address} }
  subtotalPriceSet { ${money} } totalTaxSet { ${money} } totalTipReceivedSet { ${money} } totalPriceSet { ${money} }`
const order = `${orderFields}
  shippingLines(first: 20) { nodes { ${shippingFields} } }
  lineItems(first: 50) { nodes { ${lineFields} } pageInfo { hasNextPage } }`

export const ordersQuery = `query Orders($query: String, $after: String) {
  orders(first: 25, after: $after, sortKey: UPDATED_AT, query: $query) { nodes { ${order} } pageInfo { hasNextPage endCursor } } }`
export const orderQuery = `query Order($id: ID!) { order(id: $id) { ${order} } }`
export const orderKeysQuery = `query OrderKeys($after: String) {
  orders(first: 250, after: $after, sortKey: ID) { nodes { legacyResourceId } pageInfo { hasNextPage endCursor } } }`
export const orderLinesQuery = `query OrderLines($id: ID!, $after: String) {
  order(id: $id) { lineItems(first: 100, after: $after) { nodes { ${lineFields} } pageInfo { hasNextPage endCursor } } } }`
export const refundsQuery = `query OrderRefunds($id: ID!) { order(id: $id) { refunds(first: 100) {
  legacyResourceId processedAt updatedAt note order { legacyResourceId } totalRefundedSet { ${money} }
  refundLineItems(first: 100) { nodes { quantity restockType lineItem { id } subtotalSet { ${money} } } } } } }`
export const fulfilmentsQuery = `query OrderFulfilments($id: ID!) { order(id: $id) { fulfillments(first: 100) {
  legacyResourceId name status createdAt updatedAt order { legacyResourceId } location { legacyResourceId } trackingInfo { company number url }
  fulfillmentLineItems(first: 100) { nodes { id quantity lineItem { id sku variant { inventoryItem { legacyResourceId } } } } } } } }`

/** Whether an order has returns stands in the list of orders; what they are is asked for order by order, three at a time, because lists inside lists are dear. */
const hasReturns = 'legacyResourceId updatedAt returns(first: 1) { nodes { id } }'
export const returningQuery = `query Returning($query: String, $after: String) {
  orders(first: 50, after: $after, sortKey: UPDATED_AT, query: $query) { nodes { ${hasReturns} } pageInfo { hasNextPage endCursor } } }`
export const returningOrderQuery = `query ReturningOrder($id: ID!) { order(id: $id) { ${hasReturns} } }`
export const returnsQuery = `query OrderReturns($id: ID!, $after: String) { order(id: $id) { returns(first: 3, after: $after) { nodes {
  id name status createdAt closedAt decline { reason note } order { legacyResourceId }
  refunds(first: 1) { nodes { legacyResourceId } } exchangeLineItems(first: 1) { nodes { id } }
  returnLineItems(first: 50) { nodes { __typename id quantity returnReasonNote customerNote ... on ReturnLineItem {
    returnReasonDefinition { name } withCodeDiscountedTotalPriceSet { ${money} } fulfillmentLineItem { id lineItem { id } } } } }
  reverseFulfillmentOrders(first: 3) { nodes { lineItems(first: 50) { nodes {
    fulfillmentLineItem { id } dispositions { createdAt quantity type } } } } } } pageInfo { hasNextPage endCursor } } } }`

/** Of a bulk operation: a text inside the variables, so that its braces are doubled. Lists inside lists (the lines of refunds) cannot be in one. */
export const ordersInBulk = `{ orders(query: "updated_at:>='SINCE'") { edges { node { __typename id ${orderFields}
  shippingLines { edges { node { __typename ${shippingFields} } } } lineItems { edges { node { __typename ${lineFields} } } } } } } }`
  .replaceAll(/\s+/g, ' ')
  .replaceAll(/[{}]/g, '$&$&')
  .replace('SINCE', '{since}')
export const runBulk = `mutation RunBulk($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: true) { bulkOperation { id } userErrors { code field message } } }`
export const bulkQuery = 'query Bulk($id: ID!) { node(id: $id) { ... on BulkOperation { status errorCode url partialDataUrl } } }'
export const cancelBulk =
  'mutation CancelBulk($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { field message } } }'

const variant = 'sku barcode title updatedAt inventoryItem { legacyResourceId } product { title }'
export const variantsQuery = `query Variants($query: String, $after: String) {
  productVariants(first: 100, after: $after, sortKey: ID, query: $query) { nodes { ${variant} } pageInfo { hasNextPage endCursor } } }`
export const variantQuery = `query Variant($id: ID!) { inventoryItem(id: $id) { variants(first: 1) { nodes { ${variant} } } } }`
export const variantKeysQuery = `query VariantKeys($after: String) {
  productVariants(first: 250, after: $after, sortKey: ID) { nodes { inventoryItem { legacyResourceId } } pageInfo { hasNextPage endCursor } } }`

const level =
  'updatedAt item { legacyResourceId sku } location { legacyResourceId name } quantities(names: ["available"]) { name quantity }'
export const levelsQuery = `query Levels($location: ID!, $query: String, $after: String) {
  location(id: $location) { inventoryLevels(first: 100, after: $after, query: $query) { nodes { ${level} } pageInfo { hasNextPage endCursor } } } }`
export const levelQuery = `query Level($item: ID!, $location: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $location) { ${level} } } }`

export const locationsQuery = `query Locations($after: String) {
  locations(first: 50, after: $after) { nodes { legacyResourceId name isActive updatedAt address { city countryCode } } pageInfo { hasNextPage endCursor } } }`

export const transfersQuery = `query Transfers($query: String, $after: String) {
  inventoryTransfers(first: 25, after: $after, sortKey: ID, query: $query) { nodes {
    id name status dateCreated referenceName totalQuantity receivedQuantity
    origin { name location { legacyResourceId } } destination { name location { legacyResourceId } }
    lineItems(first: 100) { nodes { id title totalQuantity shippedQuantity inventoryItem { legacyResourceId sku } } } } pageInfo { hasNextPage endCursor } } }`

export const setQuantities = `mutation SetQuantities($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { createdAt changes { name delta quantityAfterChange } } userErrors { code field message } } }`

export const openLinesQuery = `query OpenLines($id: ID!) { order(id: $id) { displayFulfillmentStatus fulfillmentOrders(first: 50, query: "-status:closed -status:cancelled") { nodes {
  id status lineItems(first: 100) { nodes { id remainingQuantity lineItem { id } } } } } } }`
export const fulfil = `mutation Fulfil($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { legacyResourceId status } userErrors { field message } } }`
export const updateTracking = `mutation UpdateTracking($id: ID!, $tracking: FulfillmentTrackingInput!) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: false) {
    fulfillment { legacyResourceId } userErrors { field message } } }`

export const fulfilmentQuery = 'query Fulfilment($id: ID!) { fulfillment(id: $id) { displayStatus } }'
export const cancelFulfilment = `mutation CancelFulfilment($id: ID!) {
  fulfillmentCancel(id: $id) { fulfillment { legacyResourceId status } userErrors { field message } } }`

export const hooksQuery = `query Hooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) { nodes { legacyResourceId topic uri format } pageInfo { hasNextPage endCursor } } }`
export const createHook = `mutation CreateHook($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) { webhookSubscription { legacyResourceId } userErrors { field message } } }`
export const renewHook = `mutation RenewHook($id: ID!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $subscription) { webhookSubscription { legacyResourceId } userErrors { field message } } }`
export const shopQuery = 'query Shop { shop { name currencyCode ianaTimezone } }'
