import { at, isObject, type JsonObject } from '../../model/json.ts'
import type { ShopBooks } from './seed-shop.ts'
import { openShopClient, type ShopClient } from './shop-client.ts'
import type { ShopOrderPlan } from './shop-plan.ts'

/** Buys by the shop's own checkout, as a browser does. Answers the id of the order. @throws Error when a step is refused: too little stock, for one */
export async function buy(address: string, { variants }: ShopBooks, order: ShopOrderPlan): Promise<string> {
  const shop = openShopClient(address, 'shop-api')
  const refused = '... on ErrorResult { errorCode message }'
  for (const { article, quantity } of order.lines)
    await shop.ask(`mutation($v: ID!, $q: Int!) { addItemToOrder(productVariantId: $v, quantity: $q) { __typename ${refused} } }`, {
      v: variants.get(article) ?? '',
      q: quantity,
    })
  const { first, last } = order.buyer
  await shop.ask(`mutation($input: CreateCustomerInput!) { setCustomerForOrder(input: $input) { __typename ${refused} } }`, {
    input: { firstName: first, lastName: last, emailAddress: `buyer-${order.number}@example.test` },
  })
  await shop.ask('mutation($input: CreateAddressInput!) { setOrderShippingAddress(input: $input) { __typename } }', {
    input: {
      fullName: `${first} ${last}`,
      streetLine1: `${order.number + 1} Main St`,
      city: 'Portland',
      postalCode: '97201',
      countryCode: 'US',
    },
  })
  const method = at(await shop.ask('{ eligibleShippingMethods { id } }'), 'eligibleShippingMethods.0.id') ?? null
  await shop.ask(`mutation($ids: [ID!]!) { setOrderShippingMethod(shippingMethodId: $ids) { __typename ${refused} } }`, { ids: [method] })
  await shop.ask(`mutation { transitionOrderToState(state: "ArrangingPayment") { __typename ${refused} } }`)
  const paid = await shop.ask(
    `mutation { addPaymentToOrder(input: { method: "card", metadata: {} }) { __typename ... on Order { id state } ${refused} } }`,
  )
  return String(at(paid, 'addPaymentToOrder.id'))
}

const refused = '... on ErrorResult { errorCode message }'
const money = async (shop: ShopClient, id: string): Promise<{ readonly order: JsonObject; readonly payment: string }> => {
  const data = await shop.ask(
    'query($id: ID!) { order(id: $id) { totalWithTax lines { id quantity unitPriceWithTax productVariant { sku } } payments { id } } }',
    { id },
  )
  return { order: isObject(data.order) ? data.order : {}, payment: String(at(data, 'order.payments.0.id')) }
}

/**
 * The shop's people: one piece fewer of the first line, and its price back.
 */
export async function edit(shop: ShopClient, id: string, plan: ShopOrderPlan): Promise<void> {
  const move = (state: string) =>
    shop.ask(`mutation($id: ID!, $s: String!) { transitionOrderToState(id: $id, state: $s) { __typename ${refused} } }`, { id, s: state })
  const { order, payment } = await money(shop, id)
  await move('Modifying')
  await shop.ask(`mutation($input: ModifyOrderInput!) { modifyOrder(input: $input) { __typename ${refused} } }`, {
    input: {
      dryRun: false,
      orderId: id,
      adjustOrderLines: [{ orderLineId: at(order, 'lines.0.id') ?? null, quantity: plan.edited }],
      refunds: [{ paymentId: payment, amount: at(order, 'lines.0.unitPriceWithTax') ?? null, reason: 'one piece fewer' }],
    },
  })
  await move('PaymentSettled')
}

export async function cancel(shop: ShopClient, id: string): Promise<void> {
  await shop.ask(`mutation($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename ${refused} } }`, {
    input: { orderId: id, reason: 'changed their mind', cancelShipping: true },
  })
}

/** Money back without goods, settled at once. The deprecated fields are needed: without them the database refuses the refund (3.7.3). */
export async function payBack(shop: ShopClient, id: string, amount: number): Promise<void> {
  const { payment } = await money(shop, id)
  const data = await shop.ask(
    `mutation($input: RefundOrderInput!) { refundOrder(input: $input) { __typename ... on Refund { id } ${refused} } }`,
    {
      input: { paymentId: payment, amount, lines: [], shipping: 0, adjustment: amount, reason: 'goodwill' },
    },
  )
  await shop.ask(`mutation($input: SettleRefundInput!) { settleRefund(input: $input) { __typename ${refused} } }`, {
    input: { id: at(data, 'refundOrder.id') ?? null, transactionId: `back-${id}` },
  })
}
