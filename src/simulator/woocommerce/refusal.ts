import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** What a refused request is answered with: `{code, message, data: {status, …}}`, WordPress's error form. */
export type RefusalBody = { readonly code: string; readonly message: string; readonly data: unknown }

/** Thrown by a route to refuse a request; the shop turns it into an answer. `status` is the HTTP status, `body` the exact JSON. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode
  readonly body: RefusalBody
  constructor(status: ContentfulStatusCode, body: RefusalBody) {
    super(`${status} ${body.code}: ${body.message}`)
    this.name = 'Refusal'
    this.status = status
    this.body = body
  }
}

/** A refusal with the usual `data: {status}`. */
export const refusal = (status: ContentfulStatusCode, code: string, message: string, more: Record<string, unknown> = {}): Refusal =>
  new Refusal(status, { code, message, data: { status, ...more } })

/**
 * A few controllers of WooCommerce put the bare status where WordPress expects an object: the number lands in `data` and the HTTP status
 * becomes 500, whatever was meant. Kept, because a client meets it in real shops.
 */
export const bareRefusal = (meant: number, code: string, message: string): Refusal => new Refusal(500, { code, message, data: meant })

/** Why one parameter is refused. */
export type Fault = { readonly code: string; readonly message: string; readonly data?: unknown }

/** 400 `rest_invalid_param` that names every refused parameter. */
export const invalidParameters = (faults: ReadonlyMap<string, Fault>): Refusal =>
  refusal(400, 'rest_invalid_param', `Invalid parameter(s): ${[...faults.keys()].join(', ')}`, {
    params: Object.fromEntries([...faults].map(([name, fault]) => [name, fault.message])),
    details: Object.fromEntries([...faults].map(([name, { code, message, data = null }]) => [name, { code, message, data }])),
  })

/** 404 for a path or method that no route serves. */
export const noRoute = (): Refusal => refusal(404, 'rest_no_route', 'No route was found matching the URL and request method.')
