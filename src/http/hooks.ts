import type { Context } from '../pipeline/context.ts'
import type { Reply } from '../pipeline/receive.ts'
import { notInWorkspace } from '../store/connection.ts'
import { type ReadingRoom, readBytes } from './body.ts'
import { notFound, ProblemError } from './problem.ts'
import { type Desk, type RawAnswer, rawRoute, type Served } from './route.ts'
import { pattern } from './shape.ts'

const defaultBodyBytes = 1024 * 1024
const largestBody = 8 * 1024 * 1024

/**
 * Webhooks of partners. The 128 bit token in the address names the connection; the body is taken as it is, verified and committed before the answer, which has the
 * partner's own form. An unknown token, a connection without webhooks and a method other than POST tell nothing apart from a page that is not there.
 */
export const hookRoutes = (room: ReadingRoom) => [
  rawRoute({
    id: 'receiveHook',
    method: 'POST',
    path: '/hooks/{token}',
    tag: 'webhooks in',
    scope: 'open',
    summary: { en: 'Take a webhook of a partner system', zh: '接收合作系统的 webhook' },
    params: { token: pattern('^[0-9a-f]{32}$', 'hook address of a connection') },
    contentType: '*/*',
    queryOfPartner: true,
    handle: async ({ desk, params, request, now, servedOf }) => {
      const { name, served } = await hookOf(desk, servedOf, params.token)
      const shaken = handshakeOf(served.context, name, request.url)
      if (shaken !== undefined) return shaken
      const bytes = await readBytes(request, hookLimit(served.context, name), room, sourceOf(served.context, name))
      return hookAnswer(await served.receiver.receive(name, Object.fromEntries(request.headers), bytes, now))
    },
  }),
]

const longestHandshake = 2048

/** The answer to a request that only asks whether the address is ours: the value that the partner made up, as plain text, whatever is in it. undefined: it is none. @throws ProblemError 400 for a value that is too long */
export function handshakeOf(context: Context, name: string, url: string): RawAnswer | undefined {
  const handshake = context.catalogue().connections.get(name)?.connector.webhook?.handshake
  const value = handshake && new URL(url).searchParams.get(handshake.query)
  if (value === undefined || value === null) return undefined
  if (value === '' || value.length > longestHandshake)
    throw new ProblemError(400, 'bad-handshake', `The value of ${handshake?.query} has 1 to ${longestHandshake} characters.`)
  context.log.debug({ connection: name }, 'a partner asked whether its hook address is ours')
  return { status: 200, bytes: value, contentType: 'text/plain; charset=utf-8', headers: { 'x-content-type-options': 'nosniff' } }
}

/** The connection that a hook address leads to, and who serves it. @throws ProblemError 404, 503 while it is paused */
export async function hookOf(
  desk: Desk,
  servedOf: (tenant: string) => Served | undefined,
  token: string,
): Promise<{ readonly name: string; readonly served: Served }> {
  const row = await desk.hooks.of(token)
  const served = row && servedOf(row.tenant)
  if (!row || !served) throw notFound()
  if (row.state === 'paused' && row.reason === notInWorkspace) throw notFound()
  if (row.state === 'paused')
    throw new ProblemError(503, 'paused', 'This connection is paused. Send the event again later.', {
      headers: { 'retry-after': '300' },
    })
  return { name: row.name, served }
}

/** Bytes that a body of a connection may have. */
export function hookLimit(context: Context, name: string): number {
  const webhook = context.catalogue().connections.get(name)?.connector.webhook
  return Math.min(webhook?.maxBodyBytes ?? defaultBodyBytes, largestBody)
}

/** Whose bodies count together. */
export const sourceOf = ({ tenant }: Context, connection: string): string => `${tenant}/${connection}`

/** @throws ProblemError where the reply is a refusal */
export function hookAnswer(reply: Reply): RawAnswer {
  if (reply.status >= 200 && reply.status < 300)
    return { status: reply.status, bytes: reply.body ?? null, contentType: reply.contentType ?? 'text/plain; charset=utf-8' }
  const headers: Readonly<Record<string, string>> = reply.retryAfterS === undefined ? {} : { 'retry-after': String(reply.retryAfterS) }
  switch (reply.status) {
    case 404:
      throw notFound()
    case 401:
      throw new ProblemError(401, 'signature', 'The signature is missing or wrong.', { headers })
    case 413:
      throw new ProblemError(413, 'too-large', 'The body is larger than this connection takes.', { headers })
    case 503:
      throw new ProblemError(503, 'busy', 'The event was not stored. Send it again later.', { headers })
    default:
      return { status: reply.status, bytes: reply.body ?? null, contentType: reply.contentType ?? 'text/plain; charset=utf-8', headers }
  }
}
