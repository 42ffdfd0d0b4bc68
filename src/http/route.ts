import type { Context } from '../pipeline/context.ts'
import type { Receiver } from '../pipeline/receive.ts'
import type { Tx } from '../store/database.ts'
import type { Outcome } from '../store/joint-writes.ts'
import type { Credential, Scope } from './auth.ts'
import type { HookRows } from './hook-rows.ts'
import type { Metrics } from './metrics.ts'
import type { HttpOptions } from './options.ts'
import type { FieldShapes, Fields, Of, Shape } from './shape.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** What the app holds for every request. */
export interface Desk {
  readonly options: HttpOptions
  readonly metrics: Metrics
  readonly hooks: HookRows
  /** the OpenAPI document as text */
  readonly openapi: () => string
}

/** One tenant this process serves. */
export interface Served {
  readonly context: Context
  readonly receiver: Receiver
}

/** A request that was let in, checked and read. `hub` is of the caller's tenant. */
export interface Call<P = unknown, Q = unknown, B = unknown> {
  readonly hub: Context
  readonly desk: Desk
  readonly who: Credential
  readonly params: P
  readonly query: Q
  readonly body: B
  /** media type of the body without its parameters, in lower case; '' without one */
  readonly contentType: string
  readonly request: Request
  readonly now: number
  /** which tenant a hook address belongs to decides who serves it */
  readonly servedOf: (tenant: string) => Served | undefined
}

export interface Answer<A = unknown> {
  readonly body: A
  readonly status?: number
  /** runs when the answer is sure: rings bells after the commit */
  readonly after?: () => void
}
export interface RawAnswer {
  readonly status?: number
  readonly bytes: string | Uint8Array | ReadableStream<Uint8Array> | null
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type BodyRule =
  /** `maxBytes`: where more than the app's limit is allowed */
  | { readonly kind: 'json'; readonly shape: Shape<unknown>; readonly maxBytes?: number }
  | { readonly kind: 'bytes'; readonly contentTypes: readonly string[]; readonly maxBytes: number }

/** How the audit tells what a person did. Names of fields of the request's and of the answer's body that it keeps: never a value that is secret. */
export interface Audited {
  readonly act: string
  readonly asked?: readonly string[]
  readonly answered?: readonly string[]
  /** field and value of the request for which the effect writes its own line */
  readonly unless?: readonly [string, string]
}

export interface Words {
  readonly en: string
  readonly zh: string
}

/** One operation of the API: what registers it, checks it and describes it. */
export interface Route {
  readonly id: string
  readonly method: Method
  /** `/v1/connections/{name}` */
  readonly path: string
  readonly tag: string
  /** open: no credential */
  readonly scope: Scope | 'open'
  /** let in without a credential when the caller is on this machine and came through no proxy */
  readonly openToLoopback?: boolean
  /**
   * Left out: no key of a supplier or merchant is let in. `own`: it is, and `hub.database.read` shows the route what belongs to the party and nothing else; an effect has to ask that reader before
   * it writes, because its transaction sees everything.
   */
  readonly party?: 'own'
  readonly summary: Words
  readonly params: FieldShapes
  readonly query: FieldShapes
  readonly body?: BodyRule
  readonly answers: { readonly status: number } & ({ readonly shape: Shape<unknown> } | { readonly contentType: string })
  /** whatever stands in the query is left to the route: it comes from partners */
  readonly queryOfPartner?: boolean
  /** its answer is shown once and never kept, so it takes no Idempotency-Key */
  readonly shownOnce?: boolean
  /** written into the audit when it succeeds; left out where nothing is changed, and where the effect writes what stood before and after itself */
  readonly audit?: Audited
  /** runs outside a transaction: reads, and effects that open their own */
  handle?(call: Call): Promise<Answer | RawAnswer>
  /** runs inside one write transaction, together with the row of its Idempotency-Key */
  effect?(tx: Tx, call: Call): Promise<Answer>
  /** the same for calls that came at the same moment: one outcome each, in their order; a refused one has written nothing */
  effects?(tx: Tx, hub: Context, calls: readonly Call[]): Promise<readonly Outcome<Answer>[]>
  /** of a route with `effects`: how much of a transaction a call takes; 1 */
  weight?(call: Call): number
}

type Known = Pick<
  Route,
  'id' | 'method' | 'path' | 'tag' | 'scope' | 'party' | 'summary' | 'openToLoopback' | 'queryOfPartner' | 'shownOnce' | 'audit'
>
type BodyOf<B> = [B] extends [Shape<infer T>] ? T : undefined

interface Definition<P extends FieldShapes, Q extends FieldShapes, B extends Shape<unknown> | undefined, A extends Shape<unknown>>
  extends Known {
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly maxBytes?: number
  readonly answer: A
  /** of success; 200 */
  readonly status?: number
}
type None = Readonly<Record<never, Shape<unknown>>>
type CallOf<P, Q, B> = Call<Fields<P>, Fields<Q>, BodyOf<B>>

/** A route whose answer is JSON and that reads, or whose effects open their own transactions. */
export const route = <
  A extends Shape<unknown>,
  P extends FieldShapes = None,
  Q extends FieldShapes = None,
  B extends Shape<unknown> | undefined = undefined,
>(
  definition: Definition<P, Q, B, A> & { readonly handle: (call: CallOf<P, Q, B>) => Promise<Answer<Of<A>>> },
): Route => ({ ...described(definition), handle: (call: CallOf<P, Q, B>) => definition.handle(call) })

/** A route whose effect is one write transaction. */
export const writeRoute = <
  A extends Shape<unknown>,
  P extends FieldShapes = None,
  Q extends FieldShapes = None,
  B extends Shape<unknown> | undefined = undefined,
>(
  definition: Definition<P, Q, B, A> & { readonly effect: (tx: Tx, call: CallOf<P, Q, B>) => Promise<Answer<Of<A>>> },
): Route => ({ ...described(definition), effect: (tx: Tx, call: CallOf<P, Q, B>) => definition.effect(tx, call) })

/** A route whose calls share a write transaction with others of the moment. */
export const jointRoute = <
  A extends Shape<unknown>,
  P extends FieldShapes = None,
  Q extends FieldShapes = None,
  B extends Shape<unknown> | undefined = undefined,
>(
  definition: Definition<P, Q, B, A> & {
    readonly effects: (tx: Tx, hub: Context, calls: readonly CallOf<P, Q, B>[]) => Promise<readonly Outcome<Answer<Of<A>>>[]>
    readonly weight: (call: CallOf<P, Q, B>) => number
  },
): Route => ({
  ...described(definition),
  effects: (tx: Tx, hub: Context, calls: readonly CallOf<P, Q, B>[]) => definition.effects(tx, hub, calls),
  weight: (call: CallOf<P, Q, B>) => definition.weight(call),
})

/** A route that answers bytes of another kind than JSON, or reads the request's bytes itself. */
export const rawRoute = <P extends FieldShapes = None, Q extends FieldShapes = None>(
  definition: Known & {
    readonly params?: P
    readonly query?: Q
    readonly contentType: string
    readonly status?: number
    readonly handle: (call: CallOf<P, Q, undefined>) => Promise<RawAnswer>
  },
): Route => {
  const { contentType, status, ...known } = definition
  return {
    ...known,
    params: definition.params ?? {},
    query: definition.query ?? {},
    answers: { status: status ?? 200, contentType },
    handle: (call: CallOf<P, Q, undefined>) => definition.handle(call),
  }
}

/** A route that takes a file. */
export const uploadRoute = <A extends Shape<unknown>, Q extends FieldShapes = None>(
  definition: Omit<Definition<None, Q, undefined, A>, 'body'> & {
    readonly contentTypes: readonly string[]
    readonly maxBytes: number
    readonly handle: (call: Call<unknown, Fields<Q>, Uint8Array>) => Promise<Answer<Of<A>>>
  },
): Route => ({
  ...described({ ...definition, body: undefined }),
  body: { kind: 'bytes', contentTypes: definition.contentTypes, maxBytes: definition.maxBytes },
  handle: (call: Call<unknown, Fields<Q>, Uint8Array>) => definition.handle(call),
})

function described<P extends FieldShapes, Q extends FieldShapes, B extends Shape<unknown> | undefined, A extends Shape<unknown>>(
  definition: Definition<P, Q, B, A>,
): Omit<Route, 'handle' | 'effect' | 'effects' | 'weight'> {
  const { id, method, path, tag, scope, party, summary, openToLoopback, shownOnce, audit, params, query, body, maxBytes, answer, status } =
    definition
  return {
    id,
    method,
    path,
    tag,
    scope,
    summary,
    ...(party === undefined ? {} : { party }),
    ...(openToLoopback ? { openToLoopback } : {}),
    ...(shownOnce ? { shownOnce } : {}),
    ...(audit === undefined ? {} : { audit }),
    params: params ?? {},
    query: query ?? {},
    ...(body === undefined ? {} : { body: { kind: 'json', shape: body, ...(maxBytes === undefined ? {} : { maxBytes }) } }),
    answers: { status: status ?? 200, shape: answer },
  }
}
