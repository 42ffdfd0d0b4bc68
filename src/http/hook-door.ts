import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Reply } from '../pipeline/receive.ts'
import { type ReadingRoom, readIncoming } from './body.ts'
import { hookAnswer, hookLimit, hookOf, sourceOf } from './hooks.ts'
import { problemOf, problemResponse } from './problem.ts'
import type { Desk, Served } from './route.ts'

/** What the door shares with the app. */
export interface HookDoorParts {
  readonly desk: Desk
  readonly home: Served
  readonly servedOf: (tenant: string) => Served | undefined
  readonly room: ReadingRoom
  /** values that stand in no answer */
  readonly secrets: () => readonly string[]
  /** headers that every answer of the app has */
  readonly headers: () => Promise<Readonly<Record<string, string>>>
}

const hookRoute = '/hooks/{token}'
const target = /^\/hooks\/([0-9a-f]{32})$/

/**
 * Takes webhooks straight from the server: a request and an answer in the form of the web cost more than all else that is done before the COMMIT. Answers false for every other request, and those go to the app, which
 * has the same route for a target in another form.
 */
export function openHookDoor(parts: HookDoorParts): (incoming: IncomingMessage, outgoing: ServerResponse) => boolean {
  return (incoming, outgoing) => {
    const token = incoming.method === 'POST' ? target.exec(incoming.url ?? '')?.[1] : undefined
    if (token === undefined) return false
    void answer(parts, token, incoming, outgoing)
    return true
  }
}

async function answer(parts: HookDoorParts, token: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { desk, home } = parts
  const began = performance.now()
  const requestId = home.context.newId()
  const always = { ...(await parts.headers()), 'x-request-id': requestId, 'cache-control': 'no-store' }
  try {
    const { status, bytes, contentType, headers } = hookAnswer(await take(parts, token, incoming))
    outgoing
      .writeHead(status ?? 200, { ...always, ...headers, ...(bytes === null ? {} : { 'content-type': contentType }) })
      .end(bytes ?? '')
  } catch (error) {
    const problem = problemOf(error)
    if (problem.status === 500) home.context.log.error({ error, request: requestId, route: hookRoute }, 'a request failed')
    const response = problemResponse(problem, requestId, parts.secrets())
    outgoing.writeHead(response.status, { ...always, ...Object.fromEntries(response.headers) }).end(await response.text())
  }
  desk.metrics.answered('POST', hookRoute, outgoing.statusCode)
  const ms = Math.round(performance.now() - began)
  home.context.log.debug({ request: requestId, method: 'POST', route: hookRoute, status: outgoing.statusCode, ms }, 'answered a request')
}

async function take({ desk, home, servedOf, room }: HookDoorParts, token: string, incoming: IncomingMessage): Promise<Reply> {
  const now = home.context.clock.now()
  const { name, served } = await hookOf(desk, servedOf, token)
  const bytes = await readIncoming(incoming, hookLimit(served.context, name), room, sourceOf(served.context, name))
  return served.receiver.receive(name, headersOf(incoming), bytes, now)
}

/** Header names in lower case; one that came more than once is joined as in the web's form. */
function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const joined: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return joined
}
