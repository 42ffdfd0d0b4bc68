import type { Channel } from '../connector/outward.ts'
import type { Config, Connector } from '../connector/types.ts'
import type { ShippingRules } from '../ledger/lateness.ts'
import type { MatchRules } from '../ledger/match/tolerance.ts'
import type { Offer } from '../ledger/offer.ts'
import type { ReplenishRules } from '../ledger/replenish-rules.ts'
import type { RouteRules } from '../ledger/route-decision.ts'
import type { SettlementTerms } from '../ledger/settlement-terms.ts'
import type { StatementKind } from '../ledger/statements/content.ts'
import type { CompiledMapping, CompileResult, MappingSet } from '../mapping/types.ts'
import type { Clock } from '../model/clock.ts'
import type { RetryTable } from '../model/delivery.ts'
import type { JsonObject } from '../model/json.ts'
import type { Log } from '../model/log.ts'
import type { Meter } from '../model/meter.ts'
import type { Keyring } from '../model/sealing.ts'
import type { Timing } from '../model/timing.ts'
import type { Tracer } from '../model/trace.ts'
import type { Deadlines } from '../store/aftersale.ts'
import type { Database } from '../store/database.ts'
import type { Bell } from './bell.ts'
import type { Compiled } from './compiled.ts'
import type { Handover } from './handover.ts'

/** Everything a step of the pipeline needs, put together once in main.ts. Plain values, no module state. */
export interface Context {
  readonly tenant: string
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** what is counted for monitoring; nothing is when left out */
  readonly meter?: Meter
  /** follows records from the partner's request to the last try; nothing is followed when left out */
  readonly tracer?: Tracer
  readonly bell: Bell
  /** bytes just committed, on their way to the next step (openHandover) */
  readonly handover: Handover
  /** conditions, templates and schemas of connectors, compiled once (openCompiled) */
  readonly compiled: Compiled
  readonly newId: () => string
  /** keys that seal secrets @throws HubError when they cannot be had */
  readonly keyring: () => Keyring
  readonly random: () => number
  readonly settings: Settings
  /** the current revision; a step takes it once and works with that one to its end */
  readonly catalogue: () => Catalogue
  /** open HTTP access of one connection (connector/connection.ts); the same object until its definition changes */
  readonly access: (connection: ConnectionSetup) => Access
}

/** How many days things are kept; what is left out is kept for ever. `schemas/meta/workspace.json` says what each is. */
export interface Retention {
  readonly bodiesDays?: number
  readonly attemptsDays?: number
  readonly dedupeDays?: number
  readonly quietDays?: number
  readonly pushesDays?: number
  readonly alarmsDays?: number
  readonly plansDays?: number
  readonly auditDays?: number
  readonly eventsDays?: number
  readonly numbersDays?: number
}

/** Statements of the month that ended last, made for every account that has something new. */
export interface MonthlyStatements {
  readonly kinds: readonly StatementKind[]
  readonly timing: Timing
  /** their parties see them at once */
  readonly publish: boolean
}

/** Spans and sizes of the workers; workspace settings override the defaults. */
export interface Settings {
  /** how long a worker that died keeps its lane from others */
  readonly leaseMs: number
  readonly sweepMs: number
  /** envelopes of one transaction */
  readonly ingestBatch: number
  /** lanes of one connection delivered at once, where the connection does not say less */
  readonly deliverConcurrency: number
  /** tries of one envelope or delivery that end the process before it is set aside as poison */
  readonly maxCrashes: number
  /** age at which something parked raises an alarm */
  readonly parkAlarmMs: number
  /** age at which open findings raise an alarm */
  readonly findingAlarmMs: number
  /** a pull that has moved its checkpoint ends after so many pages, or so long, and goes on in a next run: others have their turn */
  readonly pullPages: number
  readonly pullMs: number
  /** envelopes that may wait while a pull reads on; with more of them it waits up to five seconds before each page */
  readonly pullAhead: number
  /** envelopes of ranges read beside the live runs that may wait at once; the next page is read when there are fewer */
  readonly backfillAhead: number
  /** time between two looks at what partners are silent about */
  readonly watchMs: number
  /** time between two looks at the subscriptions at partners: those that will end are renewed then */
  readonly subscriptionMs: number
  /** days before its last one from which a contract raises an alarm */
  readonly contractAlarmDays: number
  /** days in which the first key of an account has to be used */
  readonly firstKeyDays: number
  /** IANA zone of the operator: on which day a contract begins, a party supplies goods, or a document of the hub is written. UTC when left out */
  readonly timeZone?: string
  /** who wrote a contract may approve it too */
  readonly ownApproval?: boolean
  readonly retention?: Retention
  /** after what time orders and parcels are late; nothing is when left out */
  readonly shipping?: ShippingRules
  /** when the ledger is held against its documents; never when left out */
  readonly verify?: Timing
  /** which statements the hub makes by itself, and when; none when left out */
  readonly statements?: MonthlyStatements
  /** `https://hub.example`: where partners reach the hub; without it no subscription of theirs can be made */
  readonly publicUrl?: string
  /** private networks (CIDR) that receivers of events may stand in */
  readonly eventNetworks?: readonly string[]
}

/** One checked revision of the workspace, compiled. */
export interface Catalogue {
  readonly revision: string
  readonly connections: ReadonlyMap<string, ConnectionSetup>
  readonly routes: readonly Route[]
  readonly mappings: MappingSet
  /** mappings that a connection changes by a file of its own: connection -> mapping (see mappingOf) */
  readonly overlaid?: ReadonlyMap<string, ReadonlyMap<string, Overlaid>>
  /**
   * Another text of the mapping `name`, compiled as `connection` would run it, with its overlay, and as all others run it without one; against this revision's schemas, tables and code
   * lists. `shown` names it in faults.
   */
  readonly compile: (name: string, text: string, shown: string, connection?: string) => CompileResult
  /** validates a canonical document; undefined: it fits */
  readonly validate: (document: string, body: JsonObject) => { readonly path: string; readonly message: string } | undefined
  /** canonical schemas, and those they refer to, by their `$id` */
  readonly schemas: ReadonlyMap<string, JsonObject>
  /** where alarms are told, by name */
  readonly channels: ReadonlyMap<string, Channel>
  /** by which rules sales orders go to accounts; none is decided when left out */
  readonly routing?: RouteRules
  /** how products are ordered anew; nothing is suggested when left out */
  readonly replenishment?: ReplenishRules
  /** by which tolerances invoices are judged; every difference counts when left out */
  readonly matching?: MatchRules
  /** what the workspace says of after-sale documents; nothing is approved by itself when left out */
  readonly returns?: ReturnRules
  /** workspace code lists: kind -> external code -> hub code */
  readonly codes: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Rules of after-sale documents. */
export interface ReturnRules {
  /** how long before a deadline an alarm tells of it */
  readonly warnMs: number
  /** by when documents without a deadline of their own are due; at no time when left out */
  readonly deadlines?: Deadlines
  /** id of the rule that approves a request, if one does */
  readonly autoApprove: (request: JsonObject) => string | undefined
}

/** A mapping as one connection runs it. */
export interface Overlaid {
  readonly mapping: CompiledMapping
  /** path of the overlay in the workspace: `overlays/shop-us-order.json` */
  readonly file: string
}

/** The mapping that a connection runs under this name. */
export const mappingOf = (catalogue: Catalogue, connection: string, name: string): CompiledMapping | undefined =>
  catalogue.overlaid?.get(connection)?.get(name)?.mapping ?? catalogue.mappings.get(name)

export interface ConnectionSetup {
  readonly name: string
  readonly connector: Connector
  /** config with its secrets resolved; never logged */
  readonly config: Config
  /** config without the fields that the connector's schema marks writeOnly: what mappings may read */
  readonly openConfig: JsonObject
  /** key of the party whose books this connection keeps */
  readonly books: string
  readonly organisation?: string
  /** `orders`: its sales reports are for comparison and never count */
  readonly sales?: 'orders'
  readonly streams: ReadonlyMap<string, StreamSetup>
  readonly retry: RetryTable
  readonly concurrency: number
  /** a smaller budget than the connector's */
  readonly limit?: { readonly requests: number; readonly perMs: number }
  readonly timeoutMs?: number
  /** operator's consent to private address ranges, as CIDR */
  readonly allowPrivate: readonly string[]
  readonly paused: boolean
  /** how much of what is available its shop may sell; all of it when left out */
  readonly offer?: Offer
  /** by which terms what its platform pays is held against its orders; it is not watched when left out */
  readonly settlement?: SettlementTerms
  /** the partner gets a `traceparent` header with what is sent */
  readonly sendTrace?: boolean
  /** the last `days` business days are compared with the ledger by the clock */
  readonly reconcile?: { readonly timing: Timing; readonly days: number }
  /** every value of the config that stood behind a reference, secret by its schema or not: taken out of what a partner says */
  readonly secrets?: readonly string[]
}

/** How one stream is read. What is left out is not done. */
export interface StreamSetup {
  readonly timing: Timing
  readonly lookbackMs?: number
  /** streams of the same connection that are read whole before the first read of this one */
  readonly after?: readonly string[]
  /** a whole read now and then, for what "modified since" does not show */
  readonly full?: Timing
  /** comparison with the list of the partner's keys, for deletes it does not tell; more than `maxPercent` of what we hold waits for a person */
  readonly ids?: { readonly timing: Timing; readonly maxPercent: number }
  /** a stream without a good run for so long is stale */
  readonly staleMs?: number
  /** a record that looks different from all before raises an alarm, or stops the stream; it is written down only when left out */
  readonly drift?: 'warn' | 'stop'
}

export interface Route {
  readonly id: string
  readonly document: string
  /** holds for a document whose refs carry `key` and `origin` where known */
  readonly when: (document: JsonObject) => boolean
  readonly to: string
  readonly action: string
  readonly mode: 'off' | 'shadow' | 'live'
  /** epoch ms; what was placed before makes no command */
  readonly from: number
  readonly onDead: 'block' | 'skip'
  /** of a state route: a first change waits so long for further ones, and all of them are one push; 0: none waits */
  readonly coalesceMs: number
  /** of a state route: how many figures may fall within a while without a person */
  readonly limit?: PushLimit
  /** findings that hold this route's deliveries */
  readonly holds: readonly string[]
  /** of a route to whichever account was decided: only what goes to `to`, and of it only those lines */
  readonly decided?: true
}

/** Percent of the figures kept at the partner, but never fewer than `atLeast`, that may go to zero or change by more than `change` percent within `withinMs`. */
export interface PushLimit {
  readonly percent: number
  readonly atLeast: number
  readonly change: number
  readonly withinMs: number
}

export type { Access } from '../connector/access.ts'

import type { Access } from '../connector/access.ts'
