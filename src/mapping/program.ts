import type { Json } from '../model/json.ts'
import type { Expr } from './grammar.ts'
import type { Path } from './path.ts'
import type { ObjectItems } from './paths-read.ts'
import type { Pointer } from './source-text.ts'
import type { SharedTable } from './table.ts'
import type { Direction } from './types.ts'

/** An expression with the place it was written, so that faults inside it have line and column. */
export interface Formula {
  readonly expr: Expr
  readonly at: Pointer
}
/** A path with the place it was written. */
export interface Place {
  readonly path: Path
  readonly at: Pointer
}

export interface ConvertCall {
  readonly name: string
  readonly at: Pointer
  /** digits, checked */
  readonly digits?: number
  /** where the currency's code stands, or the code itself */
  readonly currency?: Place | string
  /** IANA name, or a path from `@` */
  readonly zone?: Place | string
}

/** Table of the file or shared with others. `forward` is external -> hub, `back` hub -> external. */
export interface TableLookup {
  readonly kind: 'table'
  readonly name: string
  /** name and version of a shared table or of a code list: `carrier@3` */
  readonly shared?: string
  /** it is a code list of the workspace, in one version */
  readonly isList?: true
  readonly forward: ReadonlyMap<string, string>
  readonly back: ReadonlyMap<string, string>
  readonly ambiguous: readonly Ambiguity[]
  /** codes read that have no counterpart, and that the table says so of: null instead of a code */
  readonly refused: readonly string[]
}
/** A table, or a code list as the workspace has it when it runs. */
export type Lookup = TableLookup | { readonly kind: 'codes'; readonly name: string }
/** A hub code that several external codes give and `$back` does not settle. */
export interface Ambiguity {
  readonly hub: string
  readonly external: readonly string[]
}

export type ValueSource =
  | { readonly kind: 'paths'; readonly paths: readonly Place[] }
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'expr'; readonly formula: Formula }

export interface Leaf {
  readonly kind: 'leaf'
  readonly source: ValueSource
  readonly default?: Json
  readonly converts: readonly ConvertCall[]
  readonly lookup?: Lookup
  readonly lookupAt?: Pointer
  readonly otherwise?: string
  readonly link?: string
}
export interface Group {
  readonly kind: 'group'
  /** first that has a value; without one the group stays where its parent is */
  readonly from: readonly Place[]
  readonly lets: readonly Let[]
  readonly fields: readonly Field[]
}
export interface Each {
  readonly kind: 'each'
  readonly from: Place
  readonly where?: Formula
  readonly key?: Place
  readonly lets: readonly Let[]
  readonly item: Step
}
export interface List {
  readonly kind: 'list'
  readonly entries: readonly Step[]
}
export interface Let {
  readonly name: string
  readonly formula: Formula
}

/** One rule, checked for shape: what its value is and when it applies. */
export interface Step {
  /** path of the rule, `lines[].sku` */
  readonly rule: string
  readonly at: Pointer
  readonly body: Leaf | Group | Each | List
  readonly when?: Formula
  /** no value is an error instead of a field left out */
  readonly required: boolean
  readonly onPush?: 'write' | 'keep' | 'reject'
  /** an error below is a note and leaves the item (each) or the field out; absent: it rejects the document */
  readonly onError?: 'skipItem' | 'omit'
  /** pull: an explicit null stays; push: no value writes null instead of leaving the field out */
  readonly onNull?: 'clear'
}
export interface Field {
  readonly key: string
  readonly step: Step
}
export interface PushRule {
  /** where the value goes in the partner's document */
  readonly path: Path
  readonly text: string
  readonly step: Step
}

/** A mapping file, parsed. */
export interface Program {
  readonly id: string
  readonly version: string
  readonly source: string
  readonly target: string
  readonly direction: Direction
  readonly lets: readonly Let[]
  readonly fields: readonly Field[]
  readonly push: readonly PushRule[]
  /** shared tables and code lists that it names with their version, by name */
  readonly tables: readonly SharedTable[]
  readonly objectItems: ObjectItems
}
