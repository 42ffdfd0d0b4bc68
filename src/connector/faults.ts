import { HubError, type Recovery } from '../model/errors.ts'
import { canonicalJson, isObject, type Json } from '../model/json.ts'
import type { Body } from './body.ts'
import { graphqlFault, throttled } from './graphql.ts'
import type { FaultRule } from './types.ts'

/** What a partner did to a request, with all that decides about the next try. */
export class PartnerFault extends HubError {
  /** HTTP status, when an answer came */
  readonly status: number | undefined
  /** the effect of a write may have happened all the same */
  readonly ambiguous: boolean

  constructor(message: string, detail: FaultDetail) {
    super(message, { ...detail, sent: detail.ambiguous })
    this.status = detail.status
    this.ambiguous = detail.ambiguous
  }
}
export interface FaultDetail {
  readonly code: string
  readonly recovery: Recovery
  readonly ambiguous: boolean
  readonly status?: number
  readonly retryAfterMs?: number
  readonly sample?: string
  readonly cause?: unknown
}

/** A complete answer, not yet believed. */
export interface Judged {
  /** `GET /orders of shop-us`: for messages, without the query */
  readonly what: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
  readonly now: number
}
export interface Expectation {
  readonly rules: readonly FaultRule[]
  /** a good answer that is none of the faults: what was asked was done before */
  readonly already?: { readonly path: string; readonly in: readonly Json[] } | undefined
  /** media types that count as an answer; a type with a star accepts everything */
  readonly contentTypes: readonly string[]
  /** the codec reads whole bodies itself: a type text/html may really be a page; else it is JSON under a wrong name */
  readonly parsed?: boolean
  /** something is read from the body, so an empty one is a fault; a 200 that says nothing always is */
  readonly needsBody: boolean
  /** no beginning of the body in the fault: answers to a login carry tokens */
  readonly secret: boolean
  /** the answer is one to a GraphQL operation */
  readonly graphql?: 'query' | 'mutation' | undefined
  /** where a fault of want of points is answered: the wait */
  readonly pointsMs?: number | undefined
}

/**
 * What is wrong with an answer; undefined: nothing. The connector's rules come first, then the status, then the content type: an HTML page that says 200 is no answer.
 * After a complete refusal (4xx, or a rule that fits) nothing has happened at the partner; after a 5xx or a page that is not the API's own nobody knows.
 */
export function judge(answer: Judged, expected: Expectation): PartnerFault | undefined {
  const { status, what } = answer
  const asked = readRetryAfter(answer.headers['retry-after'], answer.now)
  const fault = (code: string, recovery: Recovery, ambiguous: boolean, words: string, retryAfterMs = asked) =>
    new PartnerFault(`${what}: ${words}`, {
      code,
      recovery,
      ambiguous,
      status,
      ...(recovery === 'retry' && retryAfterMs !== undefined ? { retryAfterMs } : {}),
      ...(expected.secret ? {} : { sample: sampleOf(answer.body.bytes) }),
    })
  const { already } = expected
  if (already !== undefined && status >= 200 && status < 300 && fits({ ...already, then: 'reject', code: '' }, answer)) return undefined
  const rule = expected.rules.find((candidate) => fits(candidate, answer))
  const mute = rule?.path === undefined && (status >= 500 || status === 408)
  if (rule !== undefined)
    return fault(rule.code, rule.then, mute, saidBy(answer.body, rule.message) ?? `the partner answered ${rule.code}`, asked ?? rule.waitMs)
  if (status < 200) return fault(`http-${status}`, 'retry', true, `answered ${status}, which is no final answer`)
  if (status >= 300 && status < 400)
    return fault(
      'redirect',
      'retry',
      true,
      `answered ${status}, and redirects are not followed; put the final address into the connection's config`,
    )
  if (status >= 400) {
    const said = saidBy(answer.body, undefined)
    return fault(
      status === 412 ? stale : `http-${status}`,
      recoveryOfStatus(status),
      status >= 500 || status === 408,
      `answered ${status}${said === undefined ? '' : `: ${said}`}`,
    )
  }
  const strange = judgeContent(answer, expected, fault)
  if (strange !== undefined || expected.graphql === undefined || answer.body.bytes.byteLength === 0) return strange
  const said = graphqlFault(answer.body, expected.graphql)
  if (said === undefined) return undefined
  return fault(said.code, said.recovery, said.ambiguous, oneLine(said.message), said.code === throttled ? expected.pointsMs : asked)
}

function judgeContent(
  answer: Judged,
  expected: Expectation,
  fault: (code: string, recovery: Recovery, ambiguous: boolean, words: string) => PartnerFault,
): PartnerFault | undefined {
  if (expected.contentTypes.some((type) => type === '*/*')) return undefined
  const { bytes } = answer.body
  if (bytes.byteLength === 0)
    return expected.needsBody || answer.status === 200
      ? fault('empty-answer', 'retry', true, `answered ${answer.status} without a body`)
      : undefined
  const type = (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const accepted =
    expected.contentTypes.includes(type) ||
    (expected.contentTypes.includes('application/json') && (/^(application|text)\/([\w.-]+\+)?json$/.test(type) || type === ''))
  if (type === 'text/html' && !accepted)
    return fault(
      'html-answer',
      'retry',
      true,
      `answered ${answer.status} with a web page instead of data: maintenance, a login page or a wrong address`,
    )
  if (looksLikeHtml(bytes) && (!expected.parsed || !expected.contentTypes.includes('text/html')))
    return fault('html-answer', 'retry', true, `answered ${answer.status} with a web page under the type "${type}"`)
  return accepted
    ? undefined
    : fault(
        'wrong-content-type',
        'retry',
        true,
        `answered ${answer.status} as "${type.slice(0, 60)}" instead of ${expected.contentTypes.join(' or ')}`,
      )
}

/** Somebody else wrote in between (RFC 9110 13.1.1): nothing was done, and the next try reads again and decides anew. */
export const stale = 'stale'

/** 401 asks for a login, overload and time-outs for patience, a tag that is old for another look; every other 4xx will be refused again. */
export function recoveryOfStatus(status: number): Recovery {
  if (status === 401) return 'reauth'
  return status === 408 || status === 412 || status === 425 || status === 429 || status >= 500 ? 'retry' : 'reject'
}

/** Retry-After in ms from now: seconds or an HTTP date (RFC 9110 10.2.3); undefined for garbage. A date in the past is 0. */
export function readRetryAfter(text: string | undefined, now: number): number | undefined {
  const value = text?.trim()
  if (value === undefined || value === '') return undefined
  if (/^\d{1,12}$/.test(value)) return Number(value) * 1000
  if (!/^[A-Z][a-z]{2,8},? /.test(value)) return undefined
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function fits(rule: FaultRule, { status, body }: Judged): boolean {
  if (rule.status !== undefined && !rule.status.includes(status)) return false
  if (rule.path === undefined) return rule.status !== undefined
  const value = body.bytes.byteLength === 0 ? undefined : body.peek(rule.path)
  const among = (list: readonly Json[]) => value !== undefined && list.some((item) => canonicalJson(item) === canonicalJson(value))
  if (rule.in !== undefined && !among(rule.in)) return false
  if (rule.not !== undefined && (value === undefined || value === null || among(rule.not))) return false
  return rule.in !== undefined || rule.not !== undefined || value !== undefined
}

const usual = ['message', 'error.message', 'error_description', 'detail', 'title', 'errors', 'error'] as const

/** The partner's own words, flattened to one line without control characters: they reach terminals. Cut to size only after secrets are out, so that none is cut in two. */
function saidBy(body: Body, path: string | undefined): string | undefined {
  for (const candidate of path === undefined ? usual : [path]) {
    const words = oneLine(texts(body.peek(candidate)).join(': '))
    if (words !== '') return words
  }
  return undefined
}

const oneLine = (text: string): string =>
  text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 4000)

function texts(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (typeof value === 'number') return [String(value)]
  if (Array.isArray(value)) return value.flatMap((item: Json) => texts(item))
  return isObject(value) ? Object.values(value).flatMap((field) => texts(field)) : []
}

const looksLikeHtml = (bytes: Uint8Array): boolean => /^\s*(<!doctype html|<html)/i.test(new TextDecoder().decode(bytes.subarray(0, 200)))
const sampleOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, 4000))
