import { parseDecimal } from '../../model/decimal.ts'
import type { Database } from './database.ts'
import type { Cell, Field, Row } from './fields.ts'
import { idOf, labelOf, numberOf } from './fields.ts'
import { userError } from './refusal.ts'
import { cellOf } from './relations.ts'

const context = {}

const required = (field: string, label: string): Error => userError(`A value is required for field "${field}" in "${label}".`)

const tooManyDigits = (value: string, field: string, label: string, limit: number): Error =>
  userError(`The number of digits in the value "${value}" for field "${field}" in "${label}" exceeds the limit of "${limit}".`)

const checkField = (model: string, label: string, name: string, field: Field, value: Cell): void => {
  const shown = labelOf(name, field)
  if (value === null || value === '') {
    if (field.required) throw required(shown, label)
    return
  }
  if (field.kind === 'selection' && !field.options.includes(String(value))) {
    throw userError(`The value "${String(value)}" for field "${shown}" in "${label}" is not one of the allowed options.`)
  }
  if (field.kind === 'char' && typeof value === 'string' && /[\n\r\t\v\f]/.test(value)) {
    throw userError(
      `The value "${value}" for field "${shown}" in "${label}" contains some invalid chars "'${value.includes('\n') ? '\\n' : '\\t'}'".`,
    )
  }
  if (field.kind === 'numeric' && field.digits !== undefined && !model.startsWith('currency.')) {
    const { scale } = parseDecimal(String(value))
    if (scale > field.digits) throw tooManyDigits(`Decimal('${String(value)}')`, shown, label, field.digits)
  }
}

const outside = (
  name: string,
  model: { readonly label: string; readonly fields: Readonly<Record<string, Field>> },
  clause: readonly [string, string, Cell],
): Error => {
  const field = model.fields[name]
  return userError(
    `The value for field "${field ? labelOf(name, field) : name}" in "${model.label}" is not valid according to its domain.`,
    [[[...clause]], { [clause[0]]: { name: clause[0], string: clause[0], required: false, readonly: false, domain: '[]', states: '{}' } }],
  )
}

const categoryOf = (db: Database, unit: number | undefined): Cell =>
  unit === undefined ? null : (db.row('product.uom', unit)?.category ?? null)

const digitsFit = (db: Database, label: string, row: Row, unit: number | undefined): void => {
  const digits = unit === undefined ? 6 : numberOf(db.need('product.uom', unit), 'digits')
  const quantity = numberOf(row, 'quantity')
  if (Number(quantity.toFixed(digits)) !== quantity) throw tooManyDigits(String(quantity), 'Quantity', label, digits)
}

const checkOrderLine = (db: Database, order: 'sale' | 'purchase', line: Row): void => {
  const { model } = db.table(`${order}.line`)
  if (line.type !== 'line') return
  const product = idOf(line, 'product')
  const unit = idOf(line, 'unit')
  const owner = product === undefined ? undefined : db.row('product.product', product)
  const able = order === 'sale' ? 'salable' : 'purchasable'
  if (product !== undefined && (!owner || cellOf(db, owner, able, db.field('product.product', able), context) !== true)) {
    throw outside('product', model, [able, '=', true])
  }
  if (line.quantity === null) throw required('Quantity', model.label)
  if (line.unit_price === null) throw required('Unit Price', model.label)
  if (owner && unit === undefined) throw required('Unit', model.label)
  if (owner) {
    const base = cellOf(db, owner, 'default_uom', db.field('product.product', 'default_uom'), context)
    const category = categoryOf(db, typeof base === 'number' ? base : undefined)
    if (categoryOf(db, unit) !== category) throw outside('unit', model, ['category', '=', category])
  }
  digitsFit(db, model.label, line, unit)
}

const checkOrder = (db: Database, order: 'sale' | 'purchase', row: Row): void => {
  const { model } = db.table(`${order}.${order}`)
  for (const [name, owner] of [
    ['invoice_address', 'invoice_party'],
    ['shipment_address', 'shipment_party'],
  ] as const) {
    const address = idOf(row, name)
    if (address === undefined) continue
    const party = idOf(row, owner) ?? idOf(row, 'party') ?? null
    if (db.row('party.address', address)?.party !== party) throw outside(name, model, ['party', '=', party])
  }
}

const checkUnit = (row: Row): void => {
  const factor = numberOf(row, 'factor')
  const rate = numberOf(row, 'rate')
  if (factor !== Number((1 / rate).toFixed(12)) && rate !== Number((1 / factor).toFixed(12))) {
    throw userError(`Incompatible factor and rate values on UOM "${String(row.name)}".`)
  }
}

const checkMove = (db: Database, row: Row): void => {
  const priced = ['supplier', 'customer']
  const types = ['from_location', 'to_location'].map((name) => db.row('stock.location', numberOf(row, name))?.type)
  if (row.unit_price === null && types.some((type) => priced.includes(String(type))))
    throw required('Unit Price', db.table('stock.move').model.label)
  digitsFit(db, db.table('stock.move').model.label, row, idOf(row, 'uom'))
}

const checkUnique = (db: Database, row: Row): void => {
  if (db.where('party.party', 'code', row.code ?? null).length > 1) throw userError('The code on party must be unique.')
}

const ownChecks: Readonly<Record<string, (db: Database, row: Row) => void>> = {
  'sale.sale': (db, row) => checkOrder(db, 'sale', row),
  'purchase.purchase': (db, row) => checkOrder(db, 'purchase', row),
  'sale.line': (db, row) => checkOrderLine(db, 'sale', row),
  'purchase.line': (db, row) => checkOrderLine(db, 'purchase', row),
  'product.uom': (_, row) => checkUnit(row),
  'stock.move': checkMove,
  'party.party': checkUnique,
}

/** Checks a row as it stands after a create or write. @throws Refusal in the system's own words. */
export const check = (db: Database, model: string, row: Row): void => {
  const { label, fields } = db.table(model).model
  for (const [name, field] of Object.entries(fields)) {
    if (!field.get && field.kind !== 'many') checkField(model, label, name, field, row[name] ?? null)
  }
  ownChecks[model]?.(db, row)
}
