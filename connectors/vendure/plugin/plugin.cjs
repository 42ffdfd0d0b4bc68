'use strict'
const vendure = require('@vendure/core')
const { createSender } = require('./sender.cjs')

const context = 'Crossdock'

/** Which event says that what changed: topic, and a function that gives its keys. */
const news = [
  [vendure.OrderPlacedEvent, 'order.changed', ({ order }) => [order.id]],
  [vendure.OrderStateTransitionEvent, 'order.changed', ({ order }) => placed(order)],
  [vendure.OrderEvent, 'order.changed', ({ entity }) => placed(entity)],
  [vendure.PaymentStateTransitionEvent, 'order.changed', ({ order }) => placed(order)],
  [vendure.RefundEvent, 'order.changed', ({ order }) => placed(order)],
  [vendure.RefundStateTransitionEvent, 'order.changed', ({ order }) => placed(order)],
  [vendure.ProductVariantEvent, 'variant.changed', ({ entity }) => entity.map(({ id }) => id)],
  [vendure.StockMovementEvent, 'stock.changed', ({ stockMovements }) => stockMovements.map(({ productVariant }) => productVariant?.id)],
]
/** A cart changes with every click: of no interest before it is placed. */
const placed = ({ id, active, state }) => (active || state === 'Draft' ? [] : [id])

/**
 * Tells a Crossdock hub which orders, variants and stock figures changed, so that it reads them again at once instead of at its next poll. It listens to Vendure's EventBus, whose subscribers run
 * after the transaction is committed and outside of the request; nothing here is awaited by a checkout, and nothing is thrown into one.
 */
class CrossdockPlugin {
  constructor(bus, connection) {
    this.bus = bus
    this.connection = connection
    this.subscriptions = []
  }

  /** @param {{ url: string, secret: string }} options */
  static init(options) {
    CrossdockPlugin.options = options
    return CrossdockPlugin
  }

  onApplicationBootstrap() {
    const warn = (text) => vendure.Logger.warn(text, context)
    try {
      this.sender = createSender({ ...CrossdockPlugin.options, warn })
    } catch (error) {
      vendure.Logger.error(`nothing is sent to the hub: ${error.message}`, context)
      return
    }
    const listen = (kind, handle) => {
      if (kind === undefined) return
      const calm = async (event) => {
        try {
          await handle(event)
        } catch (error) {
          warn(`an event was not told: ${error?.message ?? error}`)
        }
      }
      this.subscriptions.push(this.bus.ofType(kind).subscribe({ next: (event) => void calm(event), error: (error) => warn(String(error)) }))
    }
    for (const [kind, topic, keysOf] of news) listen(kind, (event) => this.sender.tell(topic, keysOf(event)))
    listen(vendure.FulfillmentStateTransitionEvent, async (event) =>
      this.sender.tell('order.changed', await this.ordersOf(event.fulfillment.id)),
    )
    listen(vendure.ProductEvent, async (event) => this.sender.tell('variant.changed', await this.variantsOf(event.entity.id)))
  }

  onApplicationShutdown() {
    for (const subscription of this.subscriptions) subscription.unsubscribe()
    this.sender?.close()
  }

  async ordersOf(id) {
    const lines = await this.connection.rawConnection
      .getRepository(vendure.FulfillmentLine)
      .find({ where: { fulfillmentId: id }, relations: ['orderLine'] })
    return [...new Set(lines.map(({ orderLine }) => orderLine?.orderId))]
  }

  async variantsOf(id) {
    const variants = await this.connection.rawConnection
      .getRepository(vendure.ProductVariant)
      .find({ where: { productId: id }, select: ['id'] })
    return variants.map((variant) => variant.id)
  }
}

// what the decorators of a TypeScript plugin compile to
vendure.VendurePlugin({ imports: [vendure.PluginCommonModule], compatibility: '^3.0.0' })(CrossdockPlugin)
Reflect.defineMetadata('design:paramtypes', [vendure.EventBus, vendure.TransactionalConnection], CrossdockPlugin)

module.exports = { CrossdockPlugin }
