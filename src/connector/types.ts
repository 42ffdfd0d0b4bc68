/**
 * The connector contract. A connector is one plain value: what the outside system looks like, never how to talk to it.
 * It does not fetch, sleep, retry, log or store; functions in it are pure. Choices that can lose or double data
 * (`page`, `cursor`, `version`, `once`, zone, part modes) are required, so that none can be left unsaid.
 */
import type { Json, JsonSchema } from '../model/json.ts'
import type { Action } from './types-action.ts'
import type { Bulk } from './types-bulk.ts'
import type { Call, Expression, Http, Path, Template } from './types-http.ts'
import type { Page } from './types-page.ts'
import type { Webhook } from './types-webhook.ts'

export type {
  Action,
  Arrange,
  Command,
  CommandAction,
  Current,
  LookUp,
  Matches,
  Once,
  Pair,
  Pairs,
  Results,
  StateAction,
  Step,
} from './types-action.ts'
export type { Auth, FormSignature, FormTokens, OAuth2, SignedForm } from './types-auth.ts'
export type { Bulk, BulkChildren } from './types-bulk.ts'
export type {
  Call,
  Codec,
  Config,
  Csrf,
  Dialect,
  Expression,
  FaultRule,
  FormField,
  Http,
  HttpRequest,
  JsonTemplate,
  Limit,
  Method,
  Path,
  Points,
  Template,
} from './types-http.ts'
export type { Page, Total } from './types-page.ts'
export type { Notices, Subscription, Told, Topic, Verify, Webhook } from './types-webhook.ts'

export interface Connector {
  readonly name: string
  readonly title: string
  /** the vendor's documentation this was written from */
  readonly docs: string
  /** for the README, one step or right a line: how the credentials are made at the vendor, and what they must be allowed to do; `unproved`: what no published answer of the vendor's proves */
  readonly setup?: {
    readonly credentials: readonly string[]
    readonly permissions: readonly string[]
    readonly unproved?: readonly string[]
  }
  /** schema of the connection's `config`; secrets carry `writeOnly: true`; `timeZone` (IANA) is required where times lack an offset */
  readonly config: JsonSchema
  readonly http: Http
  /** cheapest call that proves the credentials */
  readonly check: Call
  readonly streams: Readonly<Record<string, Stream>>
  readonly actions: Readonly<Record<string, Action>>
  readonly webhook?: Webhook
}

export interface Stream {
  readonly title: string
  /** of one record: only the fields the hub relies on */
  readonly schema: JsonSchema
  /** primary key in the record */
  readonly key: Path
  readonly version: Version
  /** null: the system only pushes (webhooks), there is nothing to poll */
  readonly call: Call | null
  readonly records: Path
  readonly page: Page
  /** null is a stated full refresh on every run */
  readonly cursor: Cursor | null
  readonly parts: readonly Part[]
  /**
   * rows are lists of values: their names, by place (`ExecuteBillQuery` of Kingdee answers in the order of the fields asked for). Answers are kept as they came, so names are added at the end and never moved or taken away: a
   * row kept from before has fewer values
   */
  readonly columns?: readonly string[]
  /** rows of one key that follow each other are one record (an ERP that returns one row per entry line): the rows land in this field */
  readonly group?: string
  readonly children?: readonly Child[]
  /** how much is read at once */
  readonly bulk?: Bulk
  /** reads one record again; answers the record itself at `records` */
  readonly byKey?: Call & { readonly records: Path }
  /** the keys of everything the partner has now, for deletes that nothing else tells; what is not in it is taken for deleted */
  readonly ids?: {
    readonly call: Call
    readonly records: Path
    readonly page: Page
    readonly key: Path
    /** streams that tell what became of a key that is gone (an order that its last posting deletes): they are read, and applied, before a delete is believed */
    readonly into?: readonly string[]
  }
  /** where the partner keeps our own key or number of a document it got from us; `by`: only the key, where others' numbers stand in the same place (orders of several shops, each of which counts from 1) */
  readonly hubRef?: { readonly path: Path; readonly document: string; readonly by?: 'key' }
  /** keys of the record's lines, to link them with ours: the partner's line key beside our line number */
  readonly hubLines?: { readonly each: Path; readonly key: Path; readonly number: Path }
  /**
   * the rows are no records: each says that the record `key` of another stream changed without moving its own cursor (a line written by itself), and that one is read again by its key. `when`: only rows for which it holds. A row without a
   * version is told by how it looks: only one that differs from the last of its key counts
   */
  readonly pokes?: { readonly stream: string; readonly key: Path; readonly when?: Expression }
  /** fields whose values are a few words of the partner's (a status), `*` for each item of a list: a word that was never there is a change, as a new field is */
  readonly words?: readonly Path[]
  /** what "modified since" does not show here (deletes, child changes); [] is a claim that there is none */
  readonly blindSpots: readonly string[]
}

/** How versions of one record are ordered; compared only inside one (connection, stream, key). */
export type Version =
  | {
      readonly kind: 'time' /** first that has a value */
      readonly paths: readonly Path[]
      readonly zone: string | null
      readonly granularityMs: number
    }
  | { readonly kind: 'counter'; readonly path: Path }
  /** the time the record was read, by the partner's clock */
  | { readonly kind: 'read' }
  /** the record only tells facts that stay (a carrier's scans): nothing is older than anything, each content counts, in whatever order it comes. Every part of the stream is of identity `fact` */
  | { readonly kind: 'additive' }
  | { readonly kind: 'none' }

/** What orders changes on the wire: times, or numbers that the partner's database counts its writes by. */
export type Cursor = TimeCursor | CounterCursor
export interface TimeCursor {
  /** first that has a value */
  readonly paths: readonly Path[]
  readonly format: CursorFormat
  /** zone of times without an offset: IANA name or a template such as `{config.timeZone}`; null when times carry their offset or are UTC */
  readonly zone: Template | null
  /** none: the checkpoint moves only when a whole window is read */
  readonly order: 'asc' | 'none'
  readonly lookbackMs: number
  /** value of {since} on the first read, for calls that cannot leave it out (ISO time, or a template of the config that gives one); without it {since} is undefined there */
  readonly first?: Template
  /** slices {since}..{until} for systems that limit the span of one query */
  readonly windowMs?: number
}
/**
 * A row version: every write of a row gives it the next number of the whole database (`rowversion` of SQL Server). The call asks for the rows at `{since}` and beyond, which come in its order, so that rows of one
 * number are never parted. Not even the row that the checkpoint stands at: then that row is gone, or the partner counts anew, and the list is read from its beginning.
 */
export interface CounterCursor {
  readonly paths: readonly Path[]
  readonly format: 'counter'
  readonly order: 'asc'
  /** numbers before the checkpoint that are read again: a transaction may take its number early and be seen late */
  readonly lookback: number
  /** where everything begins */
  readonly first: number
}
export type CursorFormat =
  | 'iso'
  | 'local'
  /** the same with a blank instead of the T */
  | 'local-space'
  | 'seconds'
  | 'millis'
  | { readonly encode: (time: Date) => Json; readonly decode: (value: Json) => Date }

/** What a record becomes. One record may feed several documents; parts settle apart. */
export type Part = DocumentPart | CodePart
export interface DocumentPart {
  readonly document: string
  /** `<connector>/<file>` under mappings; left out only with `body`, or for a mirror that is known by link or hubRef alone */
  readonly mapping?: string
  /** where the record already carries the document in the hub's own shape (Standard Webhooks between hubs) */
  readonly body?: Path
  /** `merge`: only present fields change; `snapshot`: member of a complete set, absent members become zero */
  readonly mode: 'replace' | 'merge' | 'delete' | 'snapshot'
  readonly identity: Identity
  readonly when?: Expression
  /**
   * one document for each item of a list: the mapping reads the record with the item in it as the field `as`. The first `of` is a path in the record (`""` the record itself), each further one in the item before it; an object
   * there is a list of one
   */
  readonly each?: readonly { readonly of: Path; readonly as: string }[]
  /** external key of the document; `{key}` when left out. `{key}/paid` for a second document of one record */
  readonly key?: Template
  /** stock streams: which figure the partner states (canonical.md section 6) */
  readonly measure?: 'onHand' | 'available'
}
/** A code list the partner keeps as records (currencies, units): the record is linked to the hub's code, no document is made. */
export interface CodePart {
  readonly link: string
  /** the partner's own word for it (`u`, `USD`), translated by the workspace list `codes` when named */
  readonly code: Path
  readonly codes?: string
  /** the partner's key, `{key}` when left out: `{record.addresses.0.id}` for a thing inside the record; a record without it is set aside */
  readonly key?: Template
}
export type Identity =
  /** this stream owns the document: `<connection>/<external key>` */
  | { readonly kind: 'origin' }
  /** master data: key is the value at `key` in the mapped document; others are matched by the identifiers in order */
  | { readonly kind: 'master'; readonly key: Path; readonly identifiers: readonly { readonly scheme: string; readonly path: Path }[] }
  /** somebody else owns it: linked by link, hubRef or identifiers, else parked as `unidentified` (`foreign: 'ignore'`: not ours, set aside) */
  | {
      readonly kind: 'mirror'
      readonly identifiers: readonly { readonly scheme: string; readonly path: Path }[]
      readonly foreign: 'park' | 'ignore'
    }
  /**
   * never changes once it is told: known by these values of the document together, which are the partner's own words, untranslated. So the same fact told again, by whichever record of the connection, in whatever
   * order, and also after a code table changed, is one document
   */
  | { readonly kind: 'fact'; readonly of: readonly Path[] }
  /** a figure of (product, location): resolved through their links */
  | { readonly kind: 'stock' }

/** Further reads that belong to a record, in the parent's lane; or records that stand inside it. */
export interface Child {
  readonly name: string
  /** with `{keys}`: one call for up to `batch` parents; with `{key}` or `{record…}`: one call per parent; null: nothing is read, they stand in the parent */
  readonly call: Call | null
  /** without a call a path in the parent, `*` for each item of a list: `payments.*.refunds` */
  readonly records: Path
  /** of embedded rows that are lists of values, as those of a stream: their names, by place */
  readonly columns?: readonly string[]
  readonly page: Page
  readonly batch: number
  /** only for parents for which this holds */
  readonly when?: Expression
  /** where a child names its parent; needed when batch > 1 */
  readonly parent?: Path
  /** embed: the children become the parent's field `name`. parts: each child is a record of its own */
  readonly as:
    | { readonly kind: 'embed' }
    | {
        readonly kind: 'records'
        readonly key: Path
        readonly version: Version
        readonly parts: readonly Part[]
        /** the field in which each has its parent, a list of one: for what it does not say itself */
        readonly within?: string
      }
}
