import type { Call, Config, Cursor, JsonTemplate, Stream, Told, Topic, Version } from '../../src/connector/types.ts'
import { isObject, type Json, type JsonSchema } from '../../src/model/json.ts'

/**
 * Shapes of calls. Pages end where the service says so (`$top` and `$skip` are not for paging: webservices/use-odata-with-queries-set-with-top-number-of-rows.md), their size is asked for by a preference
 * (webservices/Server-Driven-Paging-in-OData-Web-Services.md, at most 20,000).
 */
const company = '/api/v2.0/companies({config.company})'
/** Pages that somebody published as web services (Web Services, page by its number), under the names that are given here (webservices/publish-web-service.md). */
const published = '/ODataV4/Company(Id={config.company})'
const page = { kind: 'nextLink', size: 200, path: '@odata\\.nextLink' } as const
const headers = { prefer: 'odata.maxpagesize={page.size}' }
/** Under the tag that was read: PATCH and DELETE want If-Match, and a tag that is old is refused (webservices/dynamics-error-codes.md, Request_EntityChanged). */
const tagged = (row: string) => ({ 'if-match': `{${row}.@odata\\.etag}` })

export const text = { type: 'string' }
export const number = { type: 'number' }
export const flag = { type: 'boolean' }
export const list = { type: 'array' }

const modified: Version = { kind: 'time', paths: ['lastModifiedDateTime'], zone: null, granularityMs: 1 }
const changed: Cursor = {
  paths: ['lastModifiedDateTime'],
  format: 'iso',
  zone: null,
  order: 'none',
  lookbackMs: 300_000,
}

interface Entity {
  readonly title: string
  /** what other records name it by: `number` where only numbers are told of it, else `id` */
  readonly key: 'number' | 'id'
  readonly expand?: string
  readonly fields: Readonly<Record<string, JsonSchema>>
  readonly parts: Stream['parts']
  readonly children?: Stream['children']
  /** what is missing from the list of keys was deleted; false where it says nothing */
  readonly listed?: boolean
  /** streams that tell of what is missing because it was posted */
  readonly into?: readonly string[]
  readonly blindSpots: readonly string[]
}

/** One record, read by its number through a condition, by its id through the address. */
const oneOf = (
  set: string,
  key: Entity['key'],
  expand: Readonly<Record<string, string>>,
  of: string,
): Call & { readonly records: string } =>
  key === 'id'
    ? { path: `${company}/${set}(${of})`, query: { ...expand }, records: '' }
    : { path: `${company}/${set}`, query: { ...expand, $filter: `number eq '${of.replace('}', '|quoted}')}'` }, records: 'value' }

/** A set of the API as a stream: what changed since the last time, in the order of its key, so that a change moves no row over a page border. */
export function entity(set: string, { title, key, expand, fields, parts, children, listed = true, into, blindSpots }: Entity): Stream {
  const shape: Readonly<Record<string, string>> = expand === undefined ? {} : { $expand: expand }
  return {
    title,
    schema: {
      type: 'object',
      required: ['id', ...(key === 'id' ? [] : [key]), 'lastModifiedDateTime', ...Object.keys(fields)],
      properties: { id: text, number: text, lastModifiedDateTime: text, ...fields },
    },
    key,
    version: modified,
    call: { path: `${company}/${set}`, query: { ...shape, $filter: 'lastModifiedDateTime ge {since}', $orderby: key }, headers },
    records: 'value',
    page,
    cursor: changed,
    byKey: oneOf(set, key, shape, '{key}'),
    ...(listed
      ? {
          ids: {
            call: { path: `${company}/${set}`, query: { $select: key === 'id' ? 'id' : 'id,number', $orderby: key }, headers },
            records: 'value',
            page,
            key,
            ...(into === undefined ? {} : { into }),
          },
        }
      : {}),
    ...(children === undefined ? {} : { children }),
    parts,
    blindSpots,
  }
}

type Reading = Pick<Stream, 'call' | 'records' | 'page'> & { readonly call: Call }
const reading = (path: string, query: Readonly<Record<string, string>>): Reading => ({
  call: { path, query, headers },
  records: 'value',
  page,
})
export const all = (set: string, query: Readonly<Record<string, string>> = {}): Reading => reading(`${company}/${set}`, query)
export const allOfPage = (name: string, query: Readonly<Record<string, string>>): Reading => reading(`${published}/${name}`, query)
/** Where the condition holds more than the time, the first read needs one too. */
export const since: Pick<Stream, 'version' | 'cursor'> = { version: modified, cursor: { ...changed, first: '1970-01-01T00:00:00.000Z' } }
export const find = (set: string, $filter: string, more: Readonly<Record<string, string>> = {}): Call => ({
  path: `${company}/${set}`,
  query: { $filter, ...more },
})
export const one = (set: string, id: string, query: Readonly<Record<string, string>>): Call => ({ path: `${company}/${set}(${id})`, query })
export const post = (path: string, json?: JsonTemplate): Call => ({
  method: 'POST',
  path: `${company}/${path}`,
  ...(json === undefined ? {} : { json }),
})
/** `row`: where the record with its id and its tag was read. */
export const patch = (set: string, row: string, json: JsonTemplate): Call => ({
  method: 'PATCH',
  path: `${company}/${set}({${row}.id})`,
  headers: tagged(row),
  json,
})
export const remove = (set: string, row: string): Call => ({
  method: 'DELETE',
  path: `${company}/${set}({${row}.id})`,
  headers: tagged(row),
})

const notified = /^(?:https?:\/\/[^/]+)?\/?(?:\S*\/)?api\/v2\.0\/companies\(([0-9a-f-]{36})\)\/(\w+)(?:\(([0-9a-f-]{36})\))?(?:\?\S*)?$/i
/** Sets whose records are known here by their id, as a notification names them; of the others the stream is read. */
const byId: ReadonlySet<string> = new Set(['purchaseInvoices', 'vendors', 'customers', 'salesCreditMemos'])

/** Topics of one set, where several streams read it. */
const topicsOf: Readonly<Record<string, readonly string[]>> = {
  salesOrders: ['salesOrders', 'salesOrders/sales', 'salesOrders/order-responses'],
  items: ['items', 'items/units', 'items/links'],
  vendors: ['vendors', 'vendors/numbers'],
  customers: ['customers', 'customers/links'],
}
/** What one notification tells (api-reference/v2.0/dynamics-subscriptions.md); those of another company are none of ours. */
export function told(item: Json, config: Config): readonly Told[] {
  const resource = isObject(item) && typeof item.resource === 'string' ? item.resource : ''
  const [, of, set, id] = notified.exec(resource) ?? []
  if (of === undefined || set === undefined || of.toLowerCase() !== String(config.company).toLowerCase()) return []
  const key = id === undefined || !byId.has(set) ? {} : { key: id.toLowerCase() }
  return (topicsOf[set] ?? [set]).map((name) => ({ topic: name, ...key }))
}
export const topic = (stream: string, set: string): Topic => ({
  stream,
  subscribed: `${company}/${set}`,
  carries: 'key',
  records: 'value',
})
const subscribing = { notificationUrl: '{address}', resource: '{topic}', clientState: '{secret}' }
export const subscriptions = {
  list: { call: { path: '/api/v2.0/subscriptions', headers }, records: 'value', page },
  key: 'subscriptionId',
  topic: 'resource',
  address: 'notificationUrl',
  expires: { path: 'expirationDateTime', renewMs: 36 * 3_600_000 },
  create: { method: 'POST', path: '/api/v2.0/subscriptions', json: subscribing },
  renew: { method: 'PATCH', path: "/api/v2.0/subscriptions('{key|quoted}')", headers: tagged('row'), json: subscribing },
  remove: { method: 'DELETE', path: "/api/v2.0/subscriptions('{key|quoted}')", headers: tagged('row') },
} as const
