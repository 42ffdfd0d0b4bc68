import type { Database } from './database.ts'
import type { Cell, Model, Row } from './fields.ts'
import { always, boolean, char, date, found, integer, many, numeric, one, reference, selection, text, textOf } from './fields.ts'

const active = boolean({ initial: always(true) })

const contact =
  (type: string) =>
  (db: Database, row: Row): Cell => {
    for (const id of db.where('party.contact_mechanism', 'party', row.id)) {
      const mechanism = db.need('party.contact_mechanism', id)
      if (mechanism.type === type) return mechanism.value ?? null
    }
    return null
  }

const party: Model = {
  name: 'party.party',
  label: 'Party',
  order: [['name', 'ASC']],
  fields: {
    name: char(),
    code: char({ required: true, indexed: true, initial: (db) => db.next('party') }),
    active,
    lang: one('ir.lang'),
    addresses: many('party.address', 'party'),
    identifiers: many('party.identifier', 'party'),
    contact_mechanisms: many('party.contact_mechanism', 'party'),
    email: char({ get: contact('email'), searchable: false }),
    phone: char({ get: contact('phone'), searchable: false }),
    mobile: char({ get: contact('mobile'), searchable: false }),
    website: char({ get: contact('website'), searchable: false }),
    full_name: char({ get: (_, row) => row.name ?? null, searchable: false }),
    tax_identifier: one('party.identifier', {
      get: (db, row) =>
        db.where('party.identifier', 'party', row.id).find((id) => db.need('party.identifier', id).type === 'eu_vat') ?? null,
    }),
    replaced_by: one('party.party'),
    customer_payment_term: one('account.invoice.payment_term', { searchable: false }),
    supplier_payment_term: one('account.invoice.payment_term', { searchable: false }),
  },
}

const addressName = (db: Database, row: Row): string => {
  const owner = typeof row.party === 'number' ? db.row('party.party', row.party) : undefined
  const parts = [textOf(row, 'party_name') || (owner ? textOf(owner, 'name') : ''), row.name, row.street, row.postal_code, row.city]
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(', ')
}

const address: Model = {
  name: 'party.address',
  label: 'Address',
  order: [
    ['party', 'ASC'],
    ['sequence', 'ASC'],
    ['id', 'ASC'],
  ],
  recName: addressName,
  fields: {
    party: one('party.party', { required: true, indexed: true }),
    name: char({ label: 'Building Name' }),
    party_name: char(),
    street: text(),
    postal_code: char(),
    city: char(),
    country: one('country.country'),
    subdivision: one('country.subdivision'),
    full_address: text({
      get: (_, row) => [row.street, [row.postal_code, row.city].filter(Boolean).join(' ')].filter(Boolean).join('\n'),
      searchable: false,
    }),
    invoice: boolean({ initial: always(false) }),
    delivery: boolean({ initial: always(false) }),
    sequence: integer(),
    active,
  },
}

const identifier: Model = {
  name: 'party.identifier',
  label: 'Party Identifier',
  order: [['id', 'ASC']],
  recName: (_, row) => textOf(row, 'code'),
  fields: {
    party: one('party.party', { required: true, indexed: true }),
    type: char(),
    code: char({ required: true, indexed: true }),
    sequence: integer(),
  },
}

const mechanism: Model = {
  name: 'party.contact_mechanism',
  label: 'Contact Mechanism',
  order: [['id', 'ASC']],
  recName: (_, row) => textOf(row, 'value'),
  fields: {
    party: one('party.party', { required: true, indexed: true }),
    type: selection(['phone', 'mobile', 'fax', 'email', 'website', 'skype', 'sip', 'irc', 'jabber', 'other'], {
      required: true,
      initial: always('phone'),
    }),
    value: char(),
    name: char(),
    active,
  },
}

const currency: Model = {
  name: 'currency.currency',
  label: 'Currency',
  order: [['code', 'ASC']],
  fields: {
    name: char({ required: true }),
    code: char({ required: true, indexed: true }),
    numeric_code: char(),
    symbol: char({ required: true }),
    digits: integer({ required: true, initial: always(2) }),
    rounding: numeric(undefined, { required: true, initial: always('0.01') }),
    rate: numeric(undefined, { get: always('1'), searchable: false }),
    active,
  },
}

const country: Model = {
  name: 'country.country',
  label: 'Country',
  order: [['name', 'ASC']],
  fields: { name: char({ required: true }), code: char({ indexed: true }), subdivisions: many('country.subdivision', 'country'), active },
}

const subdivision: Model = {
  name: 'country.subdivision',
  label: 'Subdivision',
  order: [['code', 'ASC']],
  fields: {
    country: one('country.country', { required: true, indexed: true }),
    name: char({ required: true }),
    code: char({ required: true, indexed: true }),
    type: char(),
  },
}

const company: Model = {
  name: 'company.company',
  label: 'Company',
  order: [['id', 'ASC']],
  recName: (db, row) => textOf(db.need('party.party', Number(row.party)), 'name'),
  fields: { party: one('party.party', { required: true }), currency: one('currency.currency', { required: true }), timezone: char() },
}

const user: Model = {
  name: 'res.user',
  label: 'User',
  order: [['name', 'ASC']],
  fields: { name: char(), login: char({ required: true, indexed: true }), company: one('company.company'), active },
}

const lang: Model = {
  name: 'ir.lang',
  label: 'Language',
  order: [['name', 'ASC']],
  fields: { name: char({ required: true }), code: char({ required: true, indexed: true }), active },
}

const term: Model = {
  name: 'account.invoice.payment_term',
  label: 'Payment Term',
  order: [['name', 'ASC']],
  fields: { name: char({ required: true }), description: text(), active },
}

const note: Model = {
  name: 'ir.note',
  label: 'Note',
  order: [['id', 'ASC']],
  fields: {
    resource: reference({ required: true, indexed: true }),
    message: text(),
    date: date(),
    attachments: found('ir.note', () => []),
  },
}

/** Parties, places, money: what every other model points to. */
export const partyModels: readonly Model[] = [
  party,
  address,
  identifier,
  mechanism,
  currency,
  country,
  subdivision,
  company,
  user,
  lang,
  term,
  note,
]
