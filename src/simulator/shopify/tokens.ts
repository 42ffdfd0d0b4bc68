import type { Hono } from 'hono'
import type { SimulatorEnv } from '../server.ts'

export interface TokenDesk {
  isGood(token: string | undefined): boolean
  /** tokens that were given so far */
  given(): number
  /** ends every token that was given, as a change of the client secret does */
  revoke(): void
}

/**
 * `/admin/oauth/access_token`: client credentials, and refresh tokens that rotate. The one before stays good until the token that came with its successor is used (2026-08), so that an answer that
 * was lost can be asked for again.
 */
export function tokenDesk(
  routes: Hono<SimulatorEnv>,
  { clientId, clientSecret, refreshToken, lifeS = 86_399, now }: TokenOptions,
): TokenDesk {
  let count = 0
  const good = new Map<string, { readonly until: number; readonly replaces?: string }>()
  const refreshing = new Set(refreshToken === undefined ? [] : [refreshToken])
  routes.post('/admin/oauth/access_token', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret)
      return c.json({ error: 'invalid_client', error_description: 'The client credentials are not those of this app' }, 401)
    const grant = form.get('grant_type')
    const refresh = form.get('refresh_token') ?? undefined
    const isKnown = grant === 'client_credentials' || (grant === 'refresh_token' && refresh !== undefined && refreshing.has(refresh))
    if (!isKnown) return c.json({ error: 'invalid_grant', error_description: 'The refresh token is not good any more' }, 400)
    count++
    const token = `shpat_simulated_${count}_${'0'.repeat(12)}`
    good.set(token, { until: now() + lifeS * 1000, ...(refresh === undefined ? {} : { replaces: refresh }) })
    if (refresh === undefined) return c.json({ access_token: token, scope: 'read_orders', expires_in: lifeS })
    const next = `shprt_simulated_${count}_${'0'.repeat(12)}`
    refreshing.add(next)
    return c.json({
      access_token: token,
      scope: 'read_orders',
      expires_in: lifeS,
      refresh_token: next,
      refresh_token_expires_in: 7_776_000,
    })
  })
  return {
    isGood: (token) => {
      const found = token === undefined ? undefined : good.get(token)
      if (found === undefined || found.until <= now()) return false
      if (found.replaces !== undefined) refreshing.delete(found.replaces)
      return true
    },
    given: () => count,
    revoke: () => good.clear(),
  }
}
export interface TokenOptions {
  readonly clientId: string
  readonly clientSecret: string
  /** the first one, of an app whose offline tokens end */
  readonly refreshToken?: string
  /** of a token; a day when absent */
  readonly lifeS?: number
  readonly now: () => number
}
