import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileMapping } from '../../src/mapping/compile.ts'
import type { CompiledMapping, CompileOptions, MapContext } from '../../src/mapping/types.ts'
import { isObject, type Json, type JsonObject, type JsonSchema } from '../../src/model/json.ts'
import type { Draft, HandMapping } from './hand.ts'
import { shopOrderFunctions } from './jobs/shop-order-functions.ts'
import { shopOrderInlined } from './jobs/shop-order-inlined.ts'
import { shopOrders } from './jobs/shop-orders.ts'
import { ublOrderFunctions } from './jobs/ubl-order-functions.ts'
import { ublOrderInlined } from './jobs/ubl-order-inlined.ts'
import { ublOrders } from './jobs/ubl-orders.ts'

/** One job and everybody who does it. */
export interface Job {
  readonly name: string
  /** the mapping file */
  readonly text: string
  readonly options: CompileOptions
  readonly mapping: CompiledMapping
  /** the two versions written by hand */
  readonly hand: readonly HandMapping[]
  /** the expression */
  readonly jsonata: string
  readonly documents: readonly JsonObject[]
  /** how a user edits the hub's document, and what that makes of the partner's; absent for a job that only pulls */
  readonly edit?: { readonly hub: (document: JsonObject) => JsonObject; readonly partner: (document: JsonObject) => JsonObject }
}

export const context: MapContext = { connection: 'shop', books: 'harbour', config: {}, codes: () => undefined }

const count = 64
const seed = 20_261_129
const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8')
const schemaIn = (path: string): JsonSchema => JSON.parse(read(path)) as JsonObject

/** As it comes out of a partner's answer or the ledger: parsed text, nothing shared. */
export const parsed = (value: Json): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject

function compiled(text: string, options: CompileOptions): CompiledMapping {
  const { mapping, faults } = compileMapping(text, options)
  // the order in UBL has no schema, and that is all there is to say against it
  if (mapping === undefined || faults.some(({ path }) => path !== 'source')) throw new Error(`${options.file}: ${JSON.stringify(faults)}`)
  return mapping
}

/** A Shopify-like order, 5 to 10 lines, into a sales order. */
export function shopOrder(): Job {
  const text = read('jobs/shop-order.json')
  const options: CompileOptions = {
    file: 'shop-order.json',
    sourceSchema: schemaIn('jobs/shop-order.source.json'),
    targetSchema: schemaIn('jobs/shop-order.target.json'),
  }
  const changed = (change: (draft: Draft, lines: readonly Draft[]) => void, list: string) => (document: JsonObject) => {
    const draft = parsed(document) as Draft
    const lines = draft[list]
    change(draft, (Array.isArray(lines) ? lines : []) as readonly Draft[])
    return draft
  }
  return {
    name: 'shop-order',
    text,
    options,
    mapping: compiled(text, options),
    hand: [shopOrderInlined, shopOrderFunctions],
    jsonata: read('jobs/shop-order.jsonata'),
    documents: shopOrders(count, seed).map(parsed),
    edit: {
      hub: changed((draft, lines) => {
        draft.note = 'Delivery on Monday'
        draft.billTo = { ...within(draft.billTo), city: 'Porto' }
        for (const line of lines.slice(1, 2)) line.sku = 'SKU-NEW'
      }, 'lines'),
      partner: changed((draft, lines) => {
        draft.note = 'Delivery on Monday'
        draft.billing_address = { ...within(draft.billing_address), city: 'Porto' }
        for (const line of lines.slice(1, 2)) line.sku = 'SKU-NEW'
      }, 'line_items'),
    },
  }
}
const within = (value: Json | undefined): Draft => (isObject(value) ? (value as Draft) : {})

/** A Peppol order in UBL's JSON form, 5 to 10 lines, into the hub's purchase order. */
export function ublOrder(): Job {
  const text = read('jobs/ubl-order.json')
  const schemas = new Map(
    ['purchase-order', 'values'].map((name): [string, JsonSchema] => [`${name}@1`, schemaIn(`../../schemas/${name}.json`)]),
  )
  const options: CompileOptions = { file: 'ubl-order.json', schemas, provided: ['type', 'key', 'origin', 'version'] }
  return {
    name: 'ubl-order',
    text,
    options,
    mapping: compiled(text, options),
    hand: [ublOrderInlined, ublOrderFunctions],
    jsonata: read('jobs/ubl-order.jsonata'),
    documents: ublOrders(count, seed).map(parsed),
  }
}
