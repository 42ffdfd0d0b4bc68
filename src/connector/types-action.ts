/** The contract's half that speaks of writes. Reached through types.ts. */
import type { Json, JsonObject, JsonSchema } from '../model/json.ts'
import type { Call, Expression, Path } from './types-http.ts'

/** One kind of write. */
export type Action = StateAction | CommandAction
/** Sets a figure; sent again it does no harm; rendered from the ledger when it is sent. */
export interface StateAction {
  readonly kind: 'state'
  readonly title: string
  readonly document: string
  readonly mapping: string
  /** of what the mapping must make */
  readonly input: JsonSchema
  readonly call: Call
  /** one call for every item of the input's list at this path, as `{item…}`; one that is refused does not keep the others from being sent */
  readonly each?: Path
  /** where one answer tells of each thing that was sent: it is delivered when none is refused */
  readonly results?: Results
  /** key of what the call made, for `then` */
  readonly key?: Path
  /** harmless follow-ups with `{key}` */
  readonly then?: readonly Call[]
  readonly once: { readonly kind: 'natural'; readonly why: string }
  /**
   * reads the figure the partner shows now; `wanted`: where the input has the one it is to show, at `value` too when left out; `orders` is the stream pulled first when it is not the expected one. The call may
   * send it along as `{shown}`, for partners that compare and set
   */
  readonly current?: Current
}
export interface Current {
  readonly call: Call
  readonly value: Path
  readonly wanted?: Path
  readonly orders: string
  /** rows of which one has the figure, the first for which `match` holds (roots record and input): the other paths begin in it. Without such a row the figure is 0 */
  readonly among?: { readonly records: Path; readonly match: Expression }
  /** what the partner's own orders have set aside of `value`: the figure is what is left, and the call sends `{gross}`, the wanted figure with it, read anew just before */
  readonly reserved?: Path
  /**
   * where the answer of the action's own call shows the figure as it stands now: what `records` of `among` are there, or in what `value` is found. Another one than wanted is set again: goods left, or were ordered, between
   * the reading and the writing
   */
  readonly answered?: Path
}
/** Lists in one answer: what was taken, and what was not, with its reason. What is in neither was not answered and is tried again. */
export interface Results {
  readonly accepted: Path
  readonly rejected: Path
  /** what a row is known by, in both lists, and in each item of the input's list at `of` */
  readonly name: Path
  readonly of: Path
  readonly sent: Path
  /** in a row of `rejected` */
  readonly code: Path
  readonly message: Path
  /** codes that say it was done before, and those that ask for patience; all others refuse */
  readonly done: readonly Json[]
  readonly retry: readonly Json[]
}
/** Creates, changes and cancels one thing at the partner for one document, in that order. */
export interface CommandAction {
  readonly kind: 'command'
  readonly title: string
  readonly document: string
  readonly create: Command
  /** without it an edit after create is a finding */
  readonly change?: Command
  /** without it a cancel is a finding; refused by the partner: finding cancel-too-late */
  readonly cancel?: Command
}
export interface Command {
  readonly mapping: string
  readonly input: JsonSchema
  readonly call: Call
  readonly once: Once
  /** key of what was made, in the answer of `call`; change and cancel know the key already */
  readonly key?: Path
  /** instead of `key`, where the thing is there already and is only taken a step further: its key in the answer of `requires` */
  readonly keyBefore?: Path
  /**
   * read first, with `{key}`: the value at path must be one of these, else the command is refused without a write. For partners that take an edit they
   * should refuse (Tryton writes the lines of a processing sale without touching its moves)
   */
  readonly requires?: {
    readonly call: Call
    readonly path: Path
    readonly in: readonly Json[]
    /** where there is no value at path the thing is gone, and nothing is left to do: for cancels of what the partner deletes */
    readonly absent?: 'done'
    /** values which say that it was done before, by whomever: nothing is written then, and that is no failure */
    readonly done?: readonly Json[]
    /** what the partner's own state makes of the input, for the command's call as `{arranged}`; undefined: it cannot be done (any more), and nothing is sent */
    readonly arrange?: Arrange
  }
  /** harmless steps with `{key}` and `{before…}` that come before (back to draft, the figure of each line); they may run again */
  readonly prepare?: readonly Step[]
  /** harmless steps with `{key}` that put back what `prepare` took back (confirmed again), when the partner refuses the command for good; they may run again */
  readonly restore?: readonly Step[]
  /** harmless follow-ups with `{key}` (quote, confirm); they may run again */
  readonly then?: readonly Step[]
  /** reads the thing back: its version (to know the echo) and its lines' keys; record as in `stream` */
  readonly read?: {
    readonly call: Call
    readonly record: Path
    readonly stream: string
    /** what the record must show afterwards, else the partner refused silently (a Tryton button in the wrong state answers null) */
    readonly proves?: { readonly path: Path; readonly in: readonly Json[] }
    /**
     * where the record shows what the write sent. Compared only when `requires` refuses a try that follows an unanswered one: where all of it is there, that one did it, and the
     * partner's people went on
     */
    readonly matches?: Matches
  }
  /**
   * read when all is done: one of the records matches, roots record, input and key, else what the partner answered is not there (its own transaction was rolled back after the answer) and the command is tried again, as one
   * whose effect is unknown
   */
  readonly stays?: { readonly call: Call; readonly records: Path; readonly match: Expression }
}
/** A harmless call around the one that has the effect. */
export interface Step extends Call {
  /** read first: the step is left out unless the value at path is one of these, or one of the records matches, roots record, input and key (a button that refuses a second press) */
  readonly only?:
    | { readonly call: Call; readonly path: Path; readonly in: readonly Json[] }
    | { readonly call: Call; readonly records: Path; readonly match: Expression }
  /**
   * one call for every item of the input's list at `of`, as `{item…}`, beside the row of the same key in what `requires` read, as `{row…}`: where the partner wants keys of its own that the hub does not have. An item without
   * exactly one row is refused before anything is sent
   */
  readonly each?: { readonly of: Path; readonly by: Path; readonly rows: Path; readonly key: Path }
}
/**
 * Values of a record beside those of the input. No value, null and an empty text are the same, white space at the ends of a text does not count. A value that the input
 * lacks was not sent and is not compared, except in lists: their rows are written whole
 */
export interface Matches extends Pairs {
  /** rows with one key are compared; a key that stands on one side only, or twice, is a difference */
  readonly lists?: readonly (Pairs & {
    readonly rows: Pair
    readonly key: Pair
    /** the partner's list may hold further rows, which were not ours to write (comments, freight) */
    readonly more?: true
  })[]
}
export interface Pairs {
  readonly equal?: readonly Pair[]
  /** numbers and decimal texts, compared by what they are worth: `2` is `2.000` */
  readonly decimal?: readonly Pair[]
}
export type Pair = readonly [record: Path, input: Path]
/** Pure; `before` is the answer of `requires`. */
export type Arrange = (input: JsonObject, before: Json) => Json | undefined
export interface LookUp {
  readonly call: Call
  readonly records: Path
  readonly match?: Expression
  readonly key: Path
}
/** How a second attempt after a lost answer does not write twice (invariant 7). */
export type Once =
  | { readonly kind: 'header'; readonly name: string }
  /**
   * looked up before every retry that follows an ambiguous failure: the first of `records` for which `match` holds (roots record and input; without it the first) names
   * what was made at `key`
   */
  | ({
      readonly kind: 'find'
      /** asked in turn where nothing was found: what was made may be over, and known by what it became (an order that was shipped, invoiced and deleted). Nothing follows it then */
      readonly over?: readonly LookUp[]
    } & LookUp)
  | { readonly kind: 'natural'; readonly why: string }
  /** never retried after an ambiguous failure: parks as `unknown` */
  | { readonly kind: 'none'; readonly why: string }
