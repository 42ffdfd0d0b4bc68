import type { Fault } from '../model/errors.ts'
import type { Json, JsonObject, JsonSchema } from '../model/json.ts'
import type { FieldFacts } from './field-facts.ts'
import type { SharedTables } from './table.ts'
import type { WrittenRule } from './written.ts'

/** `pull` reads a partner's record into a hub document, `push` the other way round; `both` is written as pull and its push is derived. */
export type Direction = 'both' | 'pull' | 'push'

/** A text is a path; everything else is written out (docs/mapping.md). */
export type RuleOrPath = string | Rule

/**
 * How one target field gets its value. Exactly one of `from`, `value`, `expr`, `each`, `list` says where from;
 * `fields` or `use` alone is a group that stays where it is.
 */
export interface Rule {
  readonly from?: string | readonly string[]
  readonly value?: Json
  readonly expr?: string
  readonly each?: string
  /** entries of a list, one after the other; an entry with `each` gives as many as it has, one without value none */
  readonly list?: readonly RuleOrPath[]
  /** path of the item's key, by which items find each other when the mapping runs backwards */
  readonly key?: string
  readonly where?: string
  readonly let?: Readonly<Record<string, string>>
  readonly fields?: Readonly<Record<string, RuleOrPath>>
  readonly use?: string
  /** the value of each item when it is not an object */
  readonly item?: RuleOrPath
  readonly default?: Json
  readonly convert?: string | readonly string[]
  /** IANA name, or a path from `@.` */
  readonly zone?: string
  readonly lookup?: string
  readonly else?: string
  /** document type that the external key names */
  readonly link?: string
  readonly when?: string
  readonly missing?: 'omit' | 'reject'
  readonly onPush?: 'write' | 'keep' | 'reject'
  /** what an error below this rule does: `reject` the document, `skipItem` (with `each`) leave the item out, `omit` leave the field out */
  readonly onError?: 'reject' | 'skipItem' | 'omit'
  /** what an explicit null means: no value, or `clear` the field on the other side */
  readonly null?: 'none' | 'clear'
  readonly note?: string
}

/** A mapping file as its author writes it. */
export interface MappingFile {
  readonly $schema?: string
  readonly mapping: string
  readonly version: string
  readonly note?: string
  /** schema id of what is read: the partner's record, or the hub document when `direction` is `push` */
  readonly source: string
  /** schema id of what is written */
  readonly target: string
  readonly direction?: Direction
  /**
   * tables code read -> code written: external -> hub, in a push file hub -> external. Where the mapping also runs backwards `$back`
   * (hub code -> external code) settles what is ambiguous.
   */
  readonly lookups?: Readonly<Record<string, string | LookupTable>>
  readonly parts?: Readonly<Record<string, Readonly<Record<string, RuleOrPath>>>>
  readonly let?: Readonly<Record<string, string>>
  readonly fields?: Readonly<Record<string, RuleOrPath>>
  /** app path -> rule over the hub document */
  readonly push?: Readonly<Record<string, RuleOrPath>>
}
export interface LookupTable {
  /** null: the code has no counterpart, and a document that holds it is refused */
  readonly [externalCode: string]: string | null | Readonly<Record<string, string>> | undefined
}

/** What a mapping may know besides the document; read through paths that start with `@.` (never `codes` and `link`). */
export interface MapContext {
  readonly connection: string
  /** party whose books the connection keeps */
  readonly books: string
  readonly organisation?: string
  /** config of the connection without its secrets */
  readonly config: JsonObject
  /** IANA name of the connection's business days */
  readonly zone?: string
  /** code list of the workspace, external code -> hub code; undefined when there is no such list */
  readonly codes: (kind: string) => ReadonlyMap<string, string> | undefined
  /** push: the external key of a hub ref or key at this connection; undefined when it has none yet */
  readonly link?: (type: string, ref: Json) => string | undefined
}

export type MapErrorCode =
  | 'MISSING'
  | 'TYPE'
  | 'DECIMAL'
  | 'DATE'
  | 'LOOKUP_MISS'
  | 'CONSTANT_CHANGED'
  | 'NO_WAY_BACK'
  | 'DUPLICATE_KEY'
  | 'LINK_MISSING'
  | 'LIMIT'

/** One thing about one document that the mapping cannot do. One bad input gives one error. */
export interface MapError {
  readonly code: MapErrorCode
  /** `shopify.order@1.0.0` */
  readonly mapping: string
  /** path of the rule: `lines[].sku` */
  readonly rule: string
  /** JSON pointer into the result */
  readonly to: string
  /** JSON pointer into the document that was read; absent for a value that is computed, or read from the connection */
  readonly from?: string
  /** what stood there, cut to 200 characters; `***` where a schema says x-sensitive */
  readonly found?: string
  readonly expected: string
  /** LINK_MISSING: the reference a parked delivery waits for; `***` where a schema says x-sensitive */
  readonly link?: { readonly type: string; readonly ref: Json }
  /** LOOKUP_MISS: the code list that lacks the code, and the code; not where a schema says x-sensitive */
  readonly list?: { readonly kind: string; readonly code: string }
}

/**
 * PULL_ONLY: a computed field that the partner will compute anew. ERROR_SKIPPED: an item or field left out because of an error.
 * ZONE_GAP, ZONE_OVERLAP: a wall-clock time that the zone does not have, or has twice. AMOUNT_SCALE: more decimals than the currency has.
 */
export type NoteCode = 'PULL_ONLY' | 'ERROR_SKIPPED' | 'ZONE_GAP' | 'ZONE_OVERLAP' | 'AMOUNT_SCALE'

/** Told of what is worth knowing but no error. */
export interface Listener {
  heard: NoteCode | undefined
}

/** Something worth knowing that stops nothing. */
export interface Note {
  readonly code: NoteCode
  readonly rule: string
  readonly to: string
  readonly message: string
  /** JSON pointer into the document that was read */
  readonly from?: string
  /** ERROR_SKIPPED: what was wrong */
  readonly error?: MapError
}

/** An exceptional choice: a default, an `else`, or a path after the first. */
export interface Choice {
  /** path of the rule: `lines[].sku` */
  readonly rule: string
  /** numbers of the list items around, in the result */
  readonly items: readonly number[]
  /** a number is the place in `from`, 1 for the second path */
  readonly branch: 'default' | 'else' | number
}
export interface PullOptions {
  /** record the exceptional choices, and where items of lists come from */
  readonly choices?: boolean
}

export type MapResult =
  | {
      readonly ok: true
      readonly value: JsonObject
      readonly notes: readonly Note[]
      /** only when asked for */
      readonly choices?: readonly Choice[]
      /** with the choices: for each list that an `each` made alone, the number of the item that each of its items was made of */
      readonly kept?: ReadonlyMap<readonly Json[], readonly number[]>
    }
  | { readonly ok: false; readonly errors: readonly MapError[] }

/** How a field goes back (mapping language, reverse direction). */
export type ReverseClass = 'exact' | 'right-inverse' | 'back-choice' | 'constant' | 'conditional' | 'keyed' | 'by-position' | 'pull-only'
export interface ReverseEntry {
  /** path of the rule: `lines[].sku` */
  readonly rule: string
  readonly class: ReverseClass
  /** why it is not exact */
  readonly reason?: string
}

export interface Position {
  /** from 1 */
  readonly line: number
  /** from 1 */
  readonly column: number
}

/** Where a rule stands; `overlay`: in the overlay, not in the mapping itself. */
export interface RulePosition extends Position {
  readonly overlay?: true
}

/** What a target field is made of, known without running anything. */
export interface Lineage {
  /** paths in the document that is read, from its root: `line_items[].price` */
  readonly paths: readonly string[]
  /** paths from `@.` */
  readonly context: readonly string[]
  /** tables of the file, code lists, and shared tables with their version */
  readonly lookups: readonly string[]
  readonly converters: readonly string[]
  readonly constants: readonly Json[]
}

/** A mapping ready to run. Both functions are pure, synchronous, and never throw for data. */
export interface CompiledMapping {
  readonly id: string
  readonly version: string
  /** what was compiled: the file, and where there are some its overlay and the shared tables it names */
  readonly text: string
  /** SHA-256 of the text, hex */
  readonly hash: string
  readonly source: string
  readonly target: string
  readonly direction: Direction
  /** Partner's record -> hub document. Throws a HubError of class bug for a push-only mapping. */
  readonly pull: (record: Json, context: MapContext, options?: PullOptions) => MapResult
  /**
   * Hub document -> partner's document; with `base` (what the partner holds now) unknown fields are kept and unchanged
   * fields keep the partner's own text. Throws a HubError of class bug for a pull-only mapping.
   */
  readonly push: (document: Json, context: MapContext, base?: Json) => MapResult
  /** how each field goes back; empty unless the direction is `both` */
  readonly report: readonly ReverseEntry[]
  /** rule path -> where it stands in the file, or in its overlay */
  readonly lines: ReadonlyMap<string, RulePosition>
  /** which rule writes what in the partner's document; empty for direction `pull` */
  readonly written: readonly WrittenRule[]
  /** lineage of a target path (`lines[].sku`); undefined when no rule writes it */
  readonly sources: (targetPath: string) => Lineage | undefined
  /** tables of the file and shared ones it goes through, by the names lineage gives: code read -> code written; code lists belong to the workspace */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** what the schemas say of a pull rule's field: `lines[].sku` */
  readonly facts: (rule: string) => FieldFacts
}

/** Every compiled mapping of a revision by `<connector>/<file>`, as streams and actions name it. */
export type MappingSet = ReadonlyMap<string, CompiledMapping>

export interface CompileOptions {
  /** name of the file for faults */
  readonly file: string
  readonly sourceSchema?: JsonSchema
  readonly targetSchema?: JsonSchema
  /** schemas by `$id`: what the two schemas refer to, and the two themselves when they are not given and the file names them */
  readonly schemas?: ReadonlyMap<string, JsonSchema>
  /** required target fields that the hub or the connector fills in by itself */
  readonly provided?: readonly string[]
  /** code lists of the workspace, so that a misspelt `lookup` is found now; kind -> external -> hub */
  readonly codes?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** tables that several mappings share, by name and version */
  readonly tables?: SharedTables
  /** a second file for one connection, merged over this one by field name (docs/mapping.md, Overlays) */
  readonly overlay?: { readonly file: string; readonly text: string }
}
export interface CompileResult {
  /** absent when one of the faults is an error */
  readonly mapping?: CompiledMapping
  readonly faults: readonly Fault[]
}

export interface ExpressionOptions {
  readonly file: string
  /** where the text stands, so that faults point there */
  readonly path?: string
  readonly line?: number
  readonly column?: number
  /** of the document: the expression is checked against it, as a condition */
  readonly schema?: JsonSchema
  /** what `schema` may refer to, by `$id` */
  readonly schemas?: ReadonlyMap<string, JsonSchema>
}
/** A single expression over a document: `when` of a route or of a stream's part. */
export interface CompiledExpression {
  /** The value; a decimal as text; undefined for no value, also when an input was bad (then `onError` hears of it). */
  readonly evaluate: (document: Json, context: MapContext, onError?: (error: MapError) => void) => Json | undefined
  /** Whether the value is true; no value is false. */
  readonly test: (document: Json, context: MapContext) => boolean
}
export interface ExpressionResult {
  readonly expression?: CompiledExpression
  readonly faults: readonly Fault[]
}

export type { Fault }
