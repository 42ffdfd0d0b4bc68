import type { Json, JsonObject } from '../model/json.ts'

/** A recorded conversation with a partner, as data. Requests are compared with what the engine sends: nothing else is answered. */
export interface ConnectorFixtures {
  /** for the README: what of this the partner publishes, and what was made by us */
  readonly source?: string
  /** config as an operator would write it; the origin of the partner's address is replaced by the replay's */
  readonly config: JsonObject
  /** the time of the recording: clock of hub and partner alike */
  readonly now: string
  /** answered as often as it is asked, for session authentication */
  readonly login?: Exchange
  readonly check: Exchange
  /** one for each fault rule of the connector, answered to its check */
  readonly faults?: Readonly<Record<string, RecordedAnswer>>
  /** at least one reading for each polled stream; where there is a cursor, one of them from a checkpoint */
  readonly streams: Readonly<Record<string, readonly StreamReading[]>>
  /** for each stream with `byKey` */
  readonly byKey?: Readonly<Record<string, KeyReading>>
  readonly actions?: Readonly<Record<string, ActionFixture>>
  readonly webhooks?: readonly WebhookFixture[]
  /** name of a test -> why it may fail here; a waived test that passes fails the kit */
  readonly waivers?: Readonly<Record<string, string>>
}

export interface RecordedRequest {
  /** GET when left out */
  readonly method?: string
  /** with the path of the base address, percent-encoded */
  readonly path: string
  /** all of the query; none when left out */
  readonly query?: Readonly<Record<string, string>>
  readonly json?: Json
  readonly form?: Readonly<Record<string, string>>
  /** headers that must be there with these values */
  readonly headers?: Readonly<Record<string, string>>
}
export interface RecordedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON, or the exact text when `text` is given */
  readonly body?: Json
  readonly text?: string
}
export interface Exchange {
  readonly request: RecordedRequest
  readonly answer: RecordedAnswer
}

export interface StreamReading {
  /** null: everything; of a list that is counted the number, as `checkpoint` */
  readonly from: string | null
  readonly exchanges: readonly Exchange[]
  /** in the order they come; child records as `<child>/<key>` */
  readonly keys: readonly string[]
  /** version of some of them, by key as above */
  readonly versions?: Readonly<Record<string, string | null>>
  /** where the stream stands after the reading; null for a full refresh */
  readonly checkpoint: string | null
}
export interface KeyReading {
  readonly key: string
  readonly exchanges: readonly Exchange[]
}

export type ActionFixture = StateFixture | CommandFixtures
export interface StateFixture {
  readonly input: JsonObject
  readonly exchanges: readonly Exchange[]
  readonly key?: string
  readonly current?: { readonly exchanges: readonly Exchange[]; readonly value: Json }
}
export interface CommandFixtures {
  readonly create: CommandFixture
  readonly change?: CommandFixture
  readonly cancel?: CommandFixture
}
export interface CommandFixture {
  readonly input: JsonObject
  /** of the thing at the partner; for change and cancel it is given, for create it must come back */
  readonly key?: string
  readonly exchanges: readonly Exchange[]
  /** which of the exchanges has the effect; 0 when left out */
  readonly effect?: number
  readonly version?: string
  readonly lines?: readonly { readonly externalKey: string; readonly number: string }[]
  /** once: find. What the look-up answers when the thing is there, and when it is not */
  readonly found?: Exchange
  readonly missing?: Exchange
  /** once: find with `over`. What each further look-up answers when the thing is over, and when it is not */
  readonly over?: readonly { readonly found: Exchange; readonly missing: Exchange }[]
  /** read.matches: what `requires` reads once the partner's people went on */
  readonly wentOn?: Exchange
}

/** A webhook request with a signature that our own code did not compute. */
export interface WebhookFixture {
  readonly name: string
  /** vendor: published by the partner; independent: made by another program */
  readonly origin: 'vendor' | 'independent'
  /** where it was published, or the command that made it */
  readonly source: string
  /** over the config of the connection: the secret it was signed with */
  readonly config: JsonObject
  /** lower case names */
  readonly headers: Readonly<Record<string, string>>
  /** exact text of the body */
  readonly body: string
  readonly receivedAt: string
  readonly topic: string
  /** keys of the records it carries; not cut when left out, for answers to a scheme and not to this connector's topics */
  readonly keys?: readonly string[]
}

/** Effect key of every command in the replay. */
export const replayEffectKey = '01JD0000000000000000000000'
