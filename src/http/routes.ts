import { alarmRoutes } from './alarms.ts'
import { auditRoutes } from './audit.ts'
import { backfillRoutes } from './backfills.ts'
import { baselineRoutes } from './baseline.ts'
import type { ReadingRoom } from './body.ts'
import { connectionRoutes } from './connections.ts'
import { connectorRoutes } from './connectors.ts'
import { crosswalkRoutes } from './crosswalk.ts'
import { deadLetterRoutes } from './dead-letters.ts'
import { deliveryRoutes } from './deliveries.ts'
import { deliveryHoldRoutes } from './delivery-hold.ts'
import { documentRoutes } from './documents.ts'
import { driftRoutes } from './drift.ts'
import { envelopeRoutes } from './envelopes.ts'
import { explainRoutes } from './explain.ts'
import { findingRoutes } from './findings.ts'
import { healthRoutes } from './health.ts'
import { hookRoutes } from './hooks.ts'
import { keyRoutes } from './keys.ts'
import { mappingDiffRoutes } from './mapping-diff.ts'
import { metricsRoutes } from './metrics.ts'
import { parcelRoutes } from './parcels.ts'
import { planRoutes } from './plans.ts'
import { reconcileRoutes } from './reconciles.ts'
import { reloadRoutes } from './reload.ts'
import { replayRoutes } from './replays.ts'
import { type Route, rawRoute } from './route.ts'
import { routingRoutes } from './routing.ts'
import { secretRoutes } from './secrets.ts'
import { statsRoutes } from './stats.ts'
import { streamRoutes } from './streams.ts'
import { subscriptionRoutes } from './subscriptions.ts'

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
  ...parcelRoutes,
  ...explainRoutes,
  ...deliveryRoutes,
  ...deliveryHoldRoutes,
  ...replayRoutes,
  ...mappingDiffRoutes,
  ...deadLetterRoutes,
  ...crosswalkRoutes,
  ...findingRoutes,
  ...statsRoutes,
  ...keyRoutes,
  ...secretRoutes,
  ...reloadRoutes,
]
