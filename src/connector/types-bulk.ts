/** The contract's part that speaks of bulk jobs. Reached through types.ts. */
import type { Json, JsonObject } from '../model/json.ts'
import type { Call, Path } from './types-http.ts'

/**
 * A job of the partner's that writes the rows of a stream into one file of JSON lines: first loads, full passes and long ranges are read by it, one at a time on a connection. The records are the same as by page; children
 * with a call of their own are read by it as ever.
 */
export interface Bulk {
  /** asks for the job; with `{since}`, which is `first` where everything is wanted, and `{until}` */
  readonly create: Call
  readonly first?: string
  /** where its answer names the job */
  readonly job: Path
  /** asks how the job is, and gives it up; with `{job}` */
  readonly look: Call
  readonly cancel?: Call
  /** in the answer to `look`. A state that is none of these means that there is no file any more: the job is asked for anew */
  readonly state: Path
  readonly running: readonly Json[]
  readonly done: readonly Json[]
  /** it ended without all rows: those at `partial` are taken, then the stream is read by page */
  readonly failed: readonly Json[]
  /** addresses of the files in the same answer; null: no rows */
  readonly url: Path
  readonly partial?: Path
  /** names of hosts besides the partner's own where files lie; they are asked without any credentials */
  readonly hosts: readonly string[]
  /** lines that are no records, but belong to the one before them */
  readonly children?: BulkChildren
  /** most time between two looks, which come sooner at first; longer than `mostMs` a job is not waited for, it is given up and the stream read by page */
  readonly everyMs: number
  readonly mostMs: number
  /** ranges that are shorter are read by page */
  readonly leastMs: number
  /** records of one transaction */
  readonly size: number
}

export interface BulkChildren {
  /** field by which a record is named, and the one in which a child names its record: neither is part of them */
  readonly id: string
  readonly parent: string
  /** field that says what a line is, no part of it either; by its value, the field of the record that such lines become: a list, or an object with it as `list` beside `with` */
  readonly type: string
  readonly of: Readonly<Record<string, { readonly into: string; readonly list?: string; readonly with?: JsonObject }>>
}
