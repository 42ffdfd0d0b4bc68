import { Hono } from 'hono'
import type { SimulatorEnv } from '../server.ts'
import { emptyBilling, emptyShipping, withBilling, withShipping } from './addresses.ts'
import { type Body, type FieldKinds, metaOf } from './body.ts'
import { customerList, pageOf, selected } from './list.ts'
import { refusal } from './refusal.ts'
import { addressOf, answer, bodyOf, created, type Desk, idIn, pageAnswer, queryOf, served } from './routing.ts'
import { type ShopBook, withMeta } from './shop-book.ts'
import type { Customer } from './types.ts'

const ignored = [
  'id',
  'date_created',
  'date_created_gmt',
  'date_modified',
  'date_modified_gmt',
  'role',
  'is_paying_customer',
  'avatar_url',
  '_links',
]

const customerFields: FieldKinds = {
  ...Object.fromEntries(ignored.map((name) => [name, 'readonly' as const])),
  email: 'string',
  first_name: 'string',
  last_name: 'string',
  username: 'string',
  password: 'string',
  billing: 'object',
  shipping: 'object',
  meta_data: 'array',
}

const withCustomerBody = (book: ShopBook, before: Customer, body: Body): Customer => {
  const meta = metaOf(body)
  return {
    ...before,
    email: body.text('email') ?? before.email,
    firstName: body.text('first_name') ?? before.firstName,
    lastName: body.text('last_name') ?? before.lastName,
    billing: withBilling(before.billing, body.object('billing')),
    shipping: withShipping(before.shipping, body.object('shipping')),
    meta: meta ? withMeta(before.meta, meta, () => book.nextId('meta')) : before.meta,
  }
}

/** A customer who has not bought anything yet. */
export const blankCustomer = (book: ShopBook, email: string): Customer => {
  const at = book.stamp()
  return {
    id: book.nextId('customer'),
    email,
    firstName: '',
    lastName: '',
    username: email.split('@')[0] ?? email,
    billing: { ...emptyBilling, email },
    shipping: emptyShipping,
    paying: false,
    meta: [],
    createdAt: at,
    modifiedAt: at,
  }
}

const invalidId = (status: 400 | 404) => refusal(status, 'woocommerce_rest_invalid_id', 'Invalid resource ID.')

/** `/customers` and `/customers/{id}`; guests are not among them. */
export const customerRoutes = (desk: Desk): Hono<SimulatorEnv> => {
  const { book } = desk
  const app = new Hono<SimulatorEnv>()

  app.get(
    '/',
    served((c) => {
      const asked = queryOf(desk, c, customerList)
      const email = asked.text('email')
      const among = [...book.customers.values()].filter((customer) => (email ?? customer.email) === customer.email)
      const titleOf = ({ firstName, lastName, email: address }: Customer): string => `${firstName} ${lastName} ${address}`
      const rows = selected(among, asked, { site: book.site.time, orderby: 'name', order: 'asc', titleOf })
      return pageAnswer(pageOf(rows, asked), addressOf(desk, c), book.customerText)
    }),
  )

  app.post(
    '/',
    served(async (c) => {
      queryOf(desk, c)
      const body = await bodyOf(c, customerFields)
      const email = body.text('email')
      if (email === undefined) throw refusal(400, 'rest_missing_callback_param', 'Missing parameter(s): email', { params: ['email'] })
      if ([...book.customers.values()].some((customer) => customer.email === email)) {
        throw refusal(
          400,
          'registration-error-email-exists',
          `An account is already registered with ${email}. Please log in or use a different email address.`,
        )
      }
      const customer = book.saveCustomer(withCustomerBody(book, blankCustomer(book, email), body), 'created')
      book.effect('customer-created', customer.id, body.raw)
      return created(desk, `customers/${customer.id}`, book.customerText(customer))
    }),
  )

  app.get(
    '/:id',
    served((c) => {
      queryOf(desk, c)
      const customer = book.customers.get(idIn(c))
      if (!customer) throw invalidId(404)
      return answer(book.customerText(customer))
    }),
  )

  const update = served(async (c) => {
    queryOf(desk, c)
    const before = book.customers.get(idIn(c))
    const body = await bodyOf(c, customerFields)
    if (!before) throw invalidId(400)
    const customer = book.saveCustomer(withCustomerBody(book, before, body), 'updated')
    book.effect('customer-updated', customer.id, body.raw)
    return answer(book.customerText(customer))
  })
  app.put('/:id', update)
  app.post('/:id', update)
  return app
}
