import { PartnerFault } from './faults.ts'
import type { Proof } from './proof.ts'
import type { Csrf } from './types.ts'

/** What a write carries: the token and the cookies of its session, beside what proves who we are. */
export interface CsrfMark {
  readonly headers: Readonly<Record<string, string>>
  readonly number: number
}
export interface CsrfGuard {
  /** the mark for writes of this proof; one fetch at a time, whoever asks. @throws HubError when it cannot be had */
  mark(proof: Proof): Promise<CsrfMark>
  /** a write with this mark was refused for it: the next one is fetched */
  forget(mark: CsrfMark): void
  /** values that must never be shown */
  secrets(): readonly string[]
}

/** An answer that wants another token: by the gateway's word nothing was done (help.sap.com, SAP Gateway, Cross-Site Request Forgery Protection). */
export const csrfRequired = 'csrf-required'
export const wantsToken = (csrf: Csrf | undefined, status: number, headers: Readonly<Record<string, string>>): boolean =>
  csrf !== undefined && status === 403 && headers[csrf.header.toLowerCase()]?.trim().toLowerCase() === 'required'

const mostCookies = 50
const longest = 4096

/** `fetch` sends the read that brings the token and answers its headers. A token belongs to its session: one of another login is fetched anew. */
export function openCsrf(csrf: Csrf, fetch: (proof: Proof) => Promise<Readonly<Record<string, string>>>, what: string): CsrfGuard {
  let current: { readonly session: number; readonly mark: Promise<CsrfMark>; readonly number: number } | undefined
  let number = 0
  const hidden = new Set<string>()
  const name = csrf.header.toLowerCase()

  const begin = async (proof: Proof, mine: number): Promise<CsrfMark> => {
    const answered = await fetch(proof)
    const token = answered[name] ?? ''
    if (token === '' || token.length > longest || !/^[\x21-\x7e]+$/.test(token) || /^(required|fetch)$/i.test(token))
      throw new PartnerFault(
        `${what}: the answer to ${csrf.fetch.path} carries no ${csrf.header}; look at the path that "csrf" fetches it from`,
        {
          code: 'no-csrf-token',
          recovery: 'retry',
          ambiguous: false,
        },
      )
    const cookies = cookiesOf(answered['set-cookie'])
    // writes with the marks before may be under way
    if (hidden.size >= maxHidden) hidden.clear()
    for (const value of [token, ...cookies.values()]) if (value.length >= leastSecret) hidden.add(value)
    const cookie = joined(proof.headers.cookie, cookies)
    return { number: mine, headers: { [name]: token, ...(cookie === '' ? {} : { cookie }) } }
  }
  return {
    mark: (proof) => {
      if (current?.session === proof.session) return current.mark
      number++
      const mine = number
      const mark = begin(proof, mine)
      current = { session: proof.session, mark, number: mine }
      mark.catch(() => {
        if (current?.number === mine) current = undefined
      })
      return mark
    },
    forget: (mark) => {
      if (current?.number === mark.number) current = undefined
    },
    secrets: () => [...hidden],
  }
}
const leastSecret = 6
const maxHidden = 256

/** Of `Set-Cookie` headers that were joined by commas (RFC 6265 5.2): names and values, the rest is for browsers. A date has a comma too, but no name and `=` right after it. */
export function cookiesOf(header: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const line of header?.split(/,(?=\s*[^\s;,=]+=)/) ?? []) {
    const pair = line.split(';', 1)[0]?.trim() ?? ''
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
    if (at > 0 && found.size < mostCookies && /^[\x21-\x7e]*$/.test(pair) && pair.length <= longest) found.set(name, value)
  }
  return found
}

/** Cookies of the login, then those that came with the token, which replace their namesakes. */
function joined(own: string | undefined, cookies: ReadonlyMap<string, string>): string {
  const kept = (own ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && !cookies.has(pair.split('=', 1)[0] ?? ''))
  return [...kept, ...[...cookies].map(([name, value]) => `${name}=${value}`)].join('; ')
}
