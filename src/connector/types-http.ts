/** The contract's half that speaks of requests: templates, authentication, codecs, faults. Reached through types.ts. */
import type { Json, JsonObject } from '../model/json.ts'
import type { Auth } from './types-auth.ts'

/** Dotted path into a JSON value: `data.orders`; `""` is the value itself. A dot inside a name has a backslash before it: `@odata\.nextLink`. */
export type Path = string
/**
 * Text with placeholders: `/orders/{record.id}`. Roots: config, input (what the mapping made), since, until, page.number, page.offset, page.size,
 * page.token, page.after, page.afterRow, job (a bulk job of the partner's), page.below, page.order, key, keys, record, effectKey, before (answer of the command's `requires`), arranged (what `requires` made of it), shown, gross and contentKey (a state's figure at the partner, the wanted one with what the partner's orders have set aside, and a hash of what is sent over it), result (answer of the command's own call), login, answered (headers of the answer to the login). A text that is one placeholder keeps the type of its value; a
 * query, form or body field whose placeholder is undefined is left out; so is a list inside a list that begins
 * with a constant text and lacks one of its own values (a condition without its operand); any other list that lacks a value is refused.
 * `{{` and `}}` are braces. Filters: `{key|integer}` gives a JSON number, `{input.product|path}` keeps the slashes of a
 * key that is itself a path, `{input.text|base64}`, `'{input.text|quoted}'` doubles the quotes of a value inside a condition (SQL, OData).
 */
export type Template = string
/** Expression of the mapping language: `status == 'done' && has(number)`. */
export type Expression = string
/** A JSON value in which every text is a {@link Template}. */
export type JsonTemplate = Json
export type Config = JsonObject

export interface Http {
  readonly baseUrl: Template
  readonly auth: Auth
  readonly headers?: Readonly<Record<string, Template>>
  readonly csrf?: Csrf
  /** how bodies become JSON and back; JSON when left out */
  readonly codec?: Codec
  readonly timeoutMs?: number
  readonly maxBodyBytes?: number
  /** a bucket that fills evenly: requests, or points where calls say what they cost. A pure function where the partner grants each account its own */
  readonly limit?: Limit | ((config: Config) => Limit)
  /** where an answer tells what it cost: the next request of that call takes what this one asked for, what was not used goes back, and the partner's own bucket stands in for `limit` */
  readonly points?: Points
  /** requests under way at once on one connection */
  readonly concurrency?: number
  /** first match wins, before the defaults by status */
  readonly faults?: readonly FaultRule[]
  /** how the partner says, in headers of its own, that what is asked for will end; `Sunset` (RFC 8594) and `Deprecation` (RFC 9745) are heard of every partner. `deprecated`: the header with the reason; `version`: the header that names the version which answered, and the one asked for */
  readonly announces?: { readonly deprecated?: string; readonly version?: { readonly header: string; readonly asked: Template } }
  /** other protocols in which the partner takes the same calls; the config's `field` names the one to speak, any other value means this one */
  readonly dialects?: { readonly field: string; readonly of: Readonly<Record<string, Dialect>> }
}

export interface Limit {
  readonly requests: number
  readonly perMs: number
}

/**
 * Writes carry a token against forged requests, as OData gateways want it: a read with `header: ask` brings it and the cookies of its session, both go back with every write. It is kept until a write is answered by 403 with
 * `header: Required`; then nothing was done, and it is fetched anew.
 */
export interface Csrf {
  readonly fetch: Call
  /** `X-CSRF-Token` */
  readonly header: string
  /** `Fetch` */
  readonly ask: string
}

/** Another protocol for the same calls (an old JSON-RPC beside a new REST): everything but their envelope stays as the connector has it. */
export interface Dialect {
  readonly auth: Auth
  readonly headers?: Readonly<Record<string, Template>>
  readonly faults?: readonly FaultRule[]
  /** the call in this protocol's envelope; pure, over templates. The login of a session stays as it is */
  readonly call: (call: Call) => Call
  /** where an answer holds what the paths of the connector begin at; faults and logins are looked for in the whole of it */
  readonly answer: Path
}

/** Paths in the object at `at`; all numbers. */
export interface Points {
  readonly at: Path
  /** demanded before a call ran, and spent by it; null while it was refused for want of points */
  readonly asked: Path
  readonly spent: Path
  /** the partner's bucket: what is in it, what it holds, what it gets each second */
  readonly left: Path
  readonly most: Path
  readonly perSecond: Path
}

export interface HttpRequest {
  readonly method: Method
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Pure hooks between bytes and JSON. */
export interface Codec {
  /** types that count as an answer; one that is star slash star takes every 2xx as it is, empty or a web page: for receivers that only say yes */
  readonly contentTypes: readonly string[]
  /** applied to each parsed record or answer: typed JSON (`{"__class__":"Decimal"}`) becomes plain JSON */
  readonly decode?: (value: Json) => Json
  /** null where a list of rows should be is a list of none */
  readonly nullLists?: true
  /** for bodies that are not JSON (XML, signed text): the whole answer as JSON; records are then known by their place, not by bytes */
  readonly parse?: (body: Uint8Array) => Json
  readonly serialize?: (value: Json) => Uint8Array
}

/** An answer that means something else than its status says: Tryton and Chinese platforms put errors into a 200 body. */
export interface FaultRule {
  readonly status?: readonly number[]
  readonly path?: Path
  /** the value at path is one of these */
  readonly in?: readonly Json[]
  /** the value at path is present and none of these; `not: []` means: present at all */
  readonly not?: readonly Json[]
  readonly then: 'retry' | 'reauth' | 'reject'
  /** the partner wants patience and says so with a code of its own, not with 429: no request of the connection for so long. Only with `retry` */
  readonly waitMs?: number
  /** stable word for the attempt: `user-error` */
  readonly code: string
  /** where the partner's own words are */
  readonly message?: Path
}

export type FormField = Template | { readonly json: JsonTemplate }

export interface Call {
  readonly method?: Method
  readonly path: Template
  /** what messages call it where the path says too little: the procedure of a remote call, the operation of a GraphQL query */
  readonly name?: string
  readonly query?: Readonly<Record<string, Template>>
  /** of this call only, over those of the connector (`prefer`, `if-match`); one without value is left out. Credentials have no place here */
  readonly headers?: Readonly<Record<string, Template>>
  readonly json?: JsonTemplate
  /** a form; a field may carry JSON as its text */
  readonly form?: Readonly<Record<string, FormField>>
  /** a GraphQL operation, sent by POST: its text goes as it stands, its variables are templates. Errors inside a 200, a mutation's `userErrors`, and results that have an `errorCode` (the member of a union that says no), are faults without any rule */
  readonly graphql?: { readonly query: string; readonly variables?: JsonTemplate }
  /** answers to this call that say it was done before: no fault, whatever the rules make of them */
  readonly already?: { readonly path: Path; readonly in: readonly Json[] }
  /** points of the connector's `limit` that this call takes (GraphQL query cost); 1 when left out */
  readonly cost?: number
}
