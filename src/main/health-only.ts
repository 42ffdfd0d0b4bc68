import type { Answering } from '../http/listen.ts'

const open: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

/** Of a worker's API only what its keeper asks for. */
export const healthOnly = (app: Answering): Answering => ({
  fetch: (request, env) => (open.has(new URL(request.url).pathname) ? app.fetch(request, env) : new Response(null, { status: 404 })),
})
