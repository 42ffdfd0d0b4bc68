import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { packageRoot } from '../../package-root.ts'
import { createFaultBoard } from '../faults.ts'
import { startVendure, type Vendure } from './shop.ts'

interface Exchange {
  readonly request: { readonly json: { readonly query: string; readonly variables: JsonObject } }
  readonly answer: { readonly body: JsonObject }
}
/** What a Vendure 3.7.3 answered to the connector's own requests. */
const recorded: readonly Exchange[] = (() => {
  const file = join(packageRoot, 'connectors', 'vendure', 'fixtures', 'conversation.json')
  const found: Exchange[] = []
  const visit = (value: Json): void => {
    if (Array.isArray(value)) for (const item of value) visit(item)
    else if (isObject(value)) {
      if (isObject(value.request) && isObject(value.answer)) found.push(value as unknown as Exchange)
      else for (const field of Object.values(value)) visit(field ?? null)
    }
  }
  visit(JSON.parse(readFileSync(file, 'utf8')))
  return found
})()
const nameOf = (query: string): string => /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? ''

let shop: Vendure
let token = ''
const post = async (query: string, variables: JsonObject, authorization = `Bearer ${token}`) => {
  const answer = await fetch(`${shop.url}/admin-api`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query, variables }),
  })
  token = answer.headers.get('vendure-auth-token') ?? token
  return { status: answer.status, body: (await answer.json()) as JsonObject }
}
const login =
  'mutation Login($username: String!, $password: String!) { login(username: $username, password: $password) { __typename ... on CurrentUser { id } ... on ErrorResult { errorCode message } } }'

beforeAll(async () => {
  shop = await startVendure({ currency: 'GBP', username: 'admin', password: 'password', faults: createFaultBoard(1) })
  const [red, blue, shade] = ['LAMP-RED', 'LAMP-BLUE', 'SHADE-L'].map((sku) => shop.addVariant({ sku, name: sku, price: 3499, stock: 40 }))
  if (red === undefined || blue === undefined || shade === undefined) throw new Error('three variants')
  const buy = (variant: number, quantity: number) => shop.placeOrder({ lines: [{ variant, quantity }], shipping: 490 })
  shop.placeOrder({
    lines: [
      { variant: red, quantity: 4 },
      { variant: shade, quantity: 1 },
    ],
    shipping: 490,
  })
  for (const variant of [blue, red, shade]) buy(variant, 2)
  shop.refund(2, 500, 'scratched')
  const packed = shop.fulfil(1, { lines: [{ line: 1, quantity: 1 }], method: 'Royal Mail', tracking: 'RM1' })
  shop.moveFulfilment(packed.id, 'Shipped')
  await post(login, { username: 'admin', password: 'password' })
})
afterAll(() => shop.close())

type Shape = string | readonly Shape[] | { readonly [name: string]: Shape }
/** What a value is made of: of a list the shape of all its items together, of nothing `null`. */
function shapeOf(value: Json): Shape {
  if (Array.isArray(value)) return value.length === 0 ? [] : [value.map((item: Json) => shapeOf(item)).reduce(together)]
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shapeOf(field ?? null)]))
  return value === null ? 'null' : typeof value
}
function together(a: Shape, b: Shape): Shape {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === 0 ? b : b.length === 0 ? a : [together(a[0], b[0])]
  if (typeof a === 'object' && typeof b === 'object' && !Array.isArray(a) && !Array.isArray(b)) {
    const [x, y] = [a as Record<string, Shape>, b as Record<string, Shape>]
    return Object.fromEntries(
      [...new Set([...Object.keys(x), ...Object.keys(y)])].map((name) => [name, together(x[name] ?? 'null', y[name] ?? 'null')]),
    )
  }
  return a === 'null' ? b : a
}
/** Places where the simulator's answer is made of something else. An empty list and nothing fit anything: the two shops hold different things. */
function differences(real: Shape, simulated: Shape, path = ''): readonly string[] {
  if (real === 'null' || simulated === 'null') return []
  if (Array.isArray(real) && Array.isArray(simulated))
    return real.length === 0 || simulated.length === 0 ? [] : differences(real[0], simulated[0], `${path}[]`)
  if (typeof real === 'object' && typeof simulated === 'object' && !Array.isArray(real) && !Array.isArray(simulated)) {
    const [x, y] = [real as Record<string, Shape>, simulated as Record<string, Shape>]
    const names = [...new Set([...Object.keys(x), ...Object.keys(y)])]
    return names.flatMap((name) => {
      const [one, other] = [x[name], y[name]]
      return one === undefined || other === undefined
        ? [`${path}.${name} stands on one side only`]
        : differences(one, other, `${path}.${name}`)
    })
  }
  return JSON.stringify(real) === JSON.stringify(simulated) ? [] : [`${path}: ${JSON.stringify(real)} became ${JSON.stringify(simulated)}`]
}

const byName = new Map(recorded.map((exchange) => [nameOf(exchange.request.json.query), exchange]))
test.each([...byName])('%s is answered in the form in which the real one answers it', async (name, { request, answer }) => {
  const { query, variables } = request.json
  const own = name === 'Login' ? { username: 'admin', password: 'password' } : variables
  const simulated = await post(query, own)
  expect(simulated.status).toBe(200)
  expect(differences(shapeOf(answer.body), shapeOf(simulated.body))).toEqual([])
})

test('every operation of the connector is among them', () => {
  expect([...byName.keys()].sort()).toEqual(
    [
      'CancelOrder',
      'Channel',
      'Customer',
      'Customers',
      'Fulfil',
      'Fulfilments',
      'Login',
      'MoveFulfilment',
      'OpenLines',
      'Order',
      'OrderState',
      'OrderWatch',
      'Orders',
      'SetStock',
      'Stock',
      'Variant',
      'VariantStock',
      'Variants',
      'Locations',
    ].sort(),
  )
})

test('what the real one refuses is refused in the same words', async () => {
  expect((await post(login, { username: 'admin', password: 'x' })).body).toEqual({
    data: {
      login: {
        __typename: 'InvalidCredentialsError',
        errorCode: 'INVALID_CREDENTIALS_ERROR',
        message: 'The provided credentials are invalid',
      },
    },
  })
  expect(await post('query Channel { activeChannel { code } }', {}, 'Bearer nobody')).toEqual({
    status: 200,
    body: {
      errors: [
        {
          message: 'You are not currently authorized to perform this action',
          path: ['activeChannel'],
          extensions: { code: 'FORBIDDEN' },
        },
      ],
      data: null,
    },
  })
  const cancel =
    'mutation CancelOrder($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename ... on Order { id state } ... on ErrorResult { errorCode message } } }'
  await post(cancel, { input: { orderId: '3' } })
  expect((await post(cancel, { input: { orderId: '3' } })).body).toEqual({
    data: {
      cancelOrder: {
        __typename: 'EmptyOrderLineSelectionError',
        errorCode: 'EMPTY_ORDER_LINE_SELECTION_ERROR',
        message: 'At least one OrderLine must be specified',
      },
    },
  })
  expect(await post('query Channel { activeChannel { colour } }', {})).toMatchObject({ status: 400 })
  expect(
    (await post('query OrderKeys($options: OrderListOptions) { orders(options: $options) { totalItems } }', { options: { take: 1001 } }))
      .body,
  ).toMatchObject({
    errors: [{ message: 'Cannot take more than 1000 results from a list query' }],
  })
})
