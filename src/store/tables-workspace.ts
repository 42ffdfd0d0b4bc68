/** Columns of what a workspace is and how its connections are. Kinds of columns as in tables.ts. */
import type { Bool } from './tables.ts'

/** A checked state of the workspace. `files` is JSON {path: text hash}. */
export interface RevisionTable {
  tenant: string
  hash: string
  files: string
  current: Bool
  created_at: number
}
export interface TextTable {
  tenant: string
  hash: string
  body: string
  created_at: number
}

export interface ConnectionTable {
  tenant: string
  name: string
  connector: string
  state: 'active' | 'paused' | 'needs-auth' | 'failing'
  reason: string | null
  hook_token: string
  hook_token_old: string | null
  changed_at: number
  /** tries in a row that found nobody there, by whatever process; null: never one */
  downs: number | null
  /** when the last of them was, or was begun */
  down_at: number | null
  /** key of the party whose books it keeps; null: not told yet */
  books: string | null
  organisation: string | null
  /** JSON [type, key] of the last document whose parties were computed again since `books` changed; null: all were */
  restating: string | null
  /** JSON of the terms by which its payouts are watched (ledger/settlement-terms); null: they are not */
  settlement: string | null
  /** JSON [type, key] of the last document that was settled again since `settlement` changed; null: all were */
  resettling: string | null
}
/** `position` is JSON of the connector engine's checkpoint; null until the baseline read is complete. */
export interface CursorTable {
  tenant: string
  connection: string
  stream: string
  position: string | null
  moved_at: number
}

export interface MigrationTable {
  number: number
  name: string
  at: number
}

/** What was received, by a hash that is the same for the same thing. */
export interface DedupeTable {
  tenant: string
  connection: string
  hash: string
  body_hash: string
  envelope: string
  at: number
}
