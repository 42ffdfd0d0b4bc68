import type { DayPlan } from '../simulator/day/plan.ts'
import type { HubProcess } from './hub-process.ts'
import type { HarbourBooks, NingboBooks } from './seed-books.ts'
import type { Shops } from './shops.ts'
import type { TrytonClient } from './tryton-client.ts'
import type { TrytonServer } from './tryton-server.ts'

/** One real Tryton with its books, and a session of its own people. */
export interface OpenBooks<B> {
  readonly server: TrytonServer
  readonly tryton: TrytonClient
  readonly books: B
}

/** All systems of the day, and what the plan's purchases are called in Harbour's books once they are written. */
export interface House {
  readonly plan: DayPlan
  readonly today: Date
  readonly hub: HubProcess
  readonly shops: Shops
  readonly harbour: OpenBooks<HarbourBooks>
  readonly ningbo: OpenBooks<NingboBooks>
  /** by index in `plan.purchases` */
  readonly purchases: Map<number, { readonly id: number; readonly number: string }>
}

/** One group of people. `work` does what is due at a minute of the day and answers what it still waits for; nothing: its day is over. */
export interface Desk {
  readonly name: string
  work(minute: number): Promise<readonly string[]>
}
