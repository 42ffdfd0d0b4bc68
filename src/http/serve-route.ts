import type { HttpBindings } from '@hono/node-server'
import type { Context as HonoContext } from 'hono'
import type { Json } from '../model/json.ts'
import { auditEffect } from './audit-line.ts'
import { authenticate, type Credential, demand, ofOperator } from './auth.ts'
import { mediaType, type ReadingRoom, readBytes, readJson } from './body.ts'
import { type KeptAnswer, onceAround, onceInside, readOnce } from './idempotency.ts'
import type { JointEffects } from './joint-effects.ts'
import type { HttpLimits } from './options.ts'
import { checkBody, type InputCheck, readParams, readQuery } from './parameters.ts'
import { hubFor } from './party-scope.ts'
import { ProblemError } from './problem.ts'
import type { Answer, Call, Desk, RawAnswer, Route, Served } from './route.ts'

export type HttpEnv = { Bindings: Partial<HttpBindings> | undefined; Variables: { requestId: string; route: string } }

/** What serving needs beside the route. */
export interface Counter {
  readonly desk: Desk
  readonly home: Served
  readonly servedOf: (tenant: string) => Served | undefined
  readonly limits: HttpLimits
  readonly room: ReadingRoom
  /** an answer without any value that is to stand in none; those shown once are made for the one who asks */
  readonly clean: (text: string) => string
  readonly joint: JointEffects
}

/** Lets a request in, reads and checks it, runs the route, and makes the answer. @throws ProblemError, or whatever the route throws */
export async function serveRoute(route: Route, check: InputCheck, counter: Counter, c: HonoContext<HttpEnv>): Promise<Response> {
  const request = c.req.raw
  const now = counter.home.context.clock.now()
  const who = await letIn(route, counter, c, now)
  const served = counter.servedOf(who.tenant)?.context
  if (!served) throw new ProblemError(403, 'other-tenant', 'This process does not serve the tenant of this key.')
  const hub = await hubFor(served, who, route, c.req.param(), now)
  const params = readParams(c.req.param(), route.params, check.params)
  const query = route.queryOfPartner ? {} : readQuery(new URL(request.url).searchParams, route.query, check.query)
  const contentType = mediaType(request)
  const bytes = route.body ? await readBody(route, request, contentType, counter, who.id) : new Uint8Array()
  const body: Json | Uint8Array | undefined =
    route.body?.kind === 'bytes' ? bytes : check.body && checkBody(readJson(bytes, contentType), check.body)
  const call: Call = {
    hub,
    desk: counter.desk,
    who,
    params,
    query,
    body,
    contentType,
    request,
    now,
    servedOf: counter.servedOf,
  }
  const after: (() => void)[] = []
  const text = (answer: Answer | RawAnswer): { status: number; body: string } => {
    if ('bytes' in answer) throw new Error(`the route ${route.id} answers bytes and takes no Idempotency-Key`)
    if (answer.after) after.push(answer.after)
    return textOf(route, answer, counter.clean)
  }
  const once =
    route.method === 'GET' || !('shape' in route.answers)
      ? undefined
      : readOnce(request, { tenant: hub.tenant, holder: who.id, route: route.id, shownOnce: route.shownOnce === true }, bytes, now)
  const finish = (answer: KeptAnswer): Response => {
    for (const step of after) step()
    return new Response(answer.body, {
      status: answer.status,
      headers: { 'content-type': 'application/json', ...(answer.replayed ? { 'idempotency-replayed': 'true' } : {}) },
    })
  }
  const { effect, effects, handle } = route
  if (effects) {
    const answer = await counter.joint(route, { call, once })
    if (answer.after) after.push(answer.after)
    return finish(answer)
  }
  if (effect)
    return finish(
      await hub.database.write(async (tx) => {
        after.length = 0
        const run = async () => {
          const answer = await effect(tx, call)
          await auditEffect(tx, route, call, answer)
          return text(answer)
        }
        return once ? onceInside(tx, once, counter.limits, run) : { ...(await run()), replayed: false }
      }),
    )
  if (!handle) throw new Error(`the route ${route.id} has neither handle nor effect nor effects`)
  const run = async () => {
    const answer = await handle(call)
    if (!('bytes' in answer) && route.audit !== undefined) await hub.database.write((tx) => auditEffect(tx, route, call, answer))
    return answer
  }
  if (once) return finish(await onceAround(hub.database, once, counter.limits, async () => text(await run())))
  const answer = await run()
  return 'bytes' in answer ? rawResponse(answer, route) : finish({ ...text(answer), replayed: false })
}

/** An answer as it is sent and kept. */
export function textOf(route: Route, answer: Answer, clean: Counter['clean']): { status: number; body: string } {
  const body = JSON.stringify(answer.body)
  return { status: answer.status ?? route.answers.status, body: route.shownOnce ? body : clean(body) }
}

function rawResponse(answer: RawAnswer, route: Route): Response {
  const contentType = answer.contentType ?? ('contentType' in route.answers ? route.answers.contentType : 'application/octet-stream')
  const body = answer.bytes instanceof Uint8Array ? new Uint8Array(answer.bytes) : answer.bytes
  return new Response(body, {
    status: answer.status ?? route.answers.status,
    headers: { ...answer.headers, ...(body === null ? {} : { 'content-type': contentType }) },
  })
}

async function letIn(route: Route, { desk, home }: Counter, c: HonoContext<HttpEnv>, now: number): Promise<Credential> {
  const nobody: Credential = { tenant: home.context.tenant, id: 'none', scopes: new Set(), ...ofOperator }
  if (route.scope === 'open') return nobody
  const header = c.req.header('authorization')
  if (route.openToLoopback && header === undefined && fromThisMachine(c)) return nobody
  const { database, tenant } = home.context
  const who = await authenticate({ database, tenant, localKey: desk.options.localKey }, header, now)
  demand(who, route.scope)
  return who
}

const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const

/** Straight from this machine: the peer's address is loopback, no proxy stands between, and the page that asks was not loaded under another name. */
function fromThisMachine(c: HonoContext<HttpEnv>): boolean {
  const peer = c.env?.incoming?.socket.remoteAddress
  if (peer === undefined || !['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(peer)) return false
  if (proxyHeaders.some((name) => c.req.header(name) !== undefined)) return false
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(c.req.header('host') ?? '')
}

async function readBody(route: Route, request: Request, contentType: string, { limits, room }: Counter, who: string): Promise<Uint8Array> {
  const rule = route.body
  if (rule?.kind === 'bytes' && !rule.contentTypes.includes(contentType))
    throw new ProblemError(415, 'content-type', `Send the body as one of: ${rule.contentTypes.join(', ')}.`, {
      headers: { connection: 'close' },
    })
  return readBytes(request, rule?.maxBytes ?? limits.maxJsonBytes, room, who)
}
