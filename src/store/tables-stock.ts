import type { Exact } from './tables.ts'

/**
 * Derived: one end of a movement; the two ends of a line sum to zero. `location`: key of a location, or one of those outside (`:supplier`, `:customer`, `:adjustment`, `:transit`). `toward`: where goods under way
 * are going, else ''. `source`: origin of the document.
 */
export interface MovementTable {
  tenant: string
  type: string
  key: string
  line: string
  side: 'from' | 'to'
  product: string
  location: string
  owner: string
  condition: string
  lot: string
  toward: string
  kind: string
  source: string
  quantity: Exact
  moved_at: number
}
/** Derived: a numbered piece that left (-1) or came to (1) a place. */
export interface SerialTable {
  tenant: string
  type: string
  key: string
  line: string
  side: 'from' | 'to'
  serial: string
  product: string
  location: string
  moved_at: number
  pieces: number
}
/**
 * A line of a reservation by command. It counts while `counts_until` lies ahead: its end while it is held, far away once it is confirmed, 0 when it has ended. `told`: how far routes were told (0 not of its
 * beginning, 1 not of its end, 2 of both).
 */
export interface PromiseTable {
  tenant: string
  id: string
  line: number
  product: string
  quantity: Exact
  channel: string
  reference: string | null
  state: 'held' | 'confirmed' | 'released' | 'expired' | 'taken'
  counts_until: number
  expires_at: number
  created_at: number
  ended_at: number | null
  order_key: string | null
  actor: string
  told: number
}
/**
 * Derived: what the lines of a product that are not marked as ended hold together, so that nobody who reserves has to add them up. None of them ends before `first_end`, which may lie earlier than the first end there is.
 */
export interface PromiseSumTable {
  tenant: string
  product: string
  held: Exact
  first_end: number
}
