import type { Json, JsonObject } from '../../model/json.ts'
import type { Database, Row } from './database.ts'
import { readRow, search, webRead } from './read.ts'
import { notFound, unprocessable, userError } from './refusal.ts'
import { planPicking, validatePicking, withDefaults } from './trade.ts'

export interface Asked {
  readonly model: string
  readonly rows: readonly Row[]
  readonly args: JsonObject
  readonly context: JsonObject
}
interface Method {
  /** of the model, not of records */
  readonly model?: true
  readonly args: readonly string[]
  readonly models?: readonly string[]
  readonly effect?: true
  readonly run: (db: Database, asked: Asked) => Json
}

const wizard = (model: string): Json => ({ type: 'ir.actions.act_window', res_model: model, view_mode: 'form', target: 'new' })
const searched = (db: Database, { model, args, context }: Asked): readonly Row[] =>
  search(db, model, {
    domain: args.domain ?? [],
    offset: Number(args.offset ?? 0),
    limit: typeof args.limit === 'number' ? args.limit : null,
    order: typeof args.order === 'string' ? args.order : null,
    all: context.active_test === false,
  })
const names = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : [])
const list = ['domain', 'offset', 'limit', 'order']

const methods: Readonly<Record<string, Method>> = {
  context_get: { model: true, args: [], models: ['res.users'], run: () => ({ lang: 'en_US', tz: 'UTC', uid: 2 }) },
  search_read: {
    model: true,
    args: [...list, 'fields'],
    run: (db, asked) => searched(db, asked).map((row) => readRow(db, asked.model, row, names(asked.args.fields))),
  },
  web_search_read: {
    model: true,
    args: [...list, 'specification', 'count_limit'],
    run: (db, asked) => {
      const rows = searched(db, asked)
      return { length: rows.length, records: rows.map((row) => webRead(db, asked.model, row, asked.args.specification as JsonObject)) }
    },
  },
  web_read: {
    args: ['specification'],
    run: (db, { model, rows, args }) => rows.map((row) => webRead(db, model, row, args.specification as JsonObject)),
  },
  create: {
    model: true,
    args: ['vals_list'],
    effect: true,
    run: (db, { model, args }) =>
      (args.vals_list as readonly JsonObject[]).map((values) => db.create(model, withDefaults(db, model, values)).id),
  },
  write: {
    args: ['vals'],
    effect: true,
    run: (db, { model, rows, args }) => {
      for (const row of rows) db.write(model, row.id, args.vals as JsonObject)
      return true
    },
  },
  button_confirm: {
    args: [],
    models: ['purchase.order'],
    effect: true,
    run: (db, { rows }) => {
      for (const order of rows) {
        if (order.state !== 'draft' && order.state !== 'sent') continue
        db.write('purchase.order', order.id, { state: 'purchase' })
        planPicking(db, 'purchase', order)
      }
      return true
    },
  },
  button_cancel: {
    args: [],
    models: ['purchase.order'],
    effect: true,
    run: (db, { rows }) => {
      for (const order of rows) {
        const pickings = db.rows('stock.picking').filter((picking) => picking.purchase_id === order.id)
        if (pickings.some(({ state }) => state === 'done'))
          throw userError(`Unable to cancel purchase order ${String(order.name)} as some receptions have already been done.`)
        for (const picking of pickings) db.write('stock.picking', picking.id, { state: 'cancel' })
        db.write('purchase.order', order.id, { state: 'cancel' })
      }
      return null
    },
  },
  action_confirm: {
    args: [],
    models: ['sale.order'],
    effect: true,
    run: (db, { rows }) => {
      for (const order of rows) {
        if (order.state !== 'draft' && order.state !== 'sent') throw userError('Some orders are not in a state requiring confirmation.')
        db.write('sale.order', order.id, { state: 'sale', date_order: db.now() })
        planPicking(db, 'sale', order)
      }
      return true
    },
  },
  action_cancel: {
    args: [],
    models: ['sale.order'],
    effect: true,
    run: (db, { rows, context }) => {
      if (rows.some(({ locked }) => locked === true)) throw userError('You cannot cancel a locked order. Please unlock it first.')
      if (context.disable_cancel_warning !== true && rows.some(({ state }) => state !== 'draft')) return wizard('sale.order.cancel')
      for (const order of rows) {
        for (const picking of db.rows('stock.picking'))
          if (picking.sale_id === order.id && picking.state !== 'done') db.write('stock.picking', picking.id, { state: 'cancel' })
        db.write('sale.order', order.id, { state: 'cancel' })
      }
      return true
    },
  },
  button_validate: {
    args: [],
    models: ['stock.picking'],
    effect: true,
    run: (db, { rows, context }) => {
      for (const picking of rows)
        if (validatePicking(db, picking, context.skip_backorder === true) === 'backorder') return wizard('stock.backorder.confirmation')
      return true
    },
  },
  action_post: {
    args: [],
    models: ['account.move'],
    effect: true,
    run: (db, { rows }) => {
      for (const move of rows) {
        if (move.state !== 'draft') throw userError(`The entry ${String(move.name)} (id ${move.id}) must be in draft.`)
        if (move.invoice_date === false && String(move.move_type).startsWith('in_'))
          throw userError('The Bill/Refund date is required to validate this document.')
        const prefix = String(move.move_type).startsWith('in_') ? 'BILL' : 'INV'
        const number = db.rows('account.move').filter(({ name }) => String(name).startsWith(prefix)).length + 1
        db.write('account.move', move.id, {
          state: 'posted',
          name: `${prefix}/${String(move.invoice_date).slice(0, 7).replace('-', '/')}/${String(number).padStart(4, '0')}`,
        })
      }
      return false
    },
  },
}

/** Whether a call of this name changes anything. */
export const hasEffect = (method: string): boolean => Object.hasOwn(methods, method) && methods[method]?.effect === true

/** Calls one public method. `named` has `ids` and `context` beside the arguments. @throws Refusal */
export function callMethod(db: Database, model: string, method: string, named: JsonObject): Json {
  if (Object.keys(db.fields(model)).length === 0) throw notFound(`the model '${model}' does not exist`)
  const known = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (known === undefined || (known.models !== undefined && !known.models.includes(model)))
    throw notFound(`The method '${model}.${method}' does not exist`)
  const { ids, context, ...args } = named
  if (known.model && ids !== undefined) throw unprocessable(`cannot call ${model}.${method} with ids`)
  const strange = Object.keys(args).find((name) => !known.args.includes(name))
  if (strange !== undefined) throw unprocessable(`got an unexpected keyword argument '${strange}'`)
  const needed = ['specification', 'vals_list', 'vals'].find((name) => known.args.includes(name) && args[name] === undefined)
  if (needed !== undefined) throw unprocessable(`missing a required argument: '${needed}'`)
  return db.transaction(() =>
    known.run(db, {
      model,
      rows: known.model ? [] : ((ids ?? []) as readonly number[]).map((id) => db.row(model, id)),
      args,
      context: (context ?? {}) as JsonObject,
    }),
  )
}
