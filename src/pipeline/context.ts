import type { Config, Connector } from '../connector/types.ts'
import type { MappingSet } from '../mapping/types.ts'
import type { Clock } from '../model/clock.ts'
import type { RetryTable } from '../model/delivery.ts'
import type { JsonObject } from '../model/json.ts'
import type { Log } from '../model/log.ts'
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
  readonly bell: Bell
  /** bytes just committed, on their way to the next step (openHandover) */
  readonly handover: Handover
  /** conditions, templates and schemas of connectors, compiled once (openCompiled) */
  readonly compiled: Compiled
  readonly newId: () => string
  readonly random: () => number
  readonly settings: Settings
  /** the current revision; a step takes it once and works with that one to its end */
  readonly catalogue: () => Catalogue
  /** open HTTP access of one connection (connector/connection.ts); the same object until its definition changes */
  readonly access: (connection: ConnectionSetup) => Access
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
}

/** One checked revision of the workspace, compiled. */
export interface Catalogue {
  readonly revision: string
  readonly connections: ReadonlyMap<string, ConnectionSetup>
  readonly routes: readonly Route[]
  readonly mappings: MappingSet
  /** validates a canonical document; undefined: it fits */
  readonly validate: (document: string, body: JsonObject) => { readonly path: string; readonly message: string } | undefined
  /** workspace code lists: kind -> external code -> hub code */
  readonly codes: ReadonlyMap<string, ReadonlyMap<string, string>>
}

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
  readonly streams: ReadonlyMap<string, { readonly everyMs: number; readonly lookbackMs?: number }>
  readonly retry: RetryTable
  readonly concurrency: number
  readonly timeoutMs?: number
  /** operator's consent to private address ranges, as CIDR */
  readonly allowPrivate: readonly string[]
  readonly paused: boolean
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
  /** findings that hold this route's deliveries */
  readonly holds: readonly string[]
}

export type { Access } from '../connector/access.ts'

import type { Access } from '../connector/access.ts'
