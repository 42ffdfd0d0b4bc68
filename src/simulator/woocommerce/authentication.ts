import type { Context, MiddlewareHandler } from 'hono'
import type { SimulatorEnv } from '../server.ts'
import { type Refusal, refusal } from './refusal.ts'

export type Keys = { readonly consumerKey: string; readonly consumerSecret: string }

const given = (c: Context<SimulatorEnv>): Keys | undefined => {
  const query = new URL(c.req.url).searchParams
  const key = query.get('consumer_key')
  const secret = query.get('consumer_secret')
  if (key !== null && secret !== null) return { consumerKey: key, consumerSecret: secret }
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(c.req.header('Authorization') ?? '') ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { consumerKey: text.slice(0, colon), consumerSecret: text.slice(colon + 1) }
}

const verdict = (asked: Keys | undefined, keys: Keys, method: string): Refusal | undefined => {
  if (asked?.consumerKey === keys.consumerKey) {
    if (asked.consumerSecret === keys.consumerSecret) return undefined
    return refusal(401, 'woocommerce_rest_authentication_error', 'Consumer secret is invalid.')
  }
  const [verb, message] =
    method === 'GET'
      ? ['view', 'Sorry, you cannot list resources.']
      : method === 'DELETE'
        ? ['delete', 'Sorry, you are not allowed to delete this resource.']
        : method === 'PUT'
          ? ['edit', 'Sorry, you are not allowed to edit this resource.']
          : ['create', 'Sorry, you are not allowed to create resources.']
  return refusal(401, `woocommerce_rest_cannot_${verb}`, message)
}

/**
 * Basic auth, or the two key parameters in the query. A wrong secret is named as such; an unknown key is an anonymous visitor, who may not view,
 * create, edit or delete. A real shop takes Basic auth only over TLS; the simulator stands for one whose TLS ended in front of it.
 */
export const authenticated =
  (keys: Keys): MiddlewareHandler<SimulatorEnv> =>
  async (c, next) => {
    const refused = verdict(given(c), keys, c.req.method)
    if (!refused) return next()
    c.header(
      'WWW-Authenticate',
      'Basic realm="WooCommerce API. Use a consumer key in the username field and a consumer secret in the password field."',
    )
    return c.json(refused.body, 401)
  }
