import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonSchema } from '../model/json.ts'
import { compileMapping } from './compile.ts'
import { file } from './testbed.ts'

const text = { type: 'string' }
const money = (scale: number) => ({ type: 'string', format: 'decimal', 'x-scale': scale })
const closed = (required: readonly string[], properties: JsonObject): JsonObject => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
})

const source: JsonObject = {
  $id: 'shop/order@3',
  ...closed(['id', 'financial_status', 'currency', 'created_at', 'line_items', 'total'], {
    id: { type: 'integer' },
    po_number: { type: ['string', 'null'] },
    financial_status: { enum: ['pending', 'paid', 'voided'] },
    source_name: text,
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    created_at: { type: 'string', format: 'date-time' },
    total: money(2),
    billing_address: { $ref: '#/$defs/address' },
    meta: { type: 'object', properties: { campaign: text } },
    line_items: { type: 'array', items: { allOf: [{ $ref: '#/$defs/item' }, { properties: { gift: { type: 'boolean' } } }] } },
  }),
  $defs: {
    address: closed([], { city: text }),
    item: {
      type: 'object',
      required: ['sku', 'price', 'quantity'],
      properties: { sku: { ...text, minLength: 1 }, price: money(3), quantity: money(2) },
    },
  },
}
const target: JsonObject = {
  $id: 'hub/order@1',
  ...closed(['externalId', 'orderNo', 'currency', 'taxBasis'], {
    externalId: { ...text, minLength: 1 },
    orderNo: { ...text, minLength: 1 },
    currency: text,
    taxBasis: { enum: ['inclusive', 'exclusive'] },
    status: { enum: ['open', 'partial', 'paid', 'refunded', 'cancelled'] },
    paymentState: { enum: ['open', 'partial', 'paid', 'refunded', 'cancelled'] },
    cancelled: { type: 'boolean' },
    orderDate: { type: 'string', format: 'date' },
    billTo: closed([], { city: text }),
    channel: text,
    note: text,
    half: money(2),
    lines: { type: 'array', items: closed([], { sku: text, grossAmount: money(2) }) },
  }),
}

/** Faults as `line CODE path: message (suggestion)`. */
function faultsOf(file: JsonObject | string, schemas: readonly JsonObject[] = [source, target]): readonly string[] {
  const whole =
    typeof file === 'string'
      ? file
      : JSON.stringify({ mapping: 'm', version: '1', source: 'shop/order@3', target: 'hub/order@1', direction: 'pull', ...file })
  const { faults } = compileMapping(whole, { file: 'order.json', schemas: new Map(schemas.map((schema) => [String(schema.$id), schema])) })
  return faults.map(
    (fault) =>
      `${typeof file === 'string' ? `${fault.line} ` : ''}${fault.code} ${fault.path}: ${fault.message}${fault.suggestion === undefined ? '' : ` (${fault.suggestion})`}`,
  )
}

it('all 17 seeded mistakes of one file are told in one run, each where it stands and with what to do', () => {
  const file = `{
  "mapping": "shop.order", "version": "1.0.0", "source": "shop/order@3", "target": "hub/order@1", "direction": "both",
  "lookups": {
    "payment": { "pending": "open", "paid": "paid" },
    "settled": { "pending": "open", "paid": "settled", "voided": "cancelled" },
    "state": { "pending": "open", "paid": "open", "voided": "cancelled" },
    "channel": { "web": "online" }
  },
  "fields": {
    "externalId": "id",
    "orderNo": "po_number",
    "currencyCode": "currency",
    "currency": { "from": "currency", "default": "USD" },
    "billTo": { "from": "billingAddress", "fields": { "city": "city" } },
    "status": { "from": "financial_status", "lookup": "payment" },
    "paymentState": { "from": "financial_status", "lookup": "settled" },
    "cancelled": { "expr": "financial_status == 'canceled'" },
    "orderDate": "created_at",
    "channel": { "from": "source_name", "lookup": "channel" },
    "note": "meta.gift",
    "half": { "expr": "total / 2" },
    "lines": { "each": "line_items", "fields": {
      "sku": { "from": "sku", "lookup": "state" },
      "grossAmount": { "expr": "price * quantity" } } }
  }
}`
  expect(faultsOf(file)).toEqual([
    "9 E_UNMAPPED taxBasis: the target requires 'taxBasis' and no rule writes it (add a rule for 'taxBasis')",
    expect.stringMatching(
      /^9 W_NO_CREATE fields: push cannot create: nothing writes .*line_items\[\]\.price.* \(add "push" rules, or set direction "pull"\)$/,
    ),
    '10 E_TYPE externalId: the target is text, the value is an integer (add "convert": "text")',
    '11 E_REQUIRED orderNo: required, but \'po_number\' may be missing (add "default", or "missing": "reject")',
    "12 E_TARGET currencyCode: the target has no 'currencyCode' (did you mean 'currency'?)",
    '13 W_DEAD_DEFAULT currency: \'currency\' is never missing, the default is never used (take "default" away)',
    "14 E_PATH billTo: the source has no 'billingAddress' (did you mean 'billing_address'?)",
    "15 E_LOOKUP_GAP status: lookup 'payment' has no entry for 'voided' (add the entries (null where a code is to be refused), or an \"else\")",
    "16 E_ENUM paymentState: the target does not allow 'settled' (allowed: open, partial, paid, refunded, cancelled)",
    "17 E_ENUM cancelled: 'canceled' is never a value of 'financial_status', which has pending, paid, voided (write one of these)",
    '18 E_FORMAT orderDate: the target is a date, the value is a date-time (add "convert": "date")',
    "19 W_LOOKUP_OPEN channel: 'source_name' may be any text: values outside the table 'channel' are rejected at run time (add an \"else\")",
    "20 W_UNCHECKED note: the schema of 'meta' does not name 'gift' (it has: campaign)",
    '21 E_DIV half: division needs a scale: write div(a, b, scale)',
    '22 W_NO_KEY lines: items have no "key": going back they are matched by their position, so a removed line shifts the others',
    "23 E_LOOKUP_AMBIGUOUS lines[].sku: lookup 'state' gives 'open' for pending and paid: say which in \"$back\"",
    "23 W_LOOKUP_OPEN lines[].sku: 'sku' may be any text: values outside the table 'state' are rejected at run time (add an \"else\")",
    '24 E_SCALE lines[].grossAmount: the value has up to 5 decimals, the target keeps 2 (use round(…, 2), or refuse what does not fit with "convert": "decimal:2")',
  ])
})

const good = {
  externalId: { from: 'id', convert: 'text' },
  orderNo: { from: 'po_number', missing: 'reject' },
  currency: 'currency',
  taxBasis: { value: 'inclusive' },
}
const inferred = (schema: JsonObject): JsonObject => ({ ...schema, 'x-inferred': true })

describe('what a schema says', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    [
      'is read through $ref',
      { billTo: { from: 'billing_address', fields: { city: 'town' } } },
      ["E_PATH billTo.city: 'billing_address' has no 'town' (it has: city)"],
    ],
    [
      'is read through allOf',
      { lines: { each: 'line_items', fields: { sku: 'gift' } } },
      ['E_TYPE lines[].sku: the target is text, the value is true or false (add "convert": "text")'],
    ],
    ['proves what a condition asks for', { note: { when: 'has(po_number)', from: 'po_number', missing: 'reject' } }, []],
  ])('%s', (_, rules, expected) => {
    expect(faultsOf({ fields: { ...good, ...rules } })).toEqual(expected)
  })

  it('is softer where it was guessed from samples', () => {
    const rules = {
      externalId: { from: 'id', convert: 'text' },
      orderNo: 'po_number',
      currency: 'curency',
      status: { value: 'done' },
      nota: 'currency',
    }
    const sure = compileMapping(
      JSON.stringify({ mapping: 'm', version: '1', source: 's', target: 't', direction: 'pull', fields: rules }),
      {
        file: 'm.json',
        sourceSchema: source,
        targetSchema: target,
      },
    )
    const soft = compileMapping(
      JSON.stringify({ mapping: 'm', version: '1', source: 's', target: 't', direction: 'pull', fields: rules }),
      {
        file: 'm.json',
        sourceSchema: inferred(source),
        targetSchema: inferred(target),
      },
    )
    const codes = ['E_UNMAPPED', 'E_REQUIRED', 'E_PATH', 'E_ENUM', 'E_TARGET']
    expect(sure.faults.map(({ code, severity }) => `${severity} ${code}`)).toEqual(codes.map((code) => `error ${code}`))
    expect(soft.faults.map(({ code, severity }) => `${severity} ${code}`)).toEqual(codes.map((code) => `warning ${code}`))
    expect(soft.mapping).toBeDefined()
  })
})

describe('oneOf and anyOf', () => {
  const card = closed(['type', 'last4'], { type: { const: 'card' }, last4: text, amount: money(2) })
  const cash = closed(['type', 'till'], { type: { const: 'cash' }, till: { type: 'integer' }, amount: money(2) })
  const payments = (kind: 'oneOf' | 'anyOf'): JsonObject => ({
    $id: 'shop/order@3',
    ...closed(['payment', 'payments'], { payment: { [kind]: [card, cash] }, payments: { type: 'array', items: { [kind]: [card, cash] } } }),
  })
  const free: JsonObject = {
    $id: 'hub/order@1',
    ...closed([], { note: text, amount: money(2), list: { type: 'array', items: closed([], { note: text }) } }),
  }
  const faults = (fields: JsonObject, kind: 'oneOf' | 'anyOf' = 'oneOf') => faultsOf({ fields }, [payments(kind), free])

  it.each(['oneOf', 'anyOf'] as const)('%s: what all shapes have may be read', (kind) => {
    expect(faults({ amount: 'payment.amount' }, kind)).toEqual([])
  })

  it.each(['oneOf', 'anyOf'] as const)('%s: what only one has is told of, until "when" says which', (kind) => {
    expect(faults({ note: 'payment.last4' }, kind)).toEqual([
      'W_UNCHECKED note: \'last4\' is only in some of the shapes that \'payment\' can have (say in "when" or "where" which shape is meant, like "type == \'card\'")',
    ])
    expect(faults({ note: { when: "payment.type == 'card'", from: 'payment.last4' } }, kind)).toEqual([])
    expect(faults({ note: { when: "payment.type != 'cash'", from: 'payment.last4' } }, kind)).toEqual([])
    expect(faults({ note: { expr: "payment.type == 'card' ? payment.last4 : text(payment.till)" } }, kind)).toEqual([])
    expect(faults({ list: { each: 'payments', where: "type == 'card'", fields: { note: 'last4' } } }, kind)).toEqual([])
    expect(faults({ note: "payments[type='card'].last4" }, kind)).toEqual([])
  })

  it('the shape that "when" rules out has no such field', () => {
    expect(faults({ note: { when: "payment.type == 'cash'", from: 'payment.last4' } })).toEqual([
      "E_PATH note: 'payment' has no 'last4' (it has: type, till, amount)",
    ])
  })

  it('a code that no shape has is told of', () => {
    expect(faults({ note: { when: "payment.type == 'crad'", value: 'x' } })).toEqual([
      "E_ENUM note: 'crad' is never a value of 'payment.type', which has card, cash (did you mean 'card'?)",
    ])
  })

  it('of the target is narrowed by the constants that are written', () => {
    const target2: JsonObject = { $id: 'hub/order@1', ...closed(['pay'], { pay: { oneOf: [card, cash] } }) }
    const schemas = [payments('oneOf'), target2]
    expect(faultsOf({ fields: { pay: { fields: { type: { value: 'card' }, last4: { value: '1234' } } } } }, schemas)).toEqual([])
    expect(faultsOf({ fields: { pay: { fields: { type: { value: 'cash' }, last4: { value: '1234' } } } } }, schemas)).toEqual([
      "E_UNMAPPED pay.till: the target requires 'till' and no rule writes it (add a rule for 'till')",
      "E_TARGET pay.last4: the target has no 'last4' (it has: type, till, amount)",
    ])
  })
})

describe('a schema that nobody has', () => {
  const known = new Map<string, JsonSchema>(['shop/order@3', 'sales-order@1', 'party@1'].map((id) => [id, { type: 'object' }]))
  const told = (ends: object): readonly string[] =>
    compileMapping(file({ number: 'number' }, { source: 'shop/order@3', target: 'sales-order@1', ...ends }), {
      file: 'm.json',
      schemas: known,
    })
      .faults.filter(({ path }) => path === 'source' || path === 'target')
      .map(({ code, path, message, suggestion }) => `${code} ${path}: ${message} (${suggestion})`)
  it('is an error where a known one was meant, for else nothing of that side would be checked', () => {
    expect(told({ source: 'shop/odrer@3' })).toEqual(["E_SCHEMA source: there is no schema 'shop/odrer@3' (did you mean 'shop/order@3'?)"])
    expect(told({ source: 'shpo/order@1' })[0]).toMatch(/^E_SCHEMA .*did you mean 'shop\/order@3'/)
    expect(told({ target: 'sales-ordr@1' })).toEqual(["E_SCHEMA target: there is no schema 'sales-ordr@1' (did you mean 'sales-order@1'?)"])
    expect(told({ direction: 'push', source: 'partie@1', fields: undefined, push: { a: 'name' } })).toEqual([
      "E_SCHEMA source: there is no schema 'partie@1' (did you mean 'party@1'?)",
    ])
  })
  it('is a warning where it looks like none, and nothing where it is only the name of what an action takes', () => {
    expect(told({ source: 'shop/order@2' })).toEqual([
      "W_UNCHECKED source: there is no schema 'shop/order@2', so nothing that is read is proven (did you mean 'shop/order@3'?)",
    ])
    expect(told({ source: 'shop/odd@1' })[0]).toMatch(/^W_UNCHECKED source/)
    expect(told({ source: 'acme/order@3' })[0]).toMatch(/^W_UNCHECKED source/)
    expect(told({ source: 'acme/thing@1' })[0]).toMatch(/^W_UNCHECKED source: there is no schema 'acme\/thing@1'/)
    expect(told({ target: 'thing@1' })).toEqual([
      "W_UNCHECKED target: there is no schema 'thing@1', so nothing that is written is proven (there are: sales-order@1, party@1)",
    ])
    expect(told({})).toEqual([])
    expect(told({ direction: 'push', source: 'party@1', target: 'shop/order@2', fields: undefined, push: { a: 'name' } })).toEqual([])
  })
})
