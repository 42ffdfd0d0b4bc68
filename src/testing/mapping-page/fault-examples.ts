import type { JsonObject } from '../../model/json.ts'

/** The smallest mapping that shows one fault of a file, laid over a frame that has none. */
export interface FaultExample {
  readonly code: string
  /** keys of the file */
  readonly file?: JsonObject
  /** the whole text, where the point is the text */
  readonly text?: string
  /** without the schemas of the page: about the file alone */
  readonly alone?: true
  /** E_STREAM: the rule that is streamed */
  readonly stream?: string
}

/** The one field the target requires; the page shows it once. */
export const frame: JsonObject = { number: { from: 'id', convert: 'text' } }
const fields = (more: JsonObject): JsonObject => ({ fields: { ...frame, ...more } })
const both = (more: JsonObject, rest: JsonObject = {}): JsonObject => ({ direction: 'both', fields: more, ...rest })
const deep = `${'('.repeat(33)}1${')'.repeat(33)}`

/** One of each code, in the order of the page. */
export const faultExamples: readonly FaultExample[] = [
  { code: 'E_JSON', text: '{ "mapping": "shop.order", }' },
  {
    code: 'E_DUPLICATE',
    text: '{ "mapping": "example", "version": "1", "source": "s", "target": "t", "direction": "pull", "fields": { "note": "a", "note": "b" } }',
    alone: true,
  },
  { code: 'E_SHAPE', file: fields({ note: 5 }) },
  { code: 'E_LIMIT', file: fields({ note: { expr: deep } }) },
  { code: 'E_KEY', file: fields({ note: { from: 'note', converts: 'text' } }) },
  { code: 'E_RULE', file: fields({ note: { from: 'note', value: 'x' } }) },
  { code: 'E_NAME', file: fields({ prototype: 'note' }) },
  { code: 'E_PART', file: fields({ customer: { use: 'person' } }) },
  { code: 'E_LOOKUP', file: fields({ channel: { from: 'channel', lookup: 'channel@2' } }) },
  { code: 'E_CONVERT', file: fields({ note: { from: 'note', convert: 'txt' } }) },
  { code: 'E_ZONE', file: fields({ date: { from: 'created_at', convert: 'date', zone: 'Asia/Shangai' } }) },
  { code: 'E_FUNCTION', file: fields({ note: { expr: 'concat(name, note)' } }) },
  { code: 'E_SYNTAX', file: fields({ note: { expr: 'name +' } }) },
  { code: 'E_TYPE', file: { fields: { number: 'id' } } },
  { code: 'E_DIV', file: fields({ total: { expr: 'total / 2' } }) },
  { code: 'E_SCHEMA', file: { source: 'shop/ordre@1', ...fields({}) } },
  { code: 'E_PATH', file: fields({ note: 'notes' }) },
  { code: 'E_TARGET', file: fields({ notes: 'note' }) },
  { code: 'E_UNMAPPED', file: { fields: { note: 'note' } } },
  { code: 'E_REQUIRED', file: { fields: { number: 'name' } } },
  { code: 'E_ENUM', file: fields({ status: { value: 'done' } }) },
  {
    code: 'E_LOOKUP_GAP',
    file: { lookups: { state: { pending: 'open', paid: 'closed' } }, ...fields({ status: { from: 'status', lookup: 'state' } }) },
  },
  { code: 'E_SCALE', file: fields({ total: { expr: 'sum(items, price * quantity)' } }) },
  { code: 'E_FORMAT', file: fields({ date: 'created_at' }) },
  {
    code: 'E_LOOKUP_AMBIGUOUS',
    file: both({ status: { from: 'status', lookup: 'state' } }, { lookups: { state: { pending: 'open', paid: 'open' } } }),
    alone: true,
  },
  {
    code: 'E_LOOKUP_BACK',
    file: both({ status: { from: 'status', lookup: 'state' } }, { lookups: { state: { paid: 'open', $back: { closed: 'paid' } } } }),
    alone: true,
  },
  { code: 'E_KEY_FIELD', file: both({ lines: { each: 'items', key: 'id', fields: { sku: 'sku' } } }), alone: true },
  { code: 'E_PUSH', file: both({ total: { expr: 'price * quantity', onPush: 'write' } }), alone: true },
  {
    code: 'E_STREAM',
    file: { fields: { lines: { each: 'items', fields: { currency: '$.currency' } } } },
    alone: true,
    stream: 'lines',
  },
  { code: 'W_UNCHECKED', file: fields({ note: 'meta.gift' }) },
  { code: 'W_NO_KEY', file: both({ lines: { each: 'items', fields: { sku: 'sku' } } }), alone: true },
  { code: 'W_UNUSED', file: { parts: { person: { email: 'customer.email' } }, ...fields({}) } },
  { code: 'W_DEAD_DEFAULT', file: fields({ currency: { from: 'currency', default: 'USD' } }) },
  {
    code: 'W_LOOKUP_OPEN',
    file: { lookups: { shop: { web: 'online' } }, ...fields({ channel: { from: 'channel', lookup: 'shop' } }) },
  },
  { code: 'W_NO_CREATE', file: both(frame) },
]
