import type { Tx } from './database.ts'

/**
 * What a column holds; each dialect maps it to a type of its own. Text that decides equality (all kinds but `text` and `document`) compares byte for byte.
 * id: 26 characters, made by the hub. word: up to 64, our own words and names. key: up to 191, from outside. hash: up to 64, hexadecimal.
 * text: up to 64 KiB. document: text up to 16 MiB. blob: bytes up to 16 MiB. whole: an integer, times in epoch ms. exact: a 64 bit integer.
 */
export type ColumnKind = 'id' | 'word' | 'key' | 'hash' | 'text' | 'document' | 'blob' | 'whole' | 'exact'

/** `word?` may be null. */
export type ColumnShape = ColumnKind | `${ColumnKind}?`

export interface TableShape<C extends string = string> {
  readonly columns: Readonly<Record<C, ColumnShape>>
  readonly primary: readonly NoInfer<C>[]
  readonly unique?: readonly (readonly NoInfer<C>[])[]
  readonly index?: readonly (readonly NoInfer<C>[])[]
  /** rows of less than about 200 bytes: stored inside the primary key where the dialect has the choice (sqlite.org/withoutrowid.html) */
  readonly compact?: true
}

/** The part of a dialect that migrations need. */
export interface SchemaMaker {
  /** Makes the table with its keys and indices; a second run changes nothing. */
  createTable(tx: Tx, name: string, shape: TableShape): Promise<void>
  /** Adds a column that may be null, without writing the rows that are there; a second run changes nothing. */
  addColumn(tx: Tx, table: string, column: string, kind: ColumnKind): Promise<void>
  /** Puts an index of the shape in the place of one that the table has, over the rows that are there; a second run changes nothing. */
  replaceIndex(tx: Tx, table: string, shape: TableShape, before: readonly string[]): Promise<void>
  /** Makes a table anew in another shape with the rows that are there; `added`: text of the columns they lack. A second run changes nothing. */
  reshapeTable(tx: Tx, name: string, shape: TableShape, added: Readonly<Record<string, string>>): Promise<void>
}

/** Indices are called by what they hold, the tenant left out. */
export const indexName = (table: string, columns: readonly string[]): string =>
  `${table}_by_${columns.filter((column) => column !== 'tenant').join('_')}`

/** One step of the schema, never edited once it is released. */
export interface Migration {
  /** 1, 2, 3 … without a gap */
  readonly number: number
  readonly name: string
  up(tx: Tx, maker: SchemaMaker): Promise<void>
}

/** Checks a shape's keys against its columns when it is written down. */
export const tableShape = <C extends string>(shape: TableShape<C>): TableShape => shape
