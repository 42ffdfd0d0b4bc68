import { countDeliveriesByRoute } from './counts.ts'
import { route } from './route.ts'
import { count, fields, list, mapOf, nullable, oneOf, text, time } from './shape.ts'
import { iso } from './values.ts'

export const routingRoutes = [
  route({
    id: 'listRoutes',
    method: 'GET',
    path: '/v1/routes',
    tag: 'routes',
    scope: 'read',
    summary: { en: 'Which document goes to which action of which connection, with its deliveries', zh: '单据到连接动作的路由及其投递数' },
    answer: fields({
      revision: nullable(text()),
      items: list(
        fields({
          id: text(),
          document: text(),
          to: text(),
          action: text(),
          mode: oneOf<'off' | 'shadow' | 'live'>('off', 'shadow', 'live'),
          from: time,
          onDead: oneOf<'block' | 'skip'>('block', 'skip'),
          holds: list(text()),
          deliveries: mapOf(count),
          shadow: count,
        }),
      ),
    }),
    handle: async ({ hub }) => {
      const { revision, routes } = hub.catalogue()
      const counts = await countDeliveriesByRoute(hub.database, hub.tenant)
      return {
        body: {
          revision,
          items: routes.map(({ id, document, to, action, mode, from, onDead, holds }) => {
            const ofRoute = counts.filter((one) => one.route === id)
            const live = ofRoute.filter((one) => one.shadow === 0)
            return {
              id,
              document,
              to,
              action,
              mode,
              from: iso(from),
              onDead,
              holds,
              deliveries: Object.fromEntries(live.map((one) => [one.state, one.count])),
              shadow: ofRoute.reduce((sum, one) => sum + (one.shadow === 1 ? one.count : 0), 0),
            }
          }),
        },
      }
    },
  }),
]
