import type { Fault } from '../../model/errors.ts'
import type { JsonSchema } from '../../model/json.ts'
import type { SchemaLibrary } from '../schema-path.ts'
import type { MappingFile } from '../types.ts'

export interface SuggestOptions {
  /** `shop.order`: name of the mapping; its source is `shop/order@1` */
  readonly id: string
  /** schema of the hub document that is written; its `$id` becomes the target */
  readonly target: JsonSchema
  /** schemas by `$id`, for what the target refers to */
  readonly schemas: SchemaLibrary
  /** text of one piece of evidence in the notes of the file */
  readonly tell: (evidence: Evidence) => string
  /** work that may be spent before the samples are refused */
  readonly maxSteps?: number
}

/** Why a line was written. It holds names and forms, never values of a sample, so that a report can be shown to anyone. */
export type Evidence =
  /** the source's name says the same as the target's; `words` are what both say */
  | { readonly code: 'name'; readonly words: string }
  /** the group around it says whose value it is: `shipping address` */
  | { readonly code: 'context'; readonly words: string }
  /** every value has this form: `decimal`, `utc`, `currency`, `country`, `gtin` … */
  | { readonly code: 'form'; readonly form: string }
  /** arithmetic that holds in every sample: `quantity * price = amount` */
  | { readonly code: 'foots'; readonly sum: string }
  /** codes whose meaning is known, of all codes seen */
  | { readonly code: 'codes'; readonly known: number; readonly seen: number }
  /** the list holds objects with the fields such a list has */
  | { readonly code: 'list'; readonly fields: number }
  /** the value as another field reads it, kept as it is written */
  | { readonly code: 'same'; readonly as: string }
  /** nothing in the samples says so: what such documents usually are */
  | { readonly code: 'usual' }
  /** another source field fits nearly as well */
  | { readonly code: 'rival'; readonly path: string }

/** One line of the draft. */
export interface SuggestedLine {
  /** path of the rule: `lines[].quantity` */
  readonly field: string
  /** paths read, from the document: `line_items[].qty`; none for a constant */
  readonly from: readonly string[]
  /** 0 to 100 */
  readonly confidence: number
  readonly evidence: readonly Evidence[]
}
/** A target field that a document must have and no rule writes. */
export interface Unwritten {
  readonly field: string
  /** source paths that came nearest */
  readonly nearest: readonly string[]
}
/** A field of the samples that no rule reads. */
export interface Unused {
  readonly path: string
  /** `text`, `integer`, `decimal`, `time`, `empty`, `list`, `dictionary` … */
  readonly form: string
}
/** Codes of the samples that a lookup of the draft does not know. */
export interface OpenCodes {
  readonly lookup: string
  readonly codes: readonly string[]
}
export interface Suggestion {
  readonly file: MappingFile
  /** the file as it is written: JSON with two spaces */
  readonly text: string
  readonly records: number
  readonly lines: readonly SuggestedLine[]
  readonly unwritten: readonly Unwritten[]
  readonly unused: readonly Unused[]
  readonly openCodes: readonly OpenCodes[]
  /** what `map check` says of the draft, with the schema inferred from the samples as its source */
  readonly faults: readonly Fault[]
}
