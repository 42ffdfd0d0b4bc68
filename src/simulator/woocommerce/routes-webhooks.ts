import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import type { SimulatorEnv } from '../server.ts'
import type { Body, FieldKinds } from './body.ts'
import { pageOf, selected, webhookList } from './list.ts'
import { refusal } from './refusal.ts'
import { addressOf, answer, bodyOf, created, type Desk, idIn, pageAnswer, queryOf, served } from './routing.ts'
import { type Subscription, topics, type WebhookStatus, webhookJson } from './subscriptions.ts'
import type { Sender } from './webhook-sender.ts'

const ignored = ['id', 'resource', 'event', 'hooks', 'date_created', 'date_created_gmt', 'date_modified', 'date_modified_gmt', '_links']

const webhookFields: FieldKinds = {
  ...Object.fromEntries(ignored.map((name) => [name, 'readonly' as const])),
  name: 'string',
  status: { oneOf: ['active', 'paused', 'disabled'] },
  topic: 'string',
  delivery_url: 'string',
  secret: 'string',
}

const refuseWrong = (body: Body, creating: boolean): void => {
  const topic = body.text('topic')
  if ((topic === undefined && creating) || (topic !== undefined && !topics.includes(topic))) {
    throw refusal(400, 'woocommerce_rest_shop_webhook_invalid_topic', 'Webhook topic is required and must be valid.')
  }
  const url = body.text('delivery_url')
  if ((url === undefined && creating) || (url !== undefined && !/^https?:\/\//.test(url))) {
    const message = 'Webhook delivery URL must be a valid URL starting with http:// or https://.'
    throw refusal(400, 'woocommerce_rest_shop_webhook_invalid_delivery_url', message)
  }
}

const invalidId = (status: 400 | 404) => refusal(status, 'woocommerce_rest_shop_webhook_invalid_id', 'Invalid ID.')

/**
 * `/webhooks` and `/webhooks/{id}`. Creating or activating one sends the ping in the background. The secret is never shown again. Saving one as
 * active forgets its failures and ends a silent death.
 */
export const webhookRoutes = (desk: Desk, subscriptions: Map<number, Subscription>, sender: Sender): Hono<SimulatorEnv> => {
  const { book } = desk
  const text = (webhook: Subscription): string => JSON.stringify(webhookJson(webhook, book.site))
  const app = new Hono<SimulatorEnv>()

  app.get(
    '/',
    served((c) => {
      const asked = queryOf(desk, c, webhookList)
      const status = asked.text('status') ?? 'all'
      const among = [...subscriptions.values()].filter((webhook) => status === 'all' || webhook.status === status)
      const rows = selected(among, asked, { site: book.site.time, orderby: 'date', order: 'desc', titleOf: ({ name }) => name })
      return pageAnswer(pageOf(rows, asked), addressOf(desk, c), text)
    }),
  )

  app.post(
    '/',
    served(async (c) => {
      queryOf(desk, c)
      const body = await bodyOf(c, webhookFields)
      refuseWrong(body, true)
      const id = book.nextId('webhook')
      const at = book.stamp()
      const webhook: Subscription = {
        id,
        name: body.text('name') ?? `Webhook created on ${book.site.time.local(at)}`,
        status: (body.text('status') as WebhookStatus | undefined) ?? 'active',
        topic: body.text('topic') ?? '',
        deliveryUrl: body.text('delivery_url') ?? '',
        secret: body.text('secret') ?? createHash('md5').update(`${book.site.url}${id}`).digest('hex'),
        failures: 0,
        silent: false,
        createdAt: at,
        modifiedAt: at,
      }
      subscriptions.set(id, webhook)
      const { secret: _secret, ...shown } = body.raw
      book.effect('webhook-created', id, shown)
      if (webhook.status === 'active') sender.ping(webhook)
      return created(desk, `webhooks/${id}`, text(webhook))
    }),
  )

  app.get(
    '/:id',
    served((c) => {
      queryOf(desk, c)
      const webhook = subscriptions.get(idIn(c))
      if (!webhook) throw invalidId(404)
      return answer(text(webhook))
    }),
  )

  const update = served(async (c) => {
    queryOf(desk, c)
    const webhook = subscriptions.get(idIn(c))
    const body = await bodyOf(c, webhookFields)
    if (!webhook) throw invalidId(400)
    refuseWrong(body, false)
    const wasActive = webhook.status === 'active'
    webhook.name = body.text('name') ?? webhook.name
    webhook.status = (body.text('status') as WebhookStatus | undefined) ?? webhook.status
    webhook.topic = body.text('topic') ?? webhook.topic
    webhook.deliveryUrl = body.text('delivery_url') ?? webhook.deliveryUrl
    webhook.secret = body.text('secret') ?? webhook.secret
    webhook.modifiedAt = book.stamp()
    if (webhook.status === 'active') {
      webhook.failures = 0
      webhook.silent = false
      if (!wasActive) sender.ping(webhook)
    }
    const { secret: _secret, ...shown } = body.raw
    book.effect('webhook-updated', webhook.id, shown)
    return answer(text(webhook))
  })
  app.put('/:id', update)
  app.post('/:id', update)

  app.delete(
    '/:id',
    served((c) => {
      const force = queryOf(desk, c, { force: { kind: 'boolean' } }).flag('force')
      const webhook = subscriptions.get(idIn(c))
      if (!webhook) throw invalidId(404)
      if (!force) throw refusal(501, 'woocommerce_rest_trash_not_supported', 'Webhooks do not support trashing.')
      subscriptions.delete(webhook.id)
      book.effect('webhook-deleted', webhook.id, {})
      return answer(text(webhook))
    }),
  )
  return app
}
