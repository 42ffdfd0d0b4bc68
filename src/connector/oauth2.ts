import type { Clock } from '../model/clock.ts'
import { sha256 } from '../model/id.ts'
import { isObject, type Json } from '../model/json.ts'
import { compileHeaders } from './call.ts'
import { type Authentication, incomplete } from './proof.ts'
import { compileString } from './template.ts'
import { keepToken, tokenOf } from './token-keeper.ts'
import type { Tokens } from './tokens.ts'
import type { Config, OAuth2 } from './types.ts'

export interface OAuth2Deps {
  readonly connection: string
  readonly config: Config
  readonly tokens: Tokens
  readonly clock: Clock
  /** sends the form to where tokens are given and gives the decoded answer. @throws HubError `token-refused` (reauth) and what exchanges throw */
  readonly ask: (form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) => Promise<Json>
}

/** @throws HubError `no-credentials` (reauth) */
export function openOAuth2(auth: OAuth2, { connection, config, tokens, clock, ask }: OAuth2Deps): Authentication {
  const configured = (template: string | undefined) => (template === undefined ? undefined : compileString(template)({ config }))
  const [id, secret, first] = [configured(auth.clientId), configured(auth.clientSecret), configured(auth.refreshToken)]
  if (id === undefined || secret === undefined) throw incomplete()
  const of = sha256(configured(auth.tokenUrl) ?? '', id, secret, first ?? '')
  return keepToken({
    connection,
    tokens,
    clock,
    of,
    proof: ({ access }) => ({ headers: tokenHeaders(auth, access) }),
    ask: async (before) => {
      const refresh = before?.refresh ?? first
      const scope = configured(auth.scope)
      const answer = await ask(
        {
          ...(refresh === undefined ? { grant_type: 'client_credentials' } : { grant_type: 'refresh_token', refresh_token: refresh }),
          ...(scope === undefined ? {} : { scope }),
          ...(auth.client === 'form' ? { client_id: id, client_secret: secret } : {}),
        },
        auth.client === 'form' ? {} : { authorization: `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}` },
      )
      const { access_token: access, refresh_token: next, expires_in: life } = isObject(answer) ? answer : {}
      return tokenOf({ access, refresh: next, life }, { of, before: refresh, now: clock.now() })
    },
  })
}

export function tokenHeaders(auth: OAuth2, token: string): Record<string, string> {
  const { name, value } = auth.header ?? { name: 'authorization', value: 'Bearer {token}' }
  return compileHeaders({ [name]: value })({ token })
}

/** RFC 6749 appendix B: client id and secret are form-encoded before they go into HTTP Basic. */
const encode = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2)
