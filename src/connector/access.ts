import type { Outcome } from '../model/delivery.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { CommandAction, StateAction } from './types.ts'

/** Where a stream stands. `time` is the highest cursor value that is safe to start from again (ISO, UTC, partner's clock). */
export interface Checkpoint {
  readonly time: string | null
  /** of a stream that is counted: the number it stands at; `time` then only tells when that was */
  readonly counter?: number
}

/** A record cut out of one or more bodies. `slices` name bodies of the same read by index. */
export interface CutRecord {
  /** stream of the connector, or `<stream>/<child>` for child records */
  readonly stream: string
  readonly key: string
  /** sortable text; null: the source has no version */
  readonly version: string | null
  readonly op: 'upsert' | 'delete'
  readonly slices: readonly CutSlice[]
  /** of the record's content, children included: key order and white space do not count, since some partners change both between two reads */
  readonly bodyHash: string
  /** key that decides the lane: the parent's for child records */
  readonly laneKey: string
  /** it only says that the record changed: it is read again by its key */
  readonly poke?: true
  /** the record as the mapping reads it, where it was parsed whole anyway and nothing in it is ambiguous */
  readonly value?: Json
}
export type CutSlice =
  | { readonly body: number; readonly from: number; readonly to: number; readonly into?: string }
  | { readonly body: number; readonly index: number; readonly into?: string }

/** One page with its children, read. */
export interface PageRead {
  /** exact bytes of the page, then of the child answers */
  readonly bodies: readonly { readonly kind: 'page' | 'child' | 'key'; readonly bytes: Uint8Array }[]
  /** when the read began, by the partner's clock as far as its Date header tells; never later than the truth */
  readonly asOf: number
  readonly records: readonly CutRecord[]
  /** rows of a page that may be kept as it came and cut later; `records` is empty then */
  readonly uncut?: number
  /** to be stored together with this page's receipts; undefined: not safe to move yet */
  readonly checkpoint?: Checkpoint
  /** where this very list goes on, when it has no checkpoint of its own here: for a read that is taken up again */
  readonly mark?: Mark
  /** a page without records: the partner is not ready, and may be asked again after so long */
  readonly waitMs?: number
  readonly last: boolean
}

/** A place inside one list. JSON; only the engine reads it. */
export interface Mark {
  readonly ask: { readonly page: JsonObject; readonly url?: string }
  readonly since: number | null
  readonly until: number
  readonly asOf: number
  /** when the page before was read */
  readonly at: number
  readonly highest: number | null
  readonly pages: number
  readonly rows: number
  /** the list is a file that a job of the partner's makes */
  readonly bulk?: BulkMark
}

/** A place in the file of a bulk job. JSON; only the engine reads it. */
export interface BulkMark {
  /** the partner's name of it; empty: there is none any more */
  readonly job: string
  /** how many were asked for */
  readonly jobs: number
  /** when, by the partner's clock */
  readonly began: number
  /** bytes of the file that are done, and that it has, once that is known */
  readonly offset: number
  readonly total: number | null
}

export interface ReadOptions {
  readonly lookbackMs?: number
  readonly signal?: AbortSignal
  /** only what the cursor says is not later, epoch ms; left out: up to now */
  readonly until?: number
  /** by a bulk job, where the stream has one and there is enough to read: then marks have to be kept */
  readonly bulk?: boolean
  /** pages that need nothing but their own bytes to be cut are not cut here (`uncut`); of a read up to now */
  readonly whole?: boolean
  /** takes a list up where an earlier read with the same checkpoint and bound was */
  readonly resume?: Mark
}

/** How long a write may still begin. */
export interface Right {
  readonly signal?: AbortSignal | undefined
  /** asked at the last moment before the bytes go out; false: somebody else may be at it by now, nothing is sent */
  readonly held?: (() => boolean) | undefined
  /** W3C traceparent that goes with every request of this write */
  readonly traceparent?: string | undefined
}

/** `shown`: the figure the partner shows, where it was read already. */
export interface StateRight extends Right {
  readonly shown?: Json | undefined
}

/** Open access to one connection: the engine's side that the pipeline uses. Every method throws HubError classed by recovery. */
export interface Access {
  /** proves the credentials with the connector's cheapest call */
  check(signal?: AbortSignal): Promise<void>
  /**
   * Pages of a stream from a checkpoint (null: everything). Ends after the last page. @throws HubError `endless-list`, `repeated-page`, `cursor-back`, `bad-shape`,
   * `html-answer`, … after the pages that were good
   */
  read(stream: string, from: Checkpoint | null, options: ReadOptions): AsyncGenerator<PageRead>
  /** A read that stands here will not go on: what it asked the partner to do is taken back. Nothing happens where there is nothing */
  abandon(stream: string, mark: Mark, signal?: AbortSignal): Promise<void>
  /** one record by its key; no records: the partner does not have it (any more) */
  readKey(stream: string, key: string, signal?: AbortSignal): Promise<PageRead>
  /** keys of everything the stream has at the partner, page by page. @throws HubError `no-key-list` (bug) */
  keys(stream: string, signal?: AbortSignal): AsyncGenerator<readonly string[]>
  /** looks after what the partner sends to us: makes what is missing, wakes what is turned off or silent. @throws HubError `no-subscription` (bug) */
  subscribe(wanted: Subscribing, signal?: AbortSignal): Promise<readonly Subscribed[]>
  /** what the partner's list has of these topics; changes nothing. @throws HubError `no-subscription` (bug) */
  subscriptions(wanted: Subscribing, signal?: AbortSignal): Promise<readonly Listed[]>
  /** ends what the partner sends to us of these topics; answers those it sent. @throws HubError `no-subscription` (bug), `no-remove` (reject) */
  unsubscribe(wanted: Subscribing, signal?: AbortSignal): Promise<readonly string[]>
  /** the figure the partner shows for a state action now; undefined when the action declares no way to know */
  current(action: StateAction, input: JsonObject, signal?: AbortSignal): Promise<Json | undefined>
  /** sets a figure */
  setState(action: StateAction, input: JsonObject, effectKey: string, right?: StateRight): Promise<Outcome>
  /** runs one command under its once-rule. `body`: frozen input; `key`: of the thing at the partner for change and cancel; `ambiguous`: an earlier try may have had its effect, `done`: one had it */
  run(
    action: CommandAction,
    operation: 'create' | 'change' | 'cancel',
    body: JsonObject,
    context: Right & { readonly effectKey: string; readonly key?: string; readonly ambiguous: boolean; readonly done?: boolean },
  ): Promise<Outcome>
  close(): Promise<void>
}

export interface Subscribing {
  /** our hook address first, then those that still work */
  readonly addresses: readonly string[]
  readonly topics: readonly string[]
  /** topics that should have come and did not: their subscriptions are woken although they look well */
  readonly silent: readonly string[]
}
/** What was found of one topic, and so what was done. */
export interface Subscribed {
  readonly topic: string
  readonly found: 'works' | 'missing' | 'off' | 'silent' | 'ends'
}
/** One topic, as the partner's list of subscriptions has it. */
export interface Listed {
  readonly topic: string
  readonly state: 'works' | 'missing' | 'off' | 'ends'
  /** the partner's own key of it */
  readonly key: string | null
  /** when it ends by itself, as the partner tells it */
  readonly expiresAt: string | null
}

export type Verified =
  | { readonly kind: 'accepted'; readonly topic: string; readonly eventId?: { readonly value: string; readonly signed: boolean } }
  | { readonly kind: 'ping' }
  | { readonly kind: 'refused'; readonly code: 'missing-signature' | 'wrong-signature' | 'stale-timestamp' }
