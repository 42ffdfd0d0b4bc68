import { createHash, createHmac } from 'node:crypto'
import { bug, recoveryOf } from '../model/errors.ts'
import { sha256 } from '../model/id.ts'
import { at, type Json } from '../model/json.ts'
import type { OAuth2Deps } from './oauth2.ts'
import { type Authentication, incomplete } from './proof.ts'
import { compileString, type Roots } from './template.ts'
import { keepToken, tokenOf } from './token-keeper.ts'
import type { Call, Config, FormSignature, FormTokens, HttpRequest, SignedForm } from './types.ts'

export interface SignedFormDeps extends Pick<OAuth2Deps, 'connection' | 'config' | 'tokens' | 'clock'> {
  /** sends a call that asks for a token, signed like every other, and gives its decoded answer */
  readonly askForm: (call: Call, roots: Roots) => Promise<Json>
}

/** The fields with the digest over them, as the partner of {@link FormSignature} wants it. Pure; fields without text are left out. */
export function signFields(
  { field, algorithm, case: letters, text }: Omit<FormSignature, 'secret'>,
  secret: string,
  fields: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const sent = Object.entries(fields).filter(([name, value]) => name !== field && value !== '')
  const pairs = sent
    .toSorted(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map(([name, value]) => name + value)
    .join('')
  const hashed = text
    .split(/(\{fields\}|\{secret\})/)
    .map((piece) => (piece === '{fields}' ? pairs : piece === '{secret}' ? secret : piece))
  const hash = algorithm === 'md5' ? createHash('md5') : createHmac(algorithm === 'hmac-md5' ? 'md5' : 'sha256', secret)
  const digest = hash.update(hashed.join(''), 'utf8').digest('hex')
  return { ...Object.fromEntries(sent), [field]: letters === 'upper' ? digest.toUpperCase() : digest }
}

/** Adds what every form carries, and signs it. The values that are signed are those the form holds, byte by byte. */
function signerOf({ fields, signature }: SignedForm, secret: string, config: Config): Authentication['sign'] {
  const own = Object.entries(fields).map(([name, template]) => [name, compileString(template)] as const)
  return (request, now, { token }): HttpRequest => {
    if (request.headers['content-type'] !== formType)
      throw bug(
        'unsigned-call',
        `${request.method} ${new URL(request.url).pathname} has no form, and only forms are signed: give the call one, if need be an empty one`,
      )
    const seconds = Math.floor(now.getTime() / 1000)
    const roots: Roots = { config, token, seconds, nonce: nonceOf(seconds) }
    const form = Object.fromEntries(new URLSearchParams(Buffer.from(request.body ?? []).toString('utf8')))
    for (const [name, render] of own) form[name] ??= render(roots) ?? ''
    const body = new URLSearchParams({ ...signFields(signature, secret, form) }).toString()
    return { ...request, body: new TextEncoder().encode(body) }
  }
}

const formType = 'application/x-www-form-urlencoded'

/** Six characters until the year 2038. */
const nonceOf = (seconds: number): string => seconds.toString(36).padStart(6, '0').slice(-6)

/** @throws HubError `no-credentials` (reauth) */
export function openSignedForm(auth: SignedForm, deps: SignedFormDeps): Authentication {
  const { config } = deps
  const secret = compileString(auth.signature.secret)({ config })
  if (secret === undefined) throw incomplete()
  const sign = signerOf(auth, secret, config)
  const given = auth.tokens?.given === undefined ? undefined : compileString(auth.tokens.given)({ config })
  if (auth.tokens !== undefined && given === undefined) return byToken(auth, auth.tokens, secret, sign, deps)
  return {
    prove: async () => ({ headers: {}, session: 0, ...(given === undefined ? {} : { token: given }) }),
    renew: () => false,
    sign,
    secrets: () => (given === undefined ? [] : [given]),
  }
}

function byToken(
  auth: SignedForm,
  { first, refresh, ...places }: FormTokens,
  secret: string,
  sign: Authentication['sign'],
  { connection, config, tokens, clock, askForm }: SignedFormDeps,
): Authentication {
  const constant = { config, token: undefined, seconds: undefined, nonce: undefined }
  const of = sha256(secret, ...Object.values(auth.fields).map((template) => compileString(template)(constant) ?? ''))
  const told = (answer: Json, before: string | undefined) =>
    tokenOf(
      { access: at(answer, places.access), refresh: at(answer, places.next), life: at(answer, places.lifeSeconds) },
      { of, before, now: clock.now() },
    )
  return keepToken({
    connection,
    tokens,
    clock,
    of,
    sign,
    proof: ({ access }) => ({ headers: {}, token: access }),
    ask: async (before) => {
      const nonce = nonceOf(Math.floor(clock.now() / 1000))
      if (refresh !== undefined && before?.refresh !== undefined) {
        const renewed = await askForm(refresh, { refresh: before.refresh, nonce }).catch(refusedRefresh)
        if (renewed !== undefined) return told(renewed, before.refresh)
      }
      return told(await askForm(first, { nonce }), undefined)
    },
  })
}

/** A refresh token that the partner takes no more is none; all else (no answer, too many requests) stays a failure. */
function refusedRefresh(error: unknown): undefined {
  if (recoveryOf(error) === 'reauth' || recoveryOf(error) === 'reject') return undefined
  throw error
}
