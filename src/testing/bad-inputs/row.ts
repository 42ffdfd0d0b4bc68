import type { Method } from '../../http/route.ts'
import type { EnvelopeReason, EnvelopeState } from '../../model/envelope.ts'
import type { PartnerAnswer, PartnerRequest } from '../loopback-partner.ts'
import type { Bed } from './bed.ts'

/** One row of the table: what is sent or done, and what must be seen. After each a good order still gets through (run-row.ts). */
interface Named {
  /** number of the bad input, 1 to 68 */
  readonly b: number
  readonly name: string
  /** where the hub does not do what is usual, and why that is better here */
  readonly differs?: string
}

/** Where the bed takes webhooks: `shop` signs the body alone and can be asked for one order; `std` is Standard Webhooks and cannot. */
export type Door = 'shop' | 'std'
export type Body = string | Uint8Array

/** A signed body that is acknowledged, kept byte for byte and settled so. */
export interface KeptRow extends Named {
  readonly kind: 'kept'
  readonly body: Body
  readonly door?: Door
  readonly topic?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly state: EnvelopeState
  readonly reason?: EnvelopeReason
  /** in the detail of the envelope */
  readonly says?: RegExp
  /** the order it makes, by its key at the partner */
  readonly order?: readonly [key: string, shows: object]
  /** without `order`: the key that no order may have; 7 */
  readonly absent?: string
}

/** A webhook request that is refused, and of which nothing is stored. */
export interface RefusedRow extends Named {
  readonly kind: 'refused'
  readonly status: number
  readonly code: string
  readonly send: (bed: Bed) => Promise<Response>
}

/** A partner that is ill while the hub reads it. */
export interface PartnerRow extends Named {
  readonly kind: 'partner'
  readonly stream: string
  /** `n` counts the requests from 1 */
  readonly answer: (request: PartnerRequest, n: number, url: string) => PartnerAnswer
  /** last_error of the schedule; undefined: the run ends well */
  readonly error?: RegExp
  /** clamp of what the partner asked for: bounds of the wait until the next run, ms */
  readonly waitsMs?: readonly [least: number, most: number]
  /** orders that were read all the same */
  readonly kept?: readonly number[]
  /** most requests it may have cost */
  readonly asks?: number
  /** what becomes of a run that a person asks for at once, where the partner asked for patience or refused us */
  readonly next?: RegExp
  /** where the checkpoint stands afterwards; undefined: it never moved */
  readonly checkpoint?: string
  /** bytes that the receipts of the run hold */
  readonly holds?: string
  /** behind TLS with this certificate */
  readonly tls?: 'good' | 'elsewhere' | 'expired' | 'lonely' | 'old'
}

/** An address that must not be spoken to. */
export interface AddressRow extends Named {
  readonly kind: 'address'
  /** `port`: of a partner that listens on every address of this machine */
  readonly url: (port: number) => string
  readonly allowPrivate?: readonly string[]
  readonly error: RegExp
}

/** Files of the workspace that are changed, checked by the running hub, and put back. */
export interface FilesRow extends Named {
  readonly kind: 'files'
  readonly files: Readonly<Record<string, string>>
  /** fault of the reload; the hub runs on what it had */
  readonly code: string
  readonly says?: RegExp
}

/** A request of a person or a program to the API. */
export interface AskRow extends Named {
  readonly kind: 'ask'
  readonly method: Method
  readonly path: string
  readonly body?: Body
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  /** of the problem */
  readonly code?: string
  /** in the text of the answer */
  readonly says?: RegExp
}

/** Bytes on a socket, and the status line that answers them. */
export interface WireRow extends Named {
  readonly kind: 'wire'
  readonly bytes: string
  readonly status: number
}

/** What needs more than one step. */
export interface PlayRow extends Named {
  readonly kind: 'play'
  readonly play: (bed: Bed) => Promise<void>
}

export type Row = KeptRow | RefusedRow | PartnerRow | AddressRow | FilesRow | AskRow | WireRow | PlayRow
