import type { Call, Cursor, Page, Part, Stream, Version } from '../../src/connector/types.ts'
import type { Json, JsonObject, JsonSchema } from '../../src/model/json.ts'

/** An operation of the one service that knows all forms. */
export const operation = (name: string, form: string, body: JsonObject): Call => ({
  method: 'POST',
  path: `/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.${name}.common.kdsvc`,
  name: `${form}.${name}`,
  json: body,
})

export interface Query {
  readonly form: string
  readonly fields: readonly string[]
  readonly filter: readonly string[]
  readonly order: string
  /** rows; at most 10,000, and 2,000 where nothing is said */
  readonly limit: Json
}
/** Rows are lists, their values in the order of `fields`. Only the first page is ever asked for: each goes on beyond the last keys of the one before. */
export const query = ({ form, fields, filter, order, limit }: Query): Call =>
  operation('ExecuteBillQuery', form, {
    data: {
      FormId: form,
      FieldKeys: fields.join(','),
      FilterString: filter.join(' and '),
      OrderString: order,
      TopRowCount: 0,
      StartRow: 0,
      Limit: limit,
    },
  })

/** `FSupplierId.FNumber` as a name without a dot. */
export const named = (fields: readonly string[]): readonly string[] => fields.map((field) => field.replaceAll('.', '_'))

export const ours = (field: string): string => `${field}.FNumber='{config.organisation|quoted}'`
/** Which of these times a change moves differs: an audit moves FApproveDate and leaves FModifyDate (read on a real answer: modified on the 18th, approved on the 19th). */
const changed = (times: readonly string[]): string => `(${times.map((time) => `${time}>='{since}'`).join(' or ')})`

/** Wall times of the server. */
const modified: Cursor = {
  paths: ['FModifyDate'],
  format: 'local',
  zone: '{config.timeZone}',
  order: 'none',
  lookbackMs: 600_000,
  first: '2000-01-01T00:00:00Z',
}
export const version: Version = { kind: 'time', paths: ['FModifyDate'], zone: '{config.timeZone}', granularityMs: 1 }
/** At most 10,000 rows; one bill with more lines than a page is read over several. */
const size = 2000

export interface Bills {
  readonly title: string
  readonly form: string
  /** key of the table of lines, as its FEntryID is asked for */
  readonly entry: string
  readonly organisation: string
  /** what besides FModifyDate a change may move */
  readonly times: readonly string[]
  /** of head and lines, named by place: further ones are added at the end */
  readonly fields: readonly string[]
  readonly schema: JsonObject
  /** only those for which this holds too */
  readonly only?: string
  readonly blindSpots?: readonly string[]
}

/** A document that is kept as a draft (暂存) has no number yet. */
const numbered = "FDocumentStatus<>'Z'"

/**
 * Documents with lines: a row for each line, the head in all of them, in the order of (bill, line). They are known by their number, which Kingdee keeps unique, since that is how later documents name earlier ones.
 */
export function bills({ form, entry, organisation, times, fields, ...source }: Bills): Omit<Stream, 'parts'> {
  const row = `${entry}_FEntryID`
  const columns = ['FID', row, 'FModifyDate', ...fields]
  const asked = { form, fields: columns, order: `FID,${row}`, limit: '{page.size}' }
  const always = [ours(organisation), numbered, ...(source.only === undefined ? [] : [source.only])]
  return {
    title: source.title,
    schema: billSchema(row, source.schema),
    key: 'FBillNo',
    version,
    columns: named(columns),
    group: 'lines',
    call: query({
      ...asked,
      filter: [...always, changed(['FModifyDate', ...times]), `(FID>{page.after} or (FID={page.after} and ${row}>{page.afterRow}))`],
    }),
    records: '',
    page: { kind: 'keyset', size, key: 'FID', rowKey: row, first: { after: '0', afterRow: '0' } },
    cursor: modified,
    byKey: { ...query({ ...asked, filter: [...always, "FBillNo='{key|quoted}'"], limit: 10_000 }), records: '' },
    ids: {
      call: query({
        form,
        fields: ['FID', 'FBillNo'],
        filter: [...always, 'FID>{page.after}'],
        order: 'FID',
        limit: '{page.size}',
      }),
      records: '',
      page: { kind: 'keyset', size, key: '0', first: { after: '0' } },
      key: '1',
    },
    blindSpots: [...(source.blindSpots ?? []), 'the number of a document that is not audited can be changed: then it is another one'],
  }
}

const billSchema = (row: string, properties: JsonObject): JsonSchema => ({
  type: 'object',
  required: ['FID', 'FModifyDate', 'FBillNo', 'FDocumentStatus', 'lines'],
  properties: {
    FID: { type: 'integer' },
    FModifyDate: { type: 'string' },
    FBillNo: { type: 'string' },
    FDocumentStatus: { type: 'string' },
    ...properties,
    lines: { type: 'array', items: { type: 'object', required: [row], properties: { [row]: { type: 'integer' } } } },
  },
})

export interface Masters {
  readonly title: string
  readonly form: string
  /** the form's own number: the order in which it is read */
  readonly id: string
  readonly organisation: string
  readonly times: readonly string[]
  readonly fields: readonly string[]
  readonly schema: JsonObject
  readonly blindSpots?: readonly string[]
}

/** Master data are known by their number everywhere, also across organisations: their own numbers differ in each. */
export function masters({ form, id, organisation, times, fields, ...source }: Masters): Omit<Stream, 'parts'> {
  const columns = [id, 'FNumber', 'FModifyDate', ...fields]
  const asked = { form, fields: columns, order: id, limit: '{page.size}' }
  return {
    title: source.title,
    schema: {
      type: 'object',
      required: [id, 'FNumber', 'FModifyDate', 'FName'],
      properties: {
        [id]: { type: 'integer' },
        FNumber: { type: 'string', minLength: 1 },
        FModifyDate: { type: 'string' },
        FName: { type: 'string' },
        ...source.schema,
      },
    },
    key: 'FNumber',
    version,
    columns: named(columns),
    call: query({ ...asked, filter: [ours(organisation), changed(['FModifyDate', ...times]), `${id}>{page.after}`] }),
    records: '',
    page: { kind: 'keyset', size, key: id, first: { after: '0' } } satisfies Page,
    cursor: modified,
    byKey: { ...query({ ...asked, filter: [ours(organisation), "FNumber='{key|quoted}'"], limit: 1 }), records: '' },
    ids: {
      call: query({ form, fields: [id, 'FNumber'], filter: [ours(organisation), `${id}>{page.after}`], order: id, limit: '{page.size}' }),
      records: '',
      page: { kind: 'keyset', size, key: '0', first: { after: '0' } },
      key: '1',
    },
    blindSpots: source.blindSpots ?? [],
  }
}

export const one = (document: string, mapping: string, more: Partial<Extract<Part, { document: string }>> = {}): readonly Part[] => [
  { document, mapping: `kingdee/${mapping}`, mode: 'replace', identity: { kind: 'origin' }, ...more },
]
