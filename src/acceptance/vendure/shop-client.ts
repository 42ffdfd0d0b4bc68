import { at, isObject, type Json, type JsonObject } from '../../model/json.ts'

/** One user's session at one of Vendure's GraphQL APIs. It shares no code with the connector: what it reads proves what the connector wrote. */
export interface ShopClient {
  /** @throws Error with Vendure's words, those of a refusal inside the data too */
  ask(query: string, variables?: JsonObject): Promise<JsonObject>
}

const requestLimitMs = 60_000

/** `admin-api`, or `shop-api` for one buyer's cart. */
export function openShopClient(address: string, api: 'admin-api' | 'shop-api'): ShopClient {
  let token = ''
  return {
    async ask(query, variables = {}) {
      const answer = await fetch(`${address}/${api}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(requestLimitMs),
      })
      token = answer.headers.get('vendure-auth-token') ?? token
      const body = (await answer.json()) as Json
      const data = at(body, 'data')
      const errors = at(body, 'errors')
      if (errors !== undefined || !isObject(data))
        throw new Error(`Vendure refused ${query.slice(0, 60)}: ${JSON.stringify(errors ?? body).slice(0, 400)}`)
      for (const [name, result] of Object.entries(data)) {
        const code = at(result ?? null, 'errorCode')
        if (typeof code === 'string') throw new Error(`Vendure refused ${name}: ${code} ${String(at(result ?? null, 'message'))}`)
      }
      return data
    },
  }
}

export async function loginToShop(address: string, username: string, password: string): Promise<ShopClient> {
  const client = openShopClient(address, 'admin-api')
  const login = `mutation($u: String!, $p: String!) { login(username: $u, password: $p, rememberMe: true) { __typename ... on ErrorResult { errorCode message } } }`
  await client.ask(login, { u: username, p: password })
  return client
}
