import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { currencyDigits } from './decimal.ts'
import { defaultRetryTable } from './delivery.ts'
import { at, isObject, type Json, type JsonObject } from './json.ts'
import { compileSchemas, readSchemas } from './schema.ts'

const folder = new URL('../../schemas/', import.meta.url).pathname
const documents = await readSchemas(folder)
const meta = await readSchemas(`${folder}meta`)
const { schemas, validators, faults } = compileSchemas([...documents, ...meta])
const read = (path: string): JsonObject => JSON.parse(readFileSync(`${folder}${path}`, 'utf8'))

/** Required fields, as the canonical model marks them. */
const required: Readonly<Record<string, readonly string[]>> = {
  party: ['name', 'roles'],
  location: ['name', 'kind', 'zone'],
  product: ['sku', 'name', 'baseUnit'],
  'price-list': ['list', 'product', 'currency', 'taxBasis', 'steps'],
  'stock-level': ['location', 'product', 'unit'],
  'stock-movement': ['kind', 'product', 'quantity', 'unit', 'from', 'to', 'movedAt'],
  'stock-transfer': ['from', 'to', 'lines'],
  'purchase-order': ['number', 'issueDate', 'buyer', 'seller', 'currency', 'taxBasis'],
  'order-response': ['order', 'kind', 'respondedAt'],
  'goods-receipt': ['kind', 'receivedAt', 'location'],
  'sales-order': ['number', 'placedAt', 'issueDate', 'seller', 'currency', 'taxBasis', 'totals'],
  shipment: ['direction', 'from'],
  'tracking-event': ['tracking', 'at', 'status'],
  refund: ['order', 'amount', 'currency'],
  return: ['order', 'kind'],
  replenishment: ['number', 'status', 'product', 'location', 'quantity', 'unit'],
  'sales-report': ['issueDate', 'product', 'quantity'],
  invoice: ['kind', 'number', 'issueDate', 'issuer', 'recipient', 'currency', 'taxBasis', 'totals'],
  payment: ['kind', 'amount', 'currency'],
  payout: ['currency', 'total'],
  contract: ['number', 'kind', 'party', 'status'],
  tier: ['number', 'name', 'level', 'status'],
  'tier-assignment': ['party', 'tier', 'status', 'validFrom'],
  'deposit-change': ['number', 'status', 'kind', 'party', 'currency', 'reason'],
}
const requiredInLines: Readonly<Record<string, readonly string[]>> = {
  payout: ['kind', 'amount'],
  'purchase-order': ['key', 'product', 'quantity', 'unit'],
  'order-response': ['orderLine', 'action'],
  'goods-receipt': ['product', 'accepted', 'unit'],
  'sales-order': ['key', 'product', 'name', 'quantity', 'unit', 'lineAmount'],
  shipment: ['product', 'quantity', 'unit'],
  'stock-transfer': ['key', 'product', 'quantity', 'unit'],
}
const types = Object.keys(required)

it('every schema compiles in strict mode', () => {
  expect(faults).toEqual([])
  expect([...schemas.keys()].sort()).toEqual(
    [...types.map((type) => `${type}@1`), 'values@1', 'cases@1', 'connector@1', 'mapping@1', 'overlay@1', 'table@1', 'workspace@1'].sort(),
  )
})

/** Every field below a schema, with the one its $ref leads to. */
function* fields(
  schema: Json | undefined,
  id: string,
  path = '',
): Generator<{ path: string; field: JsonObject; target: JsonObject; name: string }> {
  if (Array.isArray(schema)) {
    for (const [index, item] of schema.entries()) yield* fields(item, id, `${path}/${index}`)
    return
  }
  if (!isObject(schema)) return
  const own = path.endsWith('/ext') ? undefined : schema.properties
  for (const [name, field] of Object.entries(isObject(own) ? own : {})) {
    if (isObject(field)) yield { path: `${path}/properties/${name}`, field, target: follow(field, id), name }
  }
  for (const [key, value] of Object.entries(schema)) if (key !== 'anyOf') yield* fields(value, id, `${path}/${key}`)
}
function follow(field: JsonObject, id: string): JsonObject {
  if (typeof field.$ref !== 'string') return field
  const [file, pointer] = field.$ref.split('#')
  const found = at(schemas.get(file || id), (pointer ?? '').slice(1).replaceAll('/', '.'))
  return isObject(found) ? { ...follow(found, file || id), ...field, $ref: undefined } : field
}

describe.each([...types, 'values'])('%s', (type) => {
  const schema = schemas.get(`${type}@1`)

  it('has a title in English and Chinese on the document and on every field', () => {
    const untitled = [...fields(schema, `${type}@1`)]
      .filter(({ target }) => typeof target.title !== 'string' || !/\p{Script=Han}/u.test(String(target['x-title-zh'])))
      .map(({ path }) => path)
    expect(untitled).toEqual([])
    expect(schema?.title).toEqual(expect.any(String))
    expect(schema?.['x-title-zh']).toMatch(/\p{Script=Han}/u)
  })

  it('limits every text, list and number', () => {
    const unlimited = [...fields(schema, `${type}@1`)]
      .filter(({ target }) => {
        if (target.type === 'string')
          return ['maxLength', 'pattern', 'enum', 'const', 'format'].every((keyword) => target[keyword] === undefined)
        if (target.type === 'array') return target.maxItems === undefined
        if (target.type === 'integer' || target.type === 'number') return target.maximum === undefined
        return false
      })
      .map(({ path }) => path)
    expect(unlimited).toEqual([])
  })

  it('marks what is personal', () => {
    const unmarked = [...fields(schema, `${type}@1`)]
      .filter(({ path, target, name }) => {
        const personal =
          ['street', 'postalCode'].includes(name) || (/\/(contact|taxId)\/properties\/value$/.test(path) && type === 'values')
        return personal && target['x-sensitive'] !== true && at(target, 'items.x-sensitive') !== true
      })
      .map(({ path }) => path)
    expect(unmarked).toEqual([])
  })
})

describe.each(types)('%s', (type) => {
  const schema = schemas.get(`${type}@1`)
  const validate = validators.get(`${type}@1`)
  const example = read(`examples/${type}.json`)

  it('requires what the model requires, and of a mapping nothing the ledger sets', () => {
    expect(schema?.required).toEqual(required[type])
    expect(at(schema, '$defs.line.required') ?? []).toEqual(requiredInLines[type] ?? [])
    for (const field of ['key', 'origin', 'version', 'findings', 'ext', 'sourceStatus', 'refs', 'deleted']) {
      expect(at(schema, `properties.${field}`), field).toBeDefined()
    }
  })

  it('accepts its example', () => {
    expect(validate?.(example)).toBeUndefined()
  })

  it('refuses its example with any required field taken away, and with a field too much', () => {
    for (const field of required[type] ?? []) {
      const { [field]: _gone, ...rest } = example
      expect(validate?.(rest), field).toMatchObject({ keyword: 'required' })
    }
    expect(validate?.({ ...example, unheardOf: 1 })).toMatchObject({ keyword: 'additionalProperties' })
    expect(validate?.({ ...example, ext: { anything: { deep: [1] } } })).toBeUndefined()
  })

  it('knows the status `unknown` where it has a status', () => {
    if (at(schema, 'properties.status') === undefined) expect(['order-response', 'stock-level', 'sales-report']).toContain(type)
    else expect(validate?.({ ...example, status: 'unknown', sourceStatus: 'wc-custom' })).toBeUndefined()
  })
})

it('has an example for every document and no other', () => {
  expect(readdirSync(`${folder}examples`).sort()).toEqual(types.map((type) => `${type}.json`).sort())
})

describe('values', () => {
  const order = read('examples/sales-order.json')
  const validate = validators.get('sales-order@1')
  const withTotal = (grandTotal: Json): JsonObject => ({ ...order, totals: { grandTotal } })

  it.each(['0', '-1.50', '29.35', '0.0001', '99999999999999.9999'])('%s is an amount', (text) => {
    expect(validate?.(withTotal(text))).toBeUndefined()
  })
  it.each([29.35, '29.35000', '1e3', '', '+1', '.5', '123456789012345', null])('%j is none', (value) => {
    expect(validate?.(withTotal(value))?.path).toBe('/totals/grandTotal')
  })
  it.each(['2026-11-23T08:30:00Z', '2026-11-23T08:30:00.000+08:00', '2026-11-31T08:30:00.000Z', '2026-11-23'])(
    '%s is no time of the hub',
    (placedAt) => {
      expect(validate?.({ ...order, placedAt })?.path).toBe('/placedAt')
    },
  )

  const refund = read('examples/refund.json')
  it.each<[Json, boolean]>([
    [{ type: 'sales-order', key: 'shop-us/723' }, true],
    [{ type: 'sales-order', connection: 'shop-us', externalKey: '723' }, true],
    [{ type: 'sales-order', hint: { number: '723' } }, true],
    [{ type: 'sales-order' }, false],
    [{ type: 'sales-order', externalKey: '723' }, false],
    [{ type: 'sales-order', connection: 'shop-us' }, false],
    [{ type: 'product', key: 'LAMP-RED' }, false],
    [{ key: 'shop-us/723' }, false],
  ])('%j as a reference to an order: %s', (order, good) => {
    expect(validators.get('refund@1')?.({ ...refund, order }) === undefined).toBe(good)
  })

  it('examples use currencies and units that the hub knows', () => {
    for (const type of types) {
      const text = readFileSync(`${folder}examples/${type}.json`, 'utf8')
      for (const [, code] of text.matchAll(/"currency": "([A-Z]+)"/g)) expect(currencyDigits(code ?? '')).toBeDefined()
    }
  })
})

describe('a mapping file', () => {
  const validate = validators.get('mapping@1')
  const file = (fields: JsonObject): JsonObject => ({
    mapping: 'woocommerce.order',
    version: '1.0.0',
    source: 'woocommerce/order@3',
    target: 'sales-order@1',
    fields,
  })
  it.each<[JsonObject]>([
    [{ number: 'number', currency: { value: 'USD' } }],
    [{ product: { fields: { ref: { from: 'product_id', convert: 'text', link: 'product' } } } }],
    [{ placedAt: { from: 'date_created', convert: 'utc', zone: '@.config.timeZone' } }],
    [{ street: { list: ['address_1', 'address_2'] } }],
    [{ lines: { each: 'line_items', key: 'id', let: { gross: 'price * quantity' }, fields: { lineAmount: { expr: 'gross' } } } }],
    [
      {
        status: {
          from: 'status',
          default: 'x',
          lookup: 'status',
          else: 'unknown',
          missing: 'omit',
          onPush: 'keep',
          when: 'a > 1',
          note: 'why',
        },
      },
    ],
  ])('may say %j', (fields) => {
    expect(validate?.(file(fields))).toBeUndefined()
  })
  it.each<[JsonObject, string]>([
    [{ a: { form: 'x' } }, '/fields/a'],
    [{ a: { from: 'x', value: 1 } }, '/fields/a/value'],
    [{ a: { from: 'x', else: 'y' } }, '/fields/a'],
    [{ a: {} }, '/fields/a'],
    [{ a: 1 }, '/fields/a'],
    [{ a: { from: 'x', missing: 'skip' } }, '/fields/a/missing'],
  ])('may not say %j', (fields, path) => {
    expect(validate?.(file(fields))?.path).toBe(path)
  })
})

describe('a workspace', () => {
  const validate = validators.get('workspace@1')
  const workspace = {
    tenant: 'default',
    connections: {
      'shop-us': {
        connector: 'woocommerce',
        books: 'harbour',
        config: { url: 'https://shop.example', timeZone: 'America/New_York', secret: '$' + '{env:SHOP_US}' },
        streams: { orders: { every: '5m' } },
        allowPrivate: ['127.0.0.1/32'],
        limits: { requests: 5, perMs: 1000 },
        retry: { waitsMs: [100, 200] },
      },
    },
    routes: [
      {
        id: 'po-to-supplier',
        document: 'purchase-order',
        when: "seller.ref.key == 'ningbo'",
        to: 'ningbo-erp',
        action: 'sale',
        mode: 'live',
        from: '2026-11-01T00:00:00Z',
        onDead: 'block',
        holds: ['does-not-foot'],
      },
    ],
    codes: { unit: { pcs: 'EA' } },
    settings: { leaseMs: 2000, sweepMs: 100 },
  }
  it('with connections, routes, codes and settings is accepted', () => {
    expect(validate?.(workspace)).toBeUndefined()
  })
  it('says the default of every setting that has one, within its own limits', () => {
    const settings = at(schemas.get('workspace@1'), '$defs.settings.properties')
    for (const [name, field] of Object.entries(isObject(settings) ? settings : {})) {
      if (!isObject(field) || field.type !== 'integer') continue
      expect(field.default, name).toEqual(expect.any(Number))
      expect(validate?.({ ...workspace, settings: { [name]: field.default } }), name).toBeUndefined()
    }
  })
  it('states the retry table that the hub has by itself', () => {
    const fields = at(schemas.get('workspace@1'), '$defs.retry.properties')
    const stated = Object.entries(isObject(fields) ? fields : {}).map(([name, field]) => [name, at(field, 'default')])
    expect(Object.fromEntries(stated)).toEqual(defaultRetryTable)
  })
  it.each([
    [{ ...workspace, routes: [{ id: 'a', document: 'payment', to: 'b', action: 'c' }] }, '/routes/0'],
    [{ ...workspace, routes: [{ id: 'a', document: 'payment', to: 'b', action: 'c', mode: 'test' }] }, '/routes/0/mode'],
    [{ ...workspace, connections: { 'Shop US': workspace.connections['shop-us'] } }, '/connections'],
    [{ ...workspace, settings: { leaseMS: 1 } }, '/settings'],
    [
      { ...workspace, connections: { a: { connector: 'x', books: 'y', streams: { orders: { every: '5 minutes' } } } } },
      '/connections/a/streams/orders/every',
    ],
  ])('with a fault is refused at its place', (value, path) => {
    expect(validate?.(value)?.path).toBe(path)
  })
})
