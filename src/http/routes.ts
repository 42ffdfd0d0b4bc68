import { accountRoutes } from './accounts.ts'
import { alarmRoutes } from './alarms.ts'
import { auditRoutes } from './audit.ts'
import { backfillRoutes } from './backfills.ts'
import { balanceRoutes } from './balances.ts'
import { baselineRoutes } from './baseline.ts'
import type { ReadingRoom } from './body.ts'
import { bookRoutes } from './books.ts'
import { carrierRoutes } from './carriers.ts'
import { changeRoutes } from './changes.ts'
import { codeRoutes } from './codes.ts'
import { connectionRoutes } from './connections.ts'
import { connectorRoutes } from './connectors.ts'
import { contractRoutes } from './contracts.ts'
import { crosswalkRoutes } from './crosswalk.ts'
import { deadLetterRoutes } from './dead-letters.ts'
import { deliveryRoutes } from './deliveries.ts'
import { deliveryHoldRoutes } from './delivery-hold.ts'
import { depositCommandRoutes } from './deposit-commands.ts'
import { depositRoutes } from './deposits.ts'
import { documentWriteRoutes } from './document-write.ts'
import { documentRoutes } from './documents.ts'
import { driftRoutes } from './drift.ts'
import { envelopeRoutes } from './envelopes.ts'
import { eventMessageRoutes } from './event-messages.ts'
import { eventSubscriptionRoutes } from './event-subscriptions.ts'
import { eventRoutes } from './events.ts'
import { explainRoutes } from './explain.ts'
import { figuresAtRoutes } from './figures-at.ts'
import { findingActRoutes } from './finding-act.ts'
import { findingRoutes } from './findings.ts'
import { goodsReceiptRoutes } from './goods-receipts.ts'
import { healthRoutes } from './health.ts'
import { hookRoutes } from './hooks.ts'
import { invoiceRoutes } from './invoices.ts'
import { keyRoutes } from './keys.ts'
import { ledgerRoutes } from './ledger.ts'
import { mappingDiffRoutes } from './mapping-diff.ts'
import { metricsRoutes } from './metrics.ts'
import { numberSchemeRoutes } from './number-schemes.ts'
import { numberWarningRoutes } from './number-warnings.ts'
import { onboardingRoutes } from './onboarding.ts'
import { orderNumberRoutes } from './order-numbers.ts'
import { orderRoutingRoutes } from './order-routes.ts'
import { orderRoutes } from './orders.ts'
import { parcelRoutes } from './parcels.ts'
import { payableRoutes } from './payables.ts'
import { payoutRoutes } from './payouts.ts'
import { planRoutes } from './plans.ts'
import { priceRoutes } from './prices.ts'
import { purchaseCommandRoutes } from './purchase-commands.ts'
import { purchaseOneRoutes } from './purchase-one.ts'
import { purchaseOrderRoutes } from './purchase-orders.ts'
import { reconcileRoutes } from './reconciles.ts'
import { regroupRoutes } from './regroup.ts'
import { reloadRoutes } from './reload.ts'
import { replayRoutes } from './replays.ts'
import { replenishmentRoutes } from './replenishment.ts'
import { returnRoutes } from './returns.ts'
import { type Route, rawRoute } from './route.ts'
import { routingRoutes } from './routing.ts'
import { salesRoutes } from './sales.ts'
import { secretRoutes } from './secrets.ts'
import { settlementRoutes } from './settlements.ts'
import { shipmentRoutes } from './shipments.ts'
import { statementCommandRoutes } from './statement-commands.ts'
import { statementPaperRoutes } from './statement-paper.ts'
import { statementRoutes } from './statements.ts'
import { statsRoutes } from './stats.ts'
import { stockRoutes } from './stock.ts'
import { stockExplainRoutes } from './stock-explain.ts'
import { stockReservationRoutes } from './stock-reservations.ts'
import { stockSummaryRoutes } from './stock-summary.ts'
import { stockWriteRoutes } from './stock-write.ts'
import { streamRoutes } from './streams.ts'
import { subscriptionRoutes } from './subscriptions.ts'
import { tierRoutes } from './tiers.ts'
import { unmappedRoutes } from './unmapped.ts'

/** Every operation of the API, in the order of its description. */
export const routeTable = (room: ReadingRoom): readonly Route[] => [
  ...healthRoutes,
  ...metricsRoutes,
  rawRoute({
    id: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    tag: 'operation',
    scope: 'open',
    summary: { en: 'This description', zh: '本接口描述' },
    contentType: 'application/json',
    handle: async ({ desk }) => ({ bytes: desk.openapi() }),
  }),
  ...hookRoutes(room),
  ...connectorRoutes,
  ...connectionRoutes,
  ...streamRoutes,
  ...subscriptionRoutes,
  ...baselineRoutes,
  ...backfillRoutes,
  ...planRoutes,
  ...driftRoutes,
  ...reconcileRoutes,
  ...alarmRoutes,
  ...auditRoutes,
  ...routingRoutes,
  ...envelopeRoutes,
  ...documentRoutes,
  ...changeRoutes,
  ...documentWriteRoutes,
  ...contractRoutes,
  ...onboardingRoutes,
  ...orderRoutes,
  ...orderRoutingRoutes,
  ...salesRoutes,
  ...payoutRoutes,
  ...settlementRoutes,
  ...purchaseOrderRoutes,
  ...purchaseOneRoutes,
  ...purchaseCommandRoutes,
  ...goodsReceiptRoutes,
  ...returnRoutes,
  ...payableRoutes,
  ...statementRoutes,
  ...statementPaperRoutes,
  ...statementCommandRoutes,
  ...depositRoutes,
  ...depositCommandRoutes,
  ...parcelRoutes,
  ...shipmentRoutes,
  ...carrierRoutes,
  ...invoiceRoutes,
  ...replenishmentRoutes,
  ...priceRoutes,
  ...tierRoutes,
  ...stockRoutes,
  ...stockSummaryRoutes,
  ...stockWriteRoutes,
  ...stockReservationRoutes,
  ...stockExplainRoutes,
  ...accountRoutes,
  ...balanceRoutes,
  ...bookRoutes,
  ...orderNumberRoutes,
  ...numberSchemeRoutes,
  ...numberWarningRoutes,
  ...explainRoutes,
  ...deliveryRoutes,
  ...deliveryHoldRoutes,
  ...replayRoutes,
  ...mappingDiffRoutes,
  ...deadLetterRoutes,
  ...eventRoutes,
  ...eventSubscriptionRoutes,
  ...eventMessageRoutes,
  ...crosswalkRoutes,
  ...codeRoutes,
  ...unmappedRoutes,
  ...regroupRoutes,
  ...findingRoutes,
  ...findingActRoutes,
  ...statsRoutes,
  ...ledgerRoutes,
  ...figuresAtRoutes,
  ...keyRoutes,
  ...secretRoutes,
  ...reloadRoutes,
]
