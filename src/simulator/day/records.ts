import type { FaultKind } from '../faults.ts'
import { countFigures, fateOf } from './counted.ts'
import { saleReference } from './day-book.ts'
import { firedFaults } from './desk-trouble.ts'
import type { DayFigures } from './figures.ts'
import { type ShopName, shopNames } from './plan-sizes.ts'
import type { WebhookFigures } from './system.ts'
import { readTruth, type Truth } from './truth.ts'
import { findDoubled, findLost, findOutOfOrder } from './verdict.ts'
import type { SystemName, World } from './world.ts'

/** How many there are, and the first few in words. */
export type Found = { readonly count: number; readonly examples: readonly string[] }

/** The truth side of the proof: nothing of it comes from the hub. */
export type SystemRecords = {
  /** To be compared with `plan.figures`. */
  readonly figures: DayFigures
  readonly lost: Found
  readonly doubled: Found
  readonly outOfOrder: Found
  /** Distinct orders with a sale in Harbour's ERP, and cancelled ones that never had to be sent. */
  readonly sales: number
  readonly cancelledBeforeSent: number
  /** Distinct purchases with a sale in Ningbo's ERP. */
  readonly supplierSales: number
  readonly trackingNumbers: number
  readonly lateCancels: number
  readonly webhooks: Readonly<Record<ShopName, WebhookFigures>>
  /** How often each fault really happened in each system. */
  readonly faults: Readonly<Record<SystemName, Readonly<Partial<Record<FaultKind, number>>>>>
}

const mostExamples = 10

const found = (all: readonly string[]): Found => ({ count: all.length, examples: all.slice(0, mostExamples) })

const orderCounts = (truth: Truth) => {
  const orders = shopNames.flatMap((shop) =>
    truth.orders[shop].map((order) => ({
      order,
      fate: fateOf(truth, shop, order),
      sent: truth.sales.has(saleReference(shop, order.id)),
    })),
  )
  return {
    sales: orders.filter(({ sent }) => sent).length,
    cancelledBeforeSent: orders.filter(({ sent, fate }) => !sent && fate === 'cancelled').length,
    trackingNumbers: orders.filter(({ order }) => order.tracking !== undefined).length,
    lateCancels: orders.filter(({ order, fate }) => fate === 'shipped' && order.status === 'cancelled').length,
  }
}

/**
 * Counts the whole day in the systems' own states and logs. May be asked at any time; what is still under way then counts as lost.
 * Disarms all request faults first, so that the records can be read. Rejects with a HubError when an ERP does not answer.
 */
export const records = async (world: World): Promise<SystemRecords> => {
  for (const board of [world.boards['harbour-erp'], world.boards['ningbo-erp']]) board.disarm()
  const truth = await readTruth(world)
  return {
    figures: countFigures(world, truth),
    lost: found(findLost(world, truth)),
    doubled: found(findDoubled(truth)),
    outOfOrder: found(findOutOfOrder(world, world.harbour.events())),
    ...orderCounts(truth),
    supplierSales: truth.purchases.filter(({ number }) => truth.supplierSales.has(number)).length,
    webhooks: { 'shop-us': world.shops['shop-us'].webhooks(), 'shop-eu': world.shops['shop-eu'].webhooks() },
    faults: firedFaults(world),
  }
}
