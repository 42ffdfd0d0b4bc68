import type {
  Call,
  CounterCursor,
  DocumentPart,
  FaultRule,
  JsonTemplate,
  Page,
  Stream,
  TimeCursor,
  Version,
} from '../../src/connector/types.ts'
import type { JsonObject } from '../../src/model/json.ts'

/** Every question is a form whose field `biz` is JSON. */
export const ask = (path: string, biz: Readonly<Record<string, JsonTemplate>>): Call => ({
  method: 'POST',
  path: `/open/${path}`,
  form: { version: '2', biz: { json: biz } },
})

/** https://openweb.jushuitan.com/doc?docId=30, the codes of its error page; what is in no list is refused. */
export const faults: readonly FaultRule[] = [
  { path: 'code', in: [199], then: 'retry', waitMs: 1000, code: 'too-many-a-second', message: 'msg' },
  { path: 'code', in: [200], then: 'retry', waitMs: 60_000, code: 'too-many-a-minute', message: 'msg' },
  { path: 'code', in: [140], then: 'retry', code: 'clock', message: 'msg' },
  { path: 'code', in: [10], then: 'reauth', code: 'sign-refused', message: 'msg' },
  { path: 'code', in: [100], then: 'reauth', code: 'token-ended', message: 'msg' },
  { path: 'code', in: [110], then: 'reauth', code: 'address-not-allowed', message: 'msg' },
  { path: 'code', in: [150], then: 'reauth', code: 'refresh-forbidden', message: 'msg' },
  { path: 'code', in: [190], then: 'reject', code: 'no-permission', message: 'msg' },
  { path: 'code', not: [0], then: 'reject', code: 'refused', message: 'msg' },
  { path: 'issuccess', in: [false], then: 'reject', code: 'not-done', message: 'msg' },
  { path: 'data.datas.0.issuccess', in: [false], then: 'reject', code: 'not-uploaded', message: 'data.datas.0.msg' },
]

/** By row version. 200 before the checkpoint are read again: a transaction takes its number when it writes, and is seen when it commits. */
const byVersion: CounterCursor = { paths: ['ts'], format: 'counter', order: 'asc', lookback: 200, first: 0 }
/** Not the row version, which begins anew when the database is moved: every change would look older than what is here. */
const version: Version = { kind: 'time', paths: ['modified'], zone: '{config.timeZone}', granularityMs: 1000 }
const pageOf = (size: number): Page => ({ kind: 'number', first: 1, size })
const pageFields = { page_index: '{page.number}', page_size: '{page.size}' }

/** A list that goes on from a row version; a condition beside it is not allowed. */
export const counted = (path: string, size: number, more: JsonObject = { start_ts: '{since}', is_get_total: false }) =>
  ({
    call: ask(path, { ...pageFields, ...more }),
    page: pageOf(size),
    version,
    cursor: byVersion,
  }) satisfies Partial<Stream>

const dayMs = 86_400_000
/** A list of what was changed within a span, both ends given: seven days at most, one for suppliers. What leaves the span while it is read lessens the total. */
export const changed = (path: string, size: number, days: 7 | 1) =>
  ({
    call: ask(path, { ...pageFields, modified_begin: '{since}', modified_end: '{until}' }),
    page: { kind: 'number', first: 1, size, total: { path: 'data.data_count' } },
    version,
    cursor: {
      paths: ['modified'],
      format: 'local-space',
      zone: '{config.timeZone}',
      order: 'none',
      lookbackMs: 600_000,
      first: '{config.since}',
      windowMs: days * dayMs,
    } satisfies TimeCursor,
  }) satisfies Partial<Stream>

/** A list that takes no condition. */
export const complete = (path: string, size: number) =>
  ({ call: ask(path, pageFields), page: pageOf(size), cursor: null }) satisfies Partial<Stream>

export const one = (path: string, biz: Readonly<Record<string, JsonTemplate>>) => ({
  ...ask(path, { page_index: 1, page_size: 1, ...biz }),
  records: 'data.datas',
})

export const part = (document: string, mapping: string, more: Partial<DocumentPart> = {}): DocumentPart => ({
  document,
  mapping: `jushuitan/${mapping}`,
  mode: 'replace',
  identity: { kind: 'origin' },
  ...more,
})
