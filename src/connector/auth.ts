import type { Clock } from '../model/clock.ts'
import { reauth, recoveryOf } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import { compileHeaders, headerValue } from './call.ts'
import { type OAuth2Deps, openOAuth2, tokenHeaders } from './oauth2.ts'
import { type Authentication, incomplete, type Proof, refusedMs } from './proof.ts'
import { openSignedForm, type SignedFormDeps } from './signed-form.ts'
import { compileString } from './template.ts'
import type { Auth, Config } from './types.ts'

export interface AuthDeps extends OAuth2Deps, SignedFormDeps {
  /** sends the login call of a session and gives its decoded answer, with its headers */
  readonly logIn: () => Promise<LoggedIn>
}

export interface LoggedIn {
  readonly answer: Json
  readonly headers: Readonly<Record<string, string>>
}

/** @throws HubError `bad-template` (bug), `no-credentials` (reauth) */
export function openAuth(auth: Auth, deps: AuthDeps): Authentication {
  const { config } = deps
  switch (auth.kind) {
    case 'none':
      return fixed({}, [])
    case 'basic': {
      const user = compileString(auth.username)({ config })
      const password = compileString(auth.password)({ config })
      if (user === undefined || password === undefined) throw incomplete()
      const token = Buffer.from(`${user}:${password}`, 'utf8').toString('base64')
      return fixed({ authorization: `Basic ${token}` }, [token])
    }
    case 'header': {
      const headers = compileHeaders({ [auth.name]: auth.value })({ config })
      if (Object.keys(headers).length === 0) throw incomplete()
      return fixed(headers, Object.values(headers))
    }
    case 'oauth2': {
      const token = auth.accessToken === undefined ? undefined : compileString(auth.accessToken)({ config })
      return token === undefined ? openOAuth2(auth, deps) : fixed(tokenHeaders(auth, token), [token])
    }
    case 'signed-form':
      return openSignedForm(auth, deps)
    case 'sign':
      return { ...fixed({}, []), sign: (request, now) => auth.sign(request, config, now) }
    case 'session': {
      const instead = compileHeaders(auth.instead)({ config })
      return auth.instead !== undefined && Object.keys(instead).length === Object.keys(auth.instead).length
        ? fixed(instead, Object.values(instead))
        : session(sessionHeaders(auth.headers, config), deps.logIn, deps.clock)
    }
  }
}

const fixed = (headers: Readonly<Record<string, string>>, secrets: readonly string[]): Authentication => ({
  prove: async () => ({ headers, session: 0 }),
  renew: () => false,
  sign: (request) => request,
  secrets: () => secrets,
})

/** Of templates all must have a value, else the login brought no session. */
function sessionHeaders(headers: Extract<Auth, { kind: 'session' }>['headers'], config: Config): HeadersOf {
  if (typeof headers === 'function') return ({ answer }) => headers(answer, config)
  const compiled = compileHeaders(headers)
  return ({ answer, headers: answered }) => {
    const made = compiled({ login: answer, answered, config })
    if (Object.keys(made).length < Object.keys(headers).length) throw incomplete()
    return made
  }
}

/** One login at a time, whoever asks; it lives as long as the connection is open and the partner takes it. */
function session(headersOf: HeadersOf, logIn: AuthDeps['logIn'], clock: Clock): Authentication {
  let current: Promise<Proof> | undefined
  let number = 0
  let refused: { readonly error: unknown; readonly until: number } | undefined
  const tokens = new Set<string>()

  const start = async (mine: number): Promise<Proof> => {
    const said = await logIn()
    const login = said.answer
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(readHeaders(headersOf, said))) {
      headers[name.toLowerCase()] = headerValue(name, value)
      if (tokens.size >= maxTokens) tokens.clear()
      for (const word of [value, ...value.split(' ')]) if (word.length >= tokenLength) tokens.add(word)
    }
    for (const word of texts(login)) if (word.length >= tokenLength) tokens.add(word)
    return { headers, login, session: mine }
  }
  return {
    prove: () => {
      if (refused !== undefined && clock.now() < refused.until) return Promise.reject(refused.error)
      if (current === undefined) {
        number++
        const mine = number
        const started = start(mine)
        current = started
        started.catch((error: unknown) => {
          if (number === mine) current = undefined
          if (recoveryOf(error) === 'reauth') refused = { error, until: clock.now() + refusedMs }
        })
      }
      return current
    },
    renew: (session) => {
      if (session === number) current = undefined
      return true
    },
    sign: (request) => request,
    secrets: () => [...tokens],
  }
}
const maxTokens = 64
/** Shorter words (`Bearer`) are no secrets. */
const tokenLength = 16

function texts(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap((field: Json | undefined) => texts(field))
}

type HeadersOf = (login: LoggedIn) => Readonly<Record<string, string>>

function readHeaders(headersOf: HeadersOf, login: LoggedIn): Readonly<Record<string, string>> {
  try {
    return headersOf(login)
  } catch {
    throw reauth('login-refused', 'the answer to the login carries no session; check user and password', { sent: true })
  }
}
