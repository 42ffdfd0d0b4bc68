import type { Json, JsonObject } from '../../src/model/json.ts'

/** What a hand-written mapping says of a document it cannot map: the same code and place as the mapping language. */
export interface HandError {
  readonly code: string
  readonly from: string
}
export type HandResult = { readonly ok: true; readonly value: JsonObject } | { readonly ok: false; readonly errors: readonly HandError[] }
export type HandMapping = (document: Json) => HandResult

/** An object that is being built. */
export type Draft = { [key: string]: Json }
