import type { Json, JsonObject } from '../../model/json.ts'

/** A document that shows one error or note. */
export interface RunExample {
  readonly code: string
  readonly file: JsonObject
  /** what is read: the partner's record, or with `push` the hub's document */
  readonly input: Json
  readonly push?: true
  /** what the partner holds */
  readonly base?: Json
}
/** An item that `map stream` cannot read. */
export interface ItemExample {
  readonly code: string
  /** for people */
  readonly shown: string
  readonly bytes: () => Buffer
}

const pull = (rule: JsonObject, more: JsonObject = {}): JsonObject => ({ fields: { x: rule }, ...more })
const both = (rule: JsonObject): JsonObject => ({ direction: 'both', fields: { x: rule } })
const lines = { lines: { each: 'items', key: 'id', fields: { key: { from: 'id', convert: 'text' }, sku: 'sku' } } }
const newYork = (text: string): Omit<RunExample, 'code'> => ({
  file: pull({ from: 'at', convert: 'utc', zone: 'America/New_York' }),
  input: { at: text },
})
const huge = '9'.repeat(200)

/** One of each error that mapping a document can give. */
export const errorExamples: readonly RunExample[] = [
  { code: 'MISSING', file: pull({ from: 'name', missing: 'reject' }), input: {} },
  { code: 'TYPE', file: pull({ from: 'name', convert: 'text' }), input: { name: ['a'] } },
  { code: 'DECIMAL', file: pull({ from: 'total', convert: 'decimal' }), input: { total: '12,50' } },
  { code: 'DATE', file: pull({ from: 'day', convert: 'date' }), input: { day: '2026-02-30' } },
  {
    code: 'LOOKUP_MISS',
    file: pull({ from: 'status', lookup: 'state' }, { lookups: { state: { paid: 'open' } } }),
    input: { status: 'held' },
  },
  {
    code: 'LINK_MISSING',
    file: { direction: 'push', push: { party: { from: 'buyer', link: 'party' } } },
    input: { buyer: { type: 'party', key: 'nobody' } },
    push: true,
  },
  { code: 'CONSTANT_CHANGED', file: both({ value: 'EA' }), input: { x: 'KG' }, push: true },
  { code: 'NO_WAY_BACK', file: both({ expr: 'price * quantity' }), input: { x: '99' }, push: true, base: { price: '2', quantity: 3 } },
  {
    code: 'DUPLICATE_KEY',
    file: { direction: 'both', fields: lines },
    input: { lines: [{ key: '1' }, { key: '1' }] },
    push: true,
    base: { items: [{ id: 1 }] },
  },
  { code: 'LIMIT', file: pull({ expr: 'round(a * a * a, 2)' }), input: { a: huge } },
]

/** One of each note. */
export const noteExamples: readonly RunExample[] = [
  {
    code: 'PULL_ONLY',
    file: both({ expr: 'price * quantity', onPush: 'keep' }),
    input: { x: '99' },
    push: true,
    base: { price: '2', quantity: 3 },
  },
  { code: 'ERROR_SKIPPED', file: pull({ from: 'day', convert: 'date', onError: 'omit' }), input: { day: 'soon' } },
  { code: 'ZONE_GAP', ...newYork('2026-03-08 02:30:00') },
  { code: 'ZONE_OVERLAP', ...newYork('2026-11-01 01:30:00') },
  { code: 'AMOUNT_SCALE', file: pull({ from: 'total', convert: "amount:'JPY'" }), input: { total: '100.5' } },
]

/** One of each fault of an item in a stream. */
export const itemExamples: readonly ItemExample[] = [
  { code: 'NOT_JSON', shown: '[{"id": 01}]', bytes: () => Buffer.from('[{"id": 01}]') },
  { code: 'TOO_LARGE', shown: '["xxx…"] with 17 MB of x', bytes: () => Buffer.from(`["${'x'.repeat(17 << 20)}"]`) },
  { code: 'TOO_DEEP', shown: '[[[[…', bytes: () => Buffer.from(`[${'['.repeat(70)}${']'.repeat(70)}]`) },
  { code: 'NOT_UTF8', shown: 'bytes FF FE in a text', bytes: () => Buffer.from([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d]) },
]
