import type { JsonObject } from '../../model/json.ts'

/** An exception of the server, by the name it is told under; `status` is what JSON-2 answers with. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly kind: string
  readonly status: number
  constructor(kind: string, status: number, message: string) {
    super(message)
    this.kind = kind
    this.status = status
  }
}

export const userError = (message: string): Refusal => new Refusal('odoo.exceptions.UserError', 422, message)
export const missing = (): Refusal => new Refusal('odoo.exceptions.MissingError', 404, 'Record does not exist or has been deleted.')
export const denied = (): Refusal => new Refusal('odoo.exceptions.AccessDenied', 403, 'Access Denied')
export const unauthorized = (): Refusal => new Refusal('werkzeug.exceptions.Unauthorized', 401, 'Invalid apikey')
export const notFound = (message: string): Refusal => new Refusal('werkzeug.exceptions.NotFound', 404, message)
export const unprocessable = (message: string): Refusal => new Refusal('werkzeug.exceptions.UnprocessableEntity', 422, message)
export const valueError = (message: string): Refusal => new Refusal('builtins.ValueError', 500, message)

/** As `serialize_exception` of odoo/http.py has it. */
export const serialized = ({ kind, message }: Refusal): JsonObject => ({
  name: kind,
  message,
  arguments: [message],
  context: {},
  debug: `Traceback (most recent call last):\n  …\n${kind}: ${message}`,
})
