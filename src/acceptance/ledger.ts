import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { HubProcess } from './hub-process.ts'

/** A document as the hub's API shows it. */
export interface LedgerDocument {
  readonly key: string
  readonly number: string
  readonly origin: string
  readonly body: JsonObject
}

/** What the hub knows, read through its API once at the end of the day. */
export interface Ledger {
  of(type: DocumentType): readonly LedgerDocument[]
  /** our key behind a reference, which may name a record of a connection; '' when nothing links it */
  keyOf(reference: Json | undefined): string
  /** `GET /v1/stats` */
  readonly stats: JsonObject
  /** open findings, each with its arithmetic */
  readonly findings: readonly JsonObject[]
  /** deliveries that nobody sends again by himself, with their tries */
  readonly dead: readonly JsonObject[]
  /** differences that the hub finds when it computes every derived figure again */
  readonly unproven: readonly string[]
}

const types = ['purchase-order', 'order-response', 'goods-receipt', 'invoice', 'sales-order', 'shipment', 'refund', 'stock-level'] as const
export type DocumentType = (typeof types)[number]

/** Documents read at a time. */
const atOnce = 8

export async function readLedger(hub: HubProcess): Promise<Ledger> {
  const documents = new Map<string, readonly LedgerDocument[]>()
  for (const type of types) documents.set(type, await documentsOf(hub, type))
  const links = new Map((await hub.list('/v1/crosswalk')).map((row) => [place(row.type, row.connection, row.externalKey), String(row.key)]))
  const { differences } = await hub.get('/v1/ledger/verify')
  return {
    of: (type) => documents.get(type) ?? [],
    keyOf(reference) {
      if (!isObject(reference)) return ''
      if (typeof reference.key === 'string') return reference.key
      return links.get(place(reference.type, reference.connection, reference.externalKey)) ?? ''
    },
    stats: await hub.get('/v1/stats'),
    findings: await hub.list('/v1/findings', { state: 'open' }),
    dead: await deadDeliveries(hub),
    unproven: (Array.isArray(differences) ? differences : []).map((difference) => JSON.stringify(difference)),
  }
}

async function deadDeliveries(hub: HubProcess): Promise<readonly JsonObject[]> {
  const rows = await hub.list('/v1/deliveries', { state: 'dead' })
  return Promise.all(rows.map(({ id }) => hub.get(`/v1/deliveries/${String(id)}`)))
}

const place = (...parts: readonly (Json | undefined)[]): string => JSON.stringify(parts)

async function documentsOf(hub: HubProcess, type: string): Promise<readonly LedgerDocument[]> {
  const heads = (await hub.list(`/v1/documents/${type}`)).filter(({ deleted }) => deleted !== true)
  const found: LedgerDocument[] = []
  for (let at = 0; at < heads.length; at += atOnce) {
    const some = heads.slice(at, at + atOnce).map(({ key }) => hub.get(`/v1/documents/${type}/one`, { key: String(key) }))
    for (const { key, number, origin, document } of await Promise.all(some))
      found.push({ key: String(key), number: String(number ?? ''), origin: String(origin), body: isObject(document) ? document : {} })
  }
  return found
}
