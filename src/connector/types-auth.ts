/** The contract's half that says how a connection proves who it is. Reached through types.ts. */
import type { Json } from '../model/json.ts'
import type { Call, Config, HttpRequest, Path, Template } from './types-http.ts'

export type Auth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: Template; readonly password: Template }
  | { readonly kind: 'header'; readonly name: string; readonly value: Template }
  | {
      readonly kind: 'session'
      readonly login: Call
      /** headers of every later call, from the answer to the login: templates with `{login…}` and its own headers, `{answered.x-auth-token}` (names in lower case), or a pure function where they cannot say it */
      readonly headers: Readonly<Record<string, Template>> | ((login: Json, config: Config) => Readonly<Record<string, string>>)
      /** headers of a connection that has a key without an end instead: used as they are, once each of them has its value, and nobody logs in */
      readonly instead?: Readonly<Record<string, Template>>
    }
  | OAuth2
  | SignedForm
  | { readonly kind: 'sign'; readonly sign: (request: HttpRequest, config: Config, now: Date) => HttpRequest }

/**
 * OAuth 2.0 (RFC 6749) without a person: a token that ends is renewed by the refresh token where the config has one, else asked for with the client's own credentials. One process asks at a time; a new
 * pair is committed, sealed, before its first use, so that a rotated refresh token is never lost.
 */
export interface OAuth2 {
  readonly kind: 'oauth2'
  readonly tokenUrl: Template
  readonly clientId: Template
  readonly clientSecret: Template
  /** how the client proves itself where tokens are given: fields of the form (RFC 6749 2.3.1), or HTTP Basic */
  readonly client: 'form' | 'basic'
  readonly scope?: Template
  /** the first refresh token of a connection that has one; the partner may give another with every renewal */
  readonly refreshToken?: Template
  /** a token without an end, of a connection that has one: used as it is */
  readonly accessToken?: Template
  /** the header of every request, `{token}` in its value; `Authorization: Bearer {token}` when left out */
  readonly header?: { readonly name: string; readonly value: Template }
}

/**
 * Every request is a form whose fields are signed with a secret of the client's. Fields without text are not sent, since partners differ in whether they count. Roots of the templates here: config, token (what
 * the partner gave last), seconds (of our clock, since 1970), nonce (six characters, others with each second).
 */
export interface SignedForm {
  readonly kind: 'signed-form'
  /** beside those of the call: the client's key, the time, the token. One without a value is left out */
  readonly fields: Readonly<Record<string, Template>>
  readonly signature: FormSignature
  /** tokens that the partner gives to whoever signs; kept as those of OAuth 2.0 are. Left out: the signature is all there is */
  readonly tokens?: FormTokens
}
/** A digest over names and values of all other fields, sorted by the bytes of their names, nothing between them. */
export interface FormSignature {
  readonly field: string
  readonly algorithm: 'md5' | 'hmac-md5' | 'hmac-sha256'
  readonly case: 'lower' | 'upper'
  /** what is hashed: `{fields}` once, and `{secret}` where the partner puts it in, as the key of an HMAC it is not named */
  readonly text: string
  readonly secret: Template
}
export interface FormTokens {
  /** asks for a token without having one; signed as every form */
  readonly first: Call
  /** with `{refresh}`; where the partner refuses that, the first call is made again */
  readonly refresh?: Call
  /** in the answers of both */
  readonly access: Path
  readonly next: Path
  readonly lifeSeconds: Path
  /** a token that a person got, of a connection that has one: used as it is */
  readonly given?: Template
}
