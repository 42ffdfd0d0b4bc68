import type { Arrange, Call, Command, CommandAction, Step } from '../../src/connector/types.ts'
import { isObject, type Json, type JsonObject, type JsonSchema } from '../../src/model/json.ts'
import { query } from './query.ts'
import { audited, byNumber, reopened, save, savedKey, submitted, voided, withdrawn } from './steps.ts'
import { orderResponses, purchaseEntry, purchases, saleEntry, sales } from './trade.ts'

const text = { type: 'string', minLength: 1 }
const number = { type: 'number' }
const reference = { type: 'object', additionalProperties: false, required: ['FNumber'], properties: { FNumber: text } }
const lines: JsonSchema = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['FEntryNote', 'FMaterialId', 'FUnitId', 'FQty'],
    properties: {
      FEntryNote: text,
      FMaterialId: reference,
      FUnitId: reference,
      FQty: number,
      FPrice: number,
      FTaxPrice: number,
      FEntryTaxRate: number,
      FDeliveryDate: text,
    },
  },
}
/** Of bill numbers; longer ones are refused before anything is sent. */
const maxNumber = 30
const orderInput: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['number', 'partner', 'currency', 'date', 'taxIncluded', 'lines'],
  properties: {
    number: { ...text, maxLength: maxNumber },
    partner: text,
    currency: text,
    date: text,
    taxIncluded: { type: 'boolean' },
    lines,
  },
}
const linesInput: JsonSchema = { type: 'object', additionalProperties: false, required: ['lines'], properties: { lines } }
const voidInput: JsonSchema = { type: 'object', additionalProperties: false, required: ['number'], properties: { number: text } }
/** All shop customers are one: who gets the goods, and what was noted, stands in the order. */
const noted = { address: { type: 'string' }, note: { type: 'string' } }
const notedModel = { FReceiveAddress: '{input.address}', FNote: '{input.note}' }

interface Kind {
  readonly form: string
  readonly type: string
  readonly organisation: string
  readonly partner: string
  readonly finance: string
  readonly entry: string
  readonly stream: 'purchases' | 'sales' | 'order-responses'
  readonly whole: Call
  /** has address and note of the buyer */
  readonly noted?: true
  /** states in which the hub may still write, how it gets there, and what follows a save */
  readonly open: readonly string[]
  readonly reopened: (form: string) => readonly Step[]
  readonly then: (form: string) => readonly Step[]
}
const whole = ({ byKey }: typeof purchases): Call => {
  const { records: _, ...call } = byKey ?? { records: '', path: '' }
  return call
}
const purchaseKind: Kind = {
  form: 'PUR_PurchaseOrder',
  type: 'CGDD01_SYS',
  organisation: 'FPurchaseOrgId',
  partner: 'FSupplierId',
  finance: 'FPOOrderFinance',
  entry: purchaseEntry,
  stream: 'purchases',
  whole: whole(purchases),
  open: ['Z', 'A', 'B', 'C', 'D'],
  reopened,
  then: audited,
}
const saleKind: Kind = {
  form: 'SAL_SaleOrder',
  type: 'XSDD01_SYS',
  organisation: 'FSaleOrgId',
  partner: 'FCustId',
  finance: 'FSaleOrderFinance',
  entry: saleEntry,
  stream: 'sales',
  whole: whole(sales),
  noted: true,
  open: ['Z', 'A', 'B', 'C', 'D'],
  reopened,
  then: audited,
}
/** What a buyer ordered is the seller's people's to audit, to cut or to void: the hub takes back no audit of theirs. */
const answeredKind: Kind = {
  ...saleKind,
  stream: 'order-responses',
  whole: whole(orderResponses),
  open: ['Z', 'A', 'B', 'D'],
  reopened: withdrawn,
  then: submitted,
}

const state = ({ form, entry }: Kind): Call =>
  query({
    form,
    fields: ['FDocumentStatus', 'FCancelStatus', 'FCloseStatus', `${entry}_FEntryID`, 'FEntryNote', 'FID'],
    filter: ["FBillNo='{key|quoted}'"],
    order: `${entry}_FEntryID`,
    limit: 10_000,
  })

/** Numbers that we gave: anything else in a note is people's own. */
const ourNumber = /^(charge-)?\d+$/

/**
 * All lines as they are to be, since Kingdee takes away those that a save leaves out: ours under the row that carries their number, new ones without a row, people's own rows as they are. Undefined where the
 * order is void or closed, or two rows carry one number.
 */
export const arrangeLines: Arrange = (input, before) => {
  const rows = (Array.isArray(before) ? before : []).filter((row: Json) => Array.isArray(row)) as readonly (readonly Json[])[]
  if (rows.some(([, cancelled, closed]) => cancelled === 'B' || closed === 'B')) return undefined
  const wanted = (Array.isArray(input.lines) ? input.lines : []).filter((line: Json) => isObject(line)) as readonly JsonObject[]
  const ofNumber = Map.groupBy(rows, ([, , , , note]) => String(note))
  const own = wanted.map((line) => ({ line, found: ofNumber.get(String(line.FEntryNote)) ?? [] }))
  if (own.some(({ found }) => found.length > 1)) return undefined
  const known = new Set(own.flatMap(({ found }) => found))
  const people = rows.filter((row) => !known.has(row) && !ourNumber.test(String(row[4])))
  return [
    ...own.map(({ line, found: [row] }) => (row === undefined ? line : { FEntryID: row[3] ?? null, ...line })),
    ...people.map((row) => ({ FEntryID: row[3] ?? null })),
  ]
}

const inputOf = ({ noted: has }: Kind, input: JsonSchema): JsonSchema =>
  has ? { ...input, properties: { ...(input.properties as JsonSchema), ...noted } } : input

const create = (kind: Kind, mapping: string): Command => ({
  mapping: `kingdee/${mapping}`,
  input: inputOf(kind, orderInput),
  call: save(kind.form, {
    FID: 0,
    FBillNo: '{input.number}',
    FBillTypeID: { FNUMBER: kind.type },
    FDate: '{input.date}',
    [kind.organisation]: { FNumber: '{config.organisation}' },
    [kind.partner]: { FNumber: '{input.partner}' },
    [kind.finance]: { FSettleCurrId: { FNumber: '{input.currency}' }, FIsIncludedTax: '{input.taxIncluded}' },
    ...(kind.noted ? notedModel : {}),
    [kind.entry]: '{input.lines}',
  }),
  key: savedKey,
  once: byNumber(kind.form, kind.organisation),
  then: kind.then(kind.form),
  read: { call: kind.whole, record: '', stream: kind.stream },
})
const change = (kind: Kind, mapping: string): Command => ({
  mapping: `kingdee/${mapping}`,
  input: inputOf(kind, linesInput),
  requires: { call: state(kind), path: '0.0', in: kind.open, arrange: arrangeLines },
  prepare: kind.reopened(kind.form),
  restore: kind.then(kind.form),
  call: save(kind.form, { FID: '{before.0.5}', ...(kind.noted ? notedModel : {}), [kind.entry]: '{arranged}' }),
  once: { kind: 'natural', why: 'lines are set under the rows that carry their number, which are read anew' },
  then: kind.then(kind.form),
  read: { call: kind.whole, record: '', stream: kind.stream },
})
const cancel = (kind: Kind, mapping: string): Command => ({
  mapping: `kingdee/${mapping}`,
  input: voidInput,
  requires: { call: state(kind), path: '0.1', in: ['A'] },
  prepare: kind.reopened(kind.form),
  restore: kind.then(kind.form),
  call: voided(kind.form),
  once: { kind: 'natural', why: 'a void order is not voided again: its state is read first' },
  read: { call: kind.whole, record: '', stream: kind.stream, proves: { path: 'FCancelStatus', in: ['B'] } },
})

const order = (kind: Kind, mapping: string, cancelMapping: string): Pick<CommandAction, 'create' | 'change' | 'cancel'> => ({
  create: create(kind, mapping),
  change: change(kind, `${mapping}-change`),
  cancel: cancel(kind, cancelMapping),
})
export const purchase: CommandAction = {
  kind: 'command',
  title: 'Purchase order, audited',
  document: 'purchase-order',
  ...order(purchaseKind, 'purchase-create', 'purchase-cancel'),
}
export const sale: CommandAction = {
  kind: 'command',
  title: 'Customer order as an audited sale order',
  document: 'sales-order',
  ...order(saleKind, 'sale-create', 'sale-cancel'),
}
export const purchaseAsSale: CommandAction = {
  kind: 'command',
  title: "Buyer's purchase order as a submitted sale order in the seller's books, for its people to answer",
  document: 'purchase-order',
  ...order(answeredKind, 'purchase-as-sale', 'purchase-cancel'),
}
