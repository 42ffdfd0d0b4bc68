import { CompiledQuery } from 'kysely'
import type { Tx } from './database.ts'
import { hasRivals } from './hold.ts'
import { filled } from './in-list.ts'
import type { NumberSchemeTable, NumberStockTable } from './tables-numbers.ts'

/** What an allotment looks at first, in one question. */
export interface AllotLook {
  readonly scheme: Pick<NumberSchemeTable, 'name' | 'business' | 'settings'>
  /** as they are counted, without what other transactions have not committed */
  readonly available: number
  /** when the first lease ends or ended, epoch ms */
  readonly firstEnd: number | undefined
  /** from when on the first number that was given back may be taken, epoch ms */
  readonly firstBack: number | undefined
  /** whether some of the requests were made before, or may have been */
  readonly isKnown: boolean
  /** whether anybody listens to events */
  readonly isHeard: boolean
  /** the oldest numbers that nobody had yet and no other transaction holds, locked until the transaction ends */
  readonly stock: NumberStockTable | undefined
}

/** Requests that are looked for in the same question. */
const mostLooked = 64

/** undefined: there is no such scheme. */
export async function lookForAllot(tx: Tx, tenant: string, name: string, requests: readonly string[]): Promise<AllotLook | undefined> {
  const wanted = [...new Set(requests)]
  const list = filled(wanted.slice(0, mostLooked))
  const of = [tenant, name]
  const parameters = [...of, ...of, ...of, ...of, ...of, 'locked', ...of, 'available', ...of, ...list, tenant, ...of]
  const ask = async <R>(text: string) => (await tx.executeQuery<R>(CompiledQuery.raw(text, parameters))).rows[0]
  const isMore = wanted.length > mostLooked
  const { stocked, bare } = textsOf(list.length, hasRivals(tx))
  const row = await ask<Figures & Omit<NumberStockTable, 'tenant' | 'scheme'>>(stocked)
  if (row !== undefined) {
    const { place, seq, size, taken, pattern, made_at } = row
    return lookOf(name, row, isMore, { tenant, scheme: name, place, seq, size, taken, pattern, made_at })
  }
  const scheme = await ask<Figures>(bare)
  return scheme && lookOf(name, scheme, isMore, undefined)
}

interface Figures {
  readonly business: NumberSchemeTable['business']
  readonly settings: string
  readonly counted: number | null
  readonly drawn: number | null
  readonly first_end: number | null
  readonly first_back: number | null
  readonly known: string | null
  readonly listener: string | null
}

const lookOf = (name: string, of: Figures, isMore: boolean, stock: NumberStockTable | undefined): AllotLook => ({
  scheme: { name, business: of.business, settings: of.settings },
  available: Number(of.counted ?? 0) - Number(of.drawn ?? 0),
  firstEnd: of.first_end ?? undefined,
  firstBack: of.first_back ?? undefined,
  isKnown: isMore || of.known !== null,
  isHeard: of.listener !== null,
  stock,
})

/** Both questions for a list of so many requests, in the words of both dialects. Written once: to build them anew took a fifth of an allotment. What is asked in brackets is locked by neither. */
function textsOf(length: number, isLocking: boolean): { readonly stocked: string; readonly bare: string } {
  const name = `${length} ${isLocking}`
  const known = texts.get(name)
  if (known !== undefined) return known
  const scheme = 'tenant = ? and scheme = ?'
  const firstDue = `(select due_at from order_number where ${scheme} and state = ? order by due_at limit 1)`
  const figures = [
    '(select business from number_scheme where tenant = ? and name = ?) as business',
    '(select settings from number_scheme where tenant = ? and name = ?) as settings',
    `(select sum(available) from number_count where ${scheme}) as counted`,
    `(select sum(taken) from number_stock where ${scheme}) as drawn`,
    `${firstDue} as first_end`,
    `${firstDue} as first_back`,
    `(select request from number_request where ${scheme} and request in (${Array(length).fill('?').join(', ')}) limit 1) as known`,
    "(select id from event_subscription where tenant = ? and state <> 'closed' limit 1) as listener",
  ].join(', ')
  const lock = isLocking ? ' for update skip locked' : ''
  const made = {
    stocked: `select place, seq, size, taken, pattern, made_at, ${figures} from number_stock as oldest where ${scheme} order by place limit 1${lock}`,
    bare: `select ${figures} from number_scheme where tenant = ? and name = ?`,
  }
  texts.set(name, made)
  return made
}
const texts = new Map<string, { readonly stocked: string; readonly bare: string }>()
