import type { Database } from './database.ts'
import type { Values } from './fields.ts'

export type Company = { readonly companyName: string; readonly currency: string; readonly user: string }

const currencies = [
  ['USD', 'US Dollar', '$'],
  ['EUR', 'Euro', '€'],
  ['CNY', 'Yuan Renminbi', '¥'],
  ['GBP', 'Pound Sterling', '£'],
] as const

const countries = [
  ['US', 'United States'],
  ['DE', 'Germany'],
  ['FR', 'France'],
  ['NL', 'Netherlands'],
  ['AT', 'Austria'],
  ['BE', 'Belgium'],
  ['ES', 'Spain'],
  ['IT', 'Italy'],
  ['PL', 'Poland'],
  ['CH', 'Switzerland'],
  ['GB', 'United Kingdom'],
  ['CA', 'Canada'],
  ['CN', 'China'],
] as const

const units = [
  ['Units', 'Unit', 'u', 1, 0],
  ['Weight', 'Kilogram', 'kg', 1, 2],
  ['Weight', 'Gram', 'g', 0.001, 2],
  ['Length', 'Meter', 'm', 1, 2],
  ['Volume', 'Liter', 'l', 1, 2],
  ['Time', 'Hour', 'h', 1, 2],
] as const

const place = (name: string, code: string | null, type: string, parent: number | null): Values => ({
  name,
  code,
  type,
  parent,
  active: true,
})

/** The places of a new system, with the ids that the recorded one has: 1 IN, 2 OUT, 3 STO, 4 Lost and Found, 5 WH, 6 SUP, 7 CUS, 8 Transit. */
const seedPlaces = (db: Database): void => {
  const places = [
    place('Input Zone', 'IN', 'storage', 5),
    place('Output Zone', 'OUT', 'storage', 5),
    place('Storage Zone', 'STO', 'storage', 5),
    place('Lost and Found', null, 'lost_found', null),
    { ...place('Warehouse', 'WH', 'warehouse', null), input_location: 1, output_location: 2, storage_location: 3, lost_found_location: 4 },
    place('Supplier', 'SUP', 'supplier', null),
    place('Customer', 'CUS', 'customer', null),
    place('Transit', null, 'storage', null),
  ]
  for (const values of places) {
    db.insert('stock.location', {
      input_location: null,
      output_location: null,
      storage_location: null,
      lost_found_location: null,
      address: null,
      ...values,
    })
  }
}

const seedUnits = (db: Database): void => {
  for (const [group, name, symbol, factor, digits] of units) {
    const known = [...db.table('product.uom.category').rows.values()].find((row) => row.name === group)
    const category = (known ?? db.insert('product.uom.category', { name: group })).id
    db.insert('product.uom', {
      name,
      symbol,
      category,
      factor,
      rate: Number((1 / factor).toFixed(12)),
      rounding: 10 ** -digits,
      digits,
      active: true,
    })
  }
}

/** Everything a new company has before its own people write the first line. Runs inside a transaction. */
export const seed = (db: Database, company: Company): void => {
  seedPlaces(db)
  seedUnits(db)
  for (const [code, name, symbol] of currencies) {
    db.insert('currency.currency', { code, name, symbol, numeric_code: null, digits: 2, rounding: '0.01', active: true })
  }
  for (const [code, name] of countries) db.insert('country.country', { code, name, active: true })
  for (const [code, name] of [
    ['en', 'English'],
    ['de', 'German'],
    ['zh_CN', 'Chinese Simplified'],
  ]) {
    db.insert('ir.lang', { code: code ?? null, name: name ?? null, active: true })
  }
  db.insert('product.category', { name: 'Goods', accounting: true, parent: null })
  db.insert('account.invoice.payment_term', { name: 'Net 30', description: null, active: true })
  const currency = db.where('currency.currency', 'code', company.currency)[0]
  if (currency === undefined)
    throw new RangeError(
      `the simulator does not know the currency ${company.currency}; it has ${currencies.map(([code]) => code).join(', ')}`,
    )
  const party = db.insert('party.party', {
    name: company.companyName,
    code: db.next('party'),
    active: true,
    lang: null,
    replaced_by: null,
    customer_payment_term: null,
    supplier_payment_term: null,
  })
  const { id } = db.insert('company.company', { party: party.id, currency, timezone: null })
  db.insert('res.user', { name: 'Administrator', login: company.user, company: id, active: true })
}
