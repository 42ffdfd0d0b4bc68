import type { Clock } from '../model/clock.ts'
import { reject } from '../model/errors.ts'
import type { Egress } from './egress.ts'
import { PartnerFault, recoveryOfStatus } from './faults.ts'
import { exchange } from './http.ts'

/** A part of a file; or there is none at that address any more. */
export type FilePart =
  | {
      readonly kind: 'part'
      readonly bytes: Uint8Array /** the file ends with it */
      readonly end: boolean /** of the whole file, as far as it is told */
      readonly total: number | undefined
    }
  | { readonly kind: 'gone' }

export interface DownloadSetup {
  readonly name: string
  readonly base: URL
  /** names of hosts besides that of `base` */
  readonly hosts: readonly string[]
  readonly deadlineMs: number
  /** of an answer that is not the part that was asked for, but the whole file */
  readonly maxBodyBytes: number
}
export interface Downloading {
  /** The bytes from `from` on, about `most` of them. @throws HubError `foreign-file`, `bad-part` (reject) and PartnerFault, without the address in them: its query is a key */
  part(url: string, from: number, most: number, signal: AbortSignal | undefined): Promise<FilePart>
  close(): Promise<void>
}

const gone: ReadonlySet<number> = new Set([400, 401, 403, 404, 410])

/**
 * Reads files that lie elsewhere in parts (RFC 9110, section 14): each is one request with its own limits, and a read that was cut off goes on at its byte. Nothing that proves who we are goes with it. A server that
 * answers the whole file instead is taken at its word, within the limit of an answer.
 */
export function openDownload(setup: DownloadSetup, reach: (origin: string) => Egress, clock: Clock): Downloading {
  const open = new Map<string, Egress>()
  const what = `the file of a bulk job of ${setup.name}`
  const egressOf = (url: URL): Egress => {
    const known = open.get(url.origin) ?? reach(url.origin)
    open.set(url.origin, known)
    return known
  }
  return {
    async part(address, from, most, signal) {
      const url = addressOf(address, setup, what)
      const headers = { accept: '*/*', 'accept-encoding': 'identity', range: `bytes=${from}-${from + most - 1}`, 'user-agent': 'crossdock' }
      const limits = { deadlineMs: setup.deadlineMs, headersMs: setup.deadlineMs, maxBodyBytes: Math.max(most, setup.maxBodyBytes) }
      const answer = await exchange(
        egressOf(url),
        { method: 'GET', url: url.href, headers },
        { ...limits, ...(signal === undefined ? {} : { signal }) },
        clock,
        what,
      )
      const { status, body } = answer
      if (status === 206) return partOf(answer.headers['content-range'], body, from, what)
      if (status === 200) return { kind: 'part', bytes: body.subarray(Math.min(from, body.length)), end: true, total: body.length }
      if (status === 416) return { kind: 'part', bytes: new Uint8Array(), end: true, total: undefined }
      if (gone.has(status)) return { kind: 'gone' }
      const recovery = recoveryOfStatus(status)
      throw new PartnerFault(`${what}: answered ${status}`, { code: `http-${status}`, recovery, ambiguous: false, status })
    },
    async close() {
      await Promise.all([...open.values()].map((egress) => egress.close()))
    },
  }
}

function addressOf(address: string, { base, hosts }: DownloadSetup, what: string): URL {
  const url = URL.parse(address, base)
  const known =
    url !== null && url.username === '' && (url.origin === base.origin || (url.protocol === 'https:' && hosts.includes(url.hostname)))
  if (url === null || !known)
    throw reject(
      'foreign-file',
      `${what} lies at ${url === null ? 'no address' : url.origin}, which is neither the partner's own nor among the hosts that the connector names for it`,
    )
  return url
}

function partOf(range: string | undefined, bytes: Uint8Array, from: number, what: string): FilePart {
  const [, first, last, whole] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(range ?? '') ?? []
  if (Number(first) !== from || Number(last) - from + 1 !== bytes.length)
    throw reject(
      'bad-part',
      `${what}: bytes from ${from} on were asked for, the answer says "${(range ?? 'nothing').slice(0, 60)}" and has ${bytes.length}`,
    )
  const total = whole === undefined || whole === '*' ? undefined : Number(whole)
  return { kind: 'part', bytes, end: total !== undefined && from + bytes.length >= total, total }
}
