import { reauth } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import type { HttpRequest } from './types.ts'

/** Proof of who we are, for each request of one connection. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>
  /** for what signs fields: the token of the `token` root */
  readonly token?: string
  /** answer of the login that made them, for the `login` root */
  readonly login?: Json
  /** which login this is: told to {@link Authentication.renew} when it is refused */
  readonly session: number
}
export interface Authentication {
  /** @throws HubError when the login fails */
  prove(): Promise<Proof>
  /** a request of this session was refused: the next proof logs in again. false: there is nothing to renew */
  renew(session: number): boolean
  /** last touch before a request is sent */
  sign(request: HttpRequest, now: Date, proof: Proof): HttpRequest
  /** values that must never be shown, besides the config's own */
  secrets(): readonly string[]
}

/** A login that was refused is not tried again before this: partners lock accounts out. */
export const refusedMs = 30_000

export const incomplete = () =>
  reauth('no-credentials', "the connection's config lacks the credentials; put them in and reload", { sent: false })
