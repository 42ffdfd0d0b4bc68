import { isObject } from '../model/json.ts'
import type { TrytonClient } from './tryton-client.ts'
import { day, decimal } from './tryton-values.ts'

/** Login name of the hub, so that every record tells by `create_uid` whether the hub or the house's people made it. */
export const hubUser = 'hub'
export const hubPassword = 'harbour-pilot-26'

/** The company's own currency is made first, so one code has another id in each of the two books: equal ids would hide a wrong link. */
const currencies: Readonly<Record<string, { readonly name: string; readonly symbol: string; readonly perDollar: string }>> = {
  USD: { name: 'US Dollar', symbol: '$', perDollar: '1' },
  EUR: { name: 'Euro', symbol: '€', perDollar: '0.92' },
  CNY: { name: 'Renminbi', symbol: '¥', perDollar: '7.12' },
}

/** What every document needs beforehand. Ids are those of this database. */
export interface SeededCompany {
  readonly company: number
  readonly category: number
  readonly unit: number
  readonly caseUnit: number
  readonly currencyOf: Readonly<Record<string, number>>
}

/** A company with currencies, a chart of accounts, a fiscal year around today, a unit of twelve and the hub's own user. */
export async function seedCompany(tryton: TrytonClient, code: string, name: string, currency: string, today: Date): Promise<SeededCompany> {
  const currencyOf: Record<string, number> = {}
  const own = Object.keys(currencies).sort((a, b) => Number(b === currency) - Number(a === currency))
  for (const iso of own) {
    const { name: title, symbol, perDollar } = currencies[iso] ?? { name: iso, symbol: iso, perDollar: '1' }
    const rate = { date: day(new Date(Date.UTC(2020, 0, 1))), rate: decimal(perDollar) }
    currencyOf[iso] = await tryton.create('currency.currency', {
      name: title,
      code: iso,
      symbol,
      digits: 2,
      rounding: decimal('0.01'),
      rates: [['create', [rate]]],
    })
  }
  const party = await tryton.create('party.party', { code, name })
  const company = await tryton.create('company.company', { party, currency: currencyOf[currency] ?? 0 })
  const admin = await tryton.find('res.user', [['login', '=', 'admin']])
  await tryton.write('res.user', [admin], { companies: [['add', [company]]], company })
  await tryton.refresh()
  const accounts = await chartOfAccounts(tryton, company)
  await fiscalYear(tryton, company, today)
  await hubLogin(tryton, admin, company)
  const unit = await tryton.find('product.uom', [['symbol', '=', 'u']])
  const kind = await tryton.find('product.uom.category', [['uoms', '=', unit]])
  const caseUnit = await tryton.create('product.uom', {
    name: 'Case of 12',
    symbol: 'cs',
    category: kind,
    factor: 12,
    rate: 0.083333333333,
    rounding: 1,
    digits: 0,
  })
  const category = await tryton.create('product.category', { name: 'Goods', accounting: true, ...accounts })
  return { company, category, unit, caseUnit, currencyOf }
}

/** The minimal chart that ships with the module `account`, through its wizard. Answers the accounts of a product category. */
async function chartOfAccounts(tryton: TrytonClient, company: number) {
  const template = await tryton.find('account.account.template', [['parent', '=', null]])
  const context = await tryton.raw('model.res.user.get_preferences', [true, {}])
  const made = await tryton.raw('wizard.account.create_chart.create', [context])
  const [session, first] = Array.isArray(made) ? made : []
  const step = (data: Parameters<typeof tryton.raw>[1][number], state: string) =>
    tryton.raw('wizard.account.create_chart.execute', [session ?? null, data, state, context])
  await step({}, String(first))
  await step({ account: { account_template: template, company } }, 'create_account')
  const account = (kind: string) =>
    tryton.find('account.account', [
      [`type.${kind}`, '=', true],
      ['company', '=', company],
    ])
  const expense = await account('expense')
  const revenue = await account('revenue')
  const properties = {
    company,
    account_receivable: await account('receivable'),
    account_payable: await account('payable'),
    category_account_expense: expense,
    category_account_revenue: revenue,
  }
  await step({ account: { account_template: template, company }, properties }, 'create_properties')
  return { account_expense: expense, account_revenue: revenue }
}

/** Invoices can only be posted into a period. */
async function fiscalYear(tryton: TrytonClient, company: number, today: Date): Promise<void> {
  const types = await tryton.rows('ir.sequence.type', [], ['name'])
  const typeOf = (name: string) => types.find((type) => isObject(type) && type.name === name)?.id ?? null
  const moves = await tryton.create('ir.sequence', { name: 'Account moves', sequence_type: typeOf('Account Move'), company })
  const invoices = await tryton.create('ir.sequence.strict', { name: 'Invoices', sequence_type: typeOf('Invoice'), company })
  const year = today.getUTCFullYear()
  const sequences = {
    company,
    in_invoice_sequence: invoices,
    in_credit_note_sequence: invoices,
    out_invoice_sequence: invoices,
    out_credit_note_sequence: invoices,
  }
  const id = await tryton.create('account.fiscalyear', {
    name: String(year),
    start_date: day(new Date(Date.UTC(year, 0, 1))),
    end_date: day(new Date(Date.UTC(year, 11, 31))),
    company,
    post_move_sequence: moves,
    invoice_sequences: [['create', [sequences]]],
  })
  await tryton.call('account.fiscalyear', 'create_period', [id])
}

/** The hub may do what the administrator's groups may. */
async function hubLogin(tryton: TrytonClient, admin: number, company: number): Promise<void> {
  const [row] = await tryton.rows('res.user', [['id', '=', admin]], ['groups'])
  await tryton.create('res.user', {
    name: 'Crossdock',
    login: hubUser,
    password: hubPassword,
    groups: [['add', row?.groups ?? []]],
    companies: [['add', [company]]],
    company,
  })
}
