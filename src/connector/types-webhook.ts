/** The contract's half that speaks of what partners send by themselves. Reached through types.ts. */
import type { Json } from '../model/json.ts'
import type { Page } from './types.ts'
import type { Call, Config, Path, Template } from './types-http.ts'

export interface Webhook {
  readonly verify: Verify
  /** the body is a form (application/x-www-form-urlencoded): the field whose text is the JSON that topics, event ids and records are read from. The receipt keeps the form */
  readonly form?: string
  /** where the topic stands; or one request tells of many things */
  readonly topic: { readonly header: string } | { readonly path: Path } | Notices
  readonly topics: Readonly<Record<string, Topic>>
  /** id of the event; signed: inside the signed bytes, so that it may decide what is a duplicate */
  readonly eventId?: { readonly header?: string; readonly path?: Path; readonly signed: boolean }
  /** a request that only tests the address: answered, nothing stored; pure */
  readonly ping?: (headers: Readonly<Record<string, string>>, body: Uint8Array) => boolean
  /** a request whose query has this parameter only asks whether the address is ours: its value goes back as plain text, nothing is stored (OData and Graph `validationToken`) */
  readonly handshake?: { readonly query: string }
  readonly ack: { readonly status: number; readonly contentType?: string; readonly body?: string }
  readonly maxBodyBytes?: number
  /** where the partner's API shows and makes what it sends to us */
  readonly subscription?: Subscription
}
/** Every item of the list at `each` is judged by itself: it names a topic, and a record or more than that. */
export interface Notices {
  /** under which such requests are kept */
  readonly name: string
  readonly each: Path
  /** pure; several where several streams read what changed, none or undefined: of nothing that the connector reads */
  readonly read: (item: Json, config: Config) => Told | readonly Told[] | undefined
}
/** `key`: of the record that changed, which is read again. Without it more changed than was named, and the stream of the topic is read now. */
export interface Told {
  readonly topic: string
  readonly key?: string
}
/** One subscription of the partner sends one topic to one address. */
export interface Subscription {
  readonly list: { readonly call: Call; readonly records: Path; readonly page: Page }
  /** where the parts of a listed subscription stand */
  readonly key: Path
  readonly topic: Path
  readonly address: Path
  /** when it ends by itself, an ISO time; it is renewed once less than `renewMs` is left */
  readonly expires?: { readonly path: Path; readonly renewMs: number }
  /** it is one that sends: the value at path is one of these; left out: every one that is listed sends */
  readonly works?: { readonly path: Path; readonly in: readonly Json[] }
  /** with `{topic}`, `{address}` and `{secret}` (the first of the connection's webhook secrets) */
  readonly create: Call
  /** the same with `{key}` and `{row…}`, the subscription as it was listed: wakes one that was turned off, that looks alive and sends nothing, or that will end */
  readonly renew: Call
  /** with `{key}` and `{row…}` */
  readonly remove?: Call
}
export interface Topic {
  readonly stream: string
  /** how the partner's list of subscriptions calls the topic, where that is another word; with `{config…}` */
  readonly subscribed?: Template
  /** whole: the record as the stream has it; partial or key: the record is read again by its key; job: a bulk job of the stream has ended, whose name is at `key` */
  readonly carries: 'whole' | 'partial' | 'key' | 'job'
  readonly op?: 'upsert' | 'delete'
  /** where the records are; "" is the body itself */
  readonly records: Path
  /** where the key is, for carries partial, key and job; the stream's key when left out */
  readonly key?: Path
}
export type Verify =
  | {
      readonly kind: 'hmac'
      readonly header: string
      readonly algorithm: 'sha256' | 'sha1'
      readonly encoding: 'hex' | 'base64'
      /** each of the space-separated values of the config field may have signed (rotation) */
      readonly secret: Template
      /** text before the signature in the header, such as `sha256=` */
      readonly prefix?: string
      /** the form of Unicode (UAX 15) in which the partner makes bytes of the secret */
      readonly normalize?: 'NFC' | 'NFKD'
    }
  /** a plain hash, no HMAC: of `text`, which has `{signed}` once, for the bytes that are signed, and `{secret}` once */
  | {
      readonly kind: 'hash'
      readonly algorithm: 'sha256' | 'md5'
      /** hex of either case */
      readonly signature: { readonly header: string } | { readonly field: string }
      /** the raw body, or the text of a field of the form that it is */
      readonly signed: 'body' | { readonly field: string }
      /** `{signed}/{secret}` */
      readonly text: string
      readonly secret: Template
    }
  /**
   * the partner signs nothing, or in a way that it does not publish: the hook address, which holds 128 random bits and is told to nobody else, is all there is. So nothing in the body is believed but which
   * record to read again: every topic carries keys, and deletes nothing
   */
  | { readonly kind: 'address' }
  /** Standard Webhooks 1.0: id.timestamp.body, v1 signatures, tolerance of five minutes */
  | { readonly kind: 'standard'; readonly secret: Template }
  /** nothing is signed: every item of the list at `each` repeats, at `path`, the secret that the subscription was made with. A body without items is refused */
  | { readonly kind: 'repeated'; readonly each: Path; readonly path: Path; readonly secret: Template }
  | {
      readonly kind: 'custom'
      readonly verify: (body: Uint8Array, headers: Readonly<Record<string, string>>, config: Config, now: Date) => boolean
    }
