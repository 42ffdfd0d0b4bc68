import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFaultBoard } from '../faults.ts'
import { project, readOperation } from '../graphql/operation.ts'
import { type Shopify, startShopify } from './shop.ts'

test('an operation is read with its aliases, arguments and directives', () => {
  const text = `mutation Set($key: String!, $n: Int) { set(input: { list: [$n, 2], kind: RED, text: "a,b }" }) @once(key: $key) { now: value(first: 3) { id } } }`
  expect(readOperation(text, { key: 'k', n: 1 })).toEqual({
    kind: 'mutation',
    name: 'Set',
    fields: [
      {
        name: 'set',
        alias: 'set',
        args: { input: { list: [1, 2], kind: 'RED', text: 'a,b }' } },
        directives: { once: { key: 'k' } },
        fields: [
          {
            name: 'value',
            alias: 'now',
            args: { first: 3 },
            directives: {},
            fields: [{ name: 'id', alias: 'id', args: {}, directives: {}, fields: [] }],
          },
        ],
      },
    ],
  })
})

test('what was asked for is answered, and nothing else', () => {
  const { fields } = readOperation('query Q { a: list(n: 2) { id } }', {})
  const list = (args: { readonly n?: unknown }) => [1, 2, 3].slice(0, Number(args.n ?? 2)).map((id) => ({ id, more: 'x' }))
  expect(project({ list }, fields, 'Query')).toEqual({ a: [{ id: 1 }, { id: 2 }] })
  for (const text of ['query Q { other }', 'query Q { list }', 'query Q { list { nothing } }'])
    expect(() => project({ list }, readOperation(text, {}).fields, 'Query')).toThrow(/doesn't exist|selections/)
  for (const text of ['subscription S { a }', 'query Q { a ', 'query Q { a( }']) expect(() => readOperation(text, {})).toThrow()
})

let shop: Shopify
beforeEach(async () => {
  shop = await startShopify({
    currency: 'USD',
    faults: createFaultBoard(1),
    now: () => new Date('2026-11-23T10:00:00Z'),
    clientId: 'client',
    clientSecret: 'secret',
    points: { most: 50, perSecond: 1 },
  })
})
afterEach(() => shop.close())

async function token(): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'client', client_secret: 'secret' })
  const answer = await fetch(`${shop.url}/admin/oauth/access_token`, { method: 'POST', body })
  return ((await answer.json()) as { access_token: string }).access_token
}
async function ask(query: string, given?: string) {
  const headers = { 'x-shopify-access-token': given ?? (await token()) }
  const answer = await fetch(`${shop.url}/admin/api/2026-07/graphql.json`, { method: 'POST', headers, body: JSON.stringify({ query }) })
  return { status: answer.status, body: await answer.json() }
}

test('as Shopify does: no token, no answer; a field that is not there, a query too dear, a bucket that is empty and a missing key are told inside a 200', async () => {
  expect((await ask('query Q { shop { name } }', 'nothing')).status).toBe(401)
  expect(await ask('query Q { shop { nme } }')).toMatchObject({
    status: 200,
    body: { errors: [{ extensions: { code: 'undefinedField' } }] },
  })
  expect(
    (await ask('query Q { orders(first: 250) { nodes { lineItems(first: 250) { nodes { id variant { sku } } } } } }')).body,
  ).toMatchObject({
    errors: [{ extensions: { code: 'MAX_COST_EXCEEDED' } }],
  })
  const mutation = 'mutation M { inventorySetQuantities(input: { quantities: [] }) { userErrors { code } } }'
  expect((await ask(mutation)).body).toMatchObject({ errors: [{ message: expect.stringContaining('@idempotent') }] })
  const answers = []
  for (let i = 0; i < 8; i++) answers.push((await ask(mutation.replace(') {', `) @idempotent(key: "${i}") {`))).body)
  expect(answers[0]).toMatchObject({ data: {}, extensions: { cost: { actualQueryCost: 10 } } })
  expect(answers.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'THROTTLED' } }], extensions: { cost: { actualQueryCost: null } } })
})
