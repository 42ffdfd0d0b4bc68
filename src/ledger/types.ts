import type { CodePart, DocumentPart } from '../connector/types.ts'
import type { PartnerLine } from '../model/delivery.ts'
import type { EnvelopeReason } from '../model/envelope.ts'
import type { JsonObject } from '../model/json.ts'
import type { Tx } from '../store/database.ts'
import type { BooksData } from './books.ts'

/**
 * One unit of work on the ledger inside one transaction: what is read once is kept, what changes is written together by `finish`. Made by openBooks, used for a batch of
 * records, thrown away with the transaction. `data` is the ledger's own.
 */
export interface Books {
  readonly tx: Tx
  readonly tenant: string
  readonly now: number
  readonly newId: () => string
  readonly revision: string
  /** of the operator, for the days of its commands; UTC when left out */
  readonly zone?: string
  readonly data: BooksData
}

/** A document as the ledger holds it: the newest version with what is known beside it. Times in epoch ms. */
export interface LedgerDocument {
  readonly type: string
  readonly key: string
  readonly version: number
  /** connection that keeps it */
  readonly origin: string
  readonly number: string | null
  readonly status: string | null
  readonly businessDate: string | null
  readonly placedAt: number | null
  readonly deleted: boolean
  /** it was born in a baseline load */
  readonly baseline: boolean
  readonly body: JsonObject
  readonly envelope: string | null
  readonly changedAt: number
}

/** One mapped part of one record, ready to be applied. */
export interface Incoming {
  readonly envelope: string
  readonly connection: string
  /** party whose books the connection keeps */
  readonly books: string
  readonly stream: string
  readonly part: DocumentPart | CodePart
  /** external key of the document (part.key rendered) or of the code */
  readonly externalKey: string
  readonly version: string | null
  readonly asOf: number
  readonly baseline: boolean
  readonly op: 'upsert' | 'delete'
  /** the mapped canonical body; for a code part {code}; null for a delete without content */
  readonly body: JsonObject | null
  readonly mapping: string | null
  /** codes that the mapping went on without; absent: it looked into no code list */
  readonly unknown?: readonly UnknownCode[]
}

export type Applied =
  | { readonly state: 'applied' | 'unchanged' | 'stale'; readonly key: string; readonly reason?: EnvelopeReason }
  | { readonly state: 'ignored'; readonly reason: EnvelopeReason }
  | { readonly state: 'parked'; readonly reason: EnvelopeReason; readonly waitsFor: string }

/** What finish() says to the pipeline: documents that routes have to look at, links that may release what is parked, and receivers of events that have something to be told. */
export interface Finished {
  readonly told: readonly string[]
  readonly changes: readonly Change[]
  readonly links: readonly NewLink[]
}
export interface Change {
  readonly type: string
  readonly key: string
  readonly version: number
  /** cancel: the origin cancelled or deleted it */
  readonly operation: 'upsert' | 'cancel'
  /** it came with the baseline load (or was born there): no command is made */
  readonly baseline: boolean
  /** epoch ms when the business placed it, for routes' `from` */
  readonly placedAt: number | null
  /** connections that keep the orders which count in its place now: no command goes out for it, but to those that replaced it themselves */
  readonly replacedAt?: ReadonlySet<string>
}
export interface NewLink {
  readonly type: string
  readonly connection: string
  readonly externalKey: string
  readonly key: string
}

/** What a record from a partner says about a document that the hub brought there: it settles the open delivery (canonical.md section 3, step 2). */
export interface Recognised {
  readonly type: string
  readonly key: string
  readonly lines: readonly PartnerLine[]
}

/** A code of a partner that a code list lacks. */
export interface UnknownCode {
  readonly kind: string
  readonly code: string
}

/** Names of what a parked envelope or delivery waits for (column waits_for). */
export const waitsForExternal = (type: string, connection: string, externalKey: string): string =>
  `external:${type}/${connection}/${externalKey}`
export const waitsForKey = (type: string, connection: string, key: string): string => `key:${type}/${connection}/${key}`
export const waitsForCode = (kind: string, connection: string, code: string): string => `code:${kind}/${connection}/${code}`
/** Our code that a partner is to get in its own word. */
export const waitsForHubCode = (kind: string, connection: string, hub: string): string => `hub-code:${kind}/${connection}/${hub}`

/** What such a name says; undefined: it is another kind of wait. */
export interface Wait {
  readonly name: string
  readonly by: 'external' | 'key' | 'code' | 'hub-code'
  /** of the document, or kind of the code list */
  readonly type: string
  readonly connection: string
  readonly key: string
}
export function readWait(name: string): Wait | undefined {
  const [found, by = '', type = '', connection = '', key = ''] = /^(external|key|code|hub-code):([^/]+)\/([^/]+)\/(.+)$/s.exec(name) ?? []
  return found === undefined ? undefined : { name, by: by as Wait['by'], type, connection, key }
}
