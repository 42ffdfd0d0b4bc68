import { api, dates, type Site } from './json.ts'

export type WebhookStatus = 'active' | 'paused' | 'disabled'

/** A webhook of the shop. Kept by reference: its status and failures change while sends are under way. */
export type Subscription = {
  readonly id: number
  name: string
  status: WebhookStatus
  topic: string
  deliveryUrl: string
  secret: string
  /** Consecutive failures; one success resets it. Not shown by the API. */
  failures: number
  /** Looks active and sends nothing any more (fault `silent-death`), until a client saves it again. */
  silent: boolean
  readonly createdAt: number
  modifiedAt: number
}

const hooks: Record<string, readonly string[]> = {
  'customer.created': ['user_register', 'woocommerce_created_customer', 'woocommerce_new_customer'],
  'customer.updated': ['profile_update', 'woocommerce_update_customer'],
  'customer.deleted': ['delete_user'],
  'order.created': ['woocommerce_new_order'],
  'order.updated': ['woocommerce_update_order', 'woocommerce_order_refunded'],
  'order.deleted': ['wp_trash_post'],
  'order.restored': ['untrashed_post'],
  'product.created': ['woocommerce_process_product_meta', 'woocommerce_new_product', 'woocommerce_new_product_variation'],
  'product.updated': ['woocommerce_process_product_meta', 'woocommerce_update_product', 'woocommerce_update_product_variation'],
  'product.deleted': ['wp_trash_post'],
  'product.restored': ['untrashed_post'],
}

/** The topics that this shop sends. */
export const topics: readonly string[] = Object.keys(hooks)

/** A webhook as the API shows it: without its secret and without its failures. */
export const webhookJson = (webhook: Subscription, site: Site) => ({
  id: webhook.id,
  name: webhook.name,
  status: webhook.status,
  topic: webhook.topic,
  resource: webhook.topic.split('.')[0] ?? '',
  event: webhook.topic.split('.')[1] ?? '',
  hooks: hooks[webhook.topic] ?? [],
  delivery_url: webhook.deliveryUrl,
  ...dates(site, 'date_created', webhook.createdAt),
  ...dates(site, 'date_modified', webhook.modifiedAt),
  _links: { self: api(site, `webhooks/${webhook.id}`), collection: api(site, 'webhooks') },
})

/**
 * Counts an answer (undefined: none came) as WC_Webhook does. 200 to 302 is success. The check for more than five failures stands before the
 * counting, so the seventh failure in a row disables the webhook; a client must set it active again.
 */
export const countAnswer = (webhook: Subscription, status: number | undefined): void => {
  if (status !== undefined && status >= 200 && status < 303) {
    webhook.failures = 0
  } else if (webhook.failures > 5) {
    webhook.status = 'disabled'
  } else {
    webhook.failures += 1
  }
}
