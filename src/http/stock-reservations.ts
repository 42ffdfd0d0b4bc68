import { confirmReservation, releaseReservation, reserveAll } from '../ledger/reserve.ts'
import { fromScaled, quantityScale } from '../model/decimal.ts'
import type { Context } from '../pipeline/context.ts'
import { promiseLines, promisesFor } from '../store/promise.ts'
import type { PromiseTable } from '../store/tables.ts'
import { notFound } from './problem.ts'
import { jointRoute, route, writeRoute } from './route.ts'
import { decimal, described, fields, list, nullable, type Of, optional, pattern, text, time, whole } from './shape.ts'
import { id, iso, isoOrNull, key } from './values.ts'

const reservation = fields({
  id: text(),
  state: described(text(), 'held, confirmed, released, expired, taken (an order has it now)'),
  channel: text(),
  reference: nullable(text()),
  order: nullable(text()),
  expiresAt: time,
  endedAt: nullable(time),
  lines: list(fields({ product: text(), quantity: decimal })),
})
function shown(lines: readonly PromiseTable[]): Of<typeof reservation> {
  const [first] = lines
  if (first === undefined) throw notFound()
  return {
    id: first.id,
    state: first.state,
    channel: first.channel,
    reference: first.reference,
    order: first.order_key,
    expiresAt: iso(first.expires_at),
    endedAt: isoOrNull(first.ended_at),
    lines: lines.map(({ product, quantity }) => ({ product, quantity: fromScaled(BigInt(quantity), quantityScale) })),
  }
}
const deskOf = ({ tenant, database, newId }: Context) => ({ tenant, now: () => database.now(), newId })
const tag = 'stock'
const longestHoldMs = 86_400_000

export const stockReservationRoutes = [
  jointRoute({
    id: 'reserveStock',
    method: 'POST',
    path: '/v1/stock/reservations',
    tag,
    scope: 'write',
    status: 201,
    audit: { act: 'stock-reserved', asked: ['channel', 'reference'], answered: ['id'] },
    summary: {
      en: 'Keep goods for a while, all lines or none; refused with the arithmetic',
      zh: '限时预留商品（全部或全不）；不足时拒绝并给出算式',
    },
    body: fields({
      channel: text(64),
      reference: optional(described(text(191), 'key of the order to come, or its number at the channel: it takes the reservation over')),
      holdForMs: whole(1000, longestHoldMs),
      lines: list(
        fields({ product: key, quantity: pattern('^[0-9]{1,12}(\\.[0-9]{1,6})?$', 'a decimal number as text, in base units') }),
        100,
      ),
    }),
    answer: reservation,
    weight: ({ body }) => body.lines.length,
    effects: async (tx, hub, calls) => {
      const outcomes = await reserveAll(
        tx,
        deskOf(hub),
        calls.map(({ who, body }) => ({ ...body, actor: who.id })),
      )
      return outcomes.map((outcome) => ('refused' in outcome ? outcome : { done: { body: shown(outcome.done) } }))
    },
  }),
  ...(['confirm', 'release'] as const).map((act) =>
    writeRoute({
      id: `${act}Reservation`,
      method: 'POST',
      path: `/v1/stock/reservations/${act}`,
      tag,
      scope: 'write',
      audit: { act: `reservation-${act}`, asked: ['id'], answered: ['state'] },
      summary:
        act === 'confirm'
          ? { en: 'Keep a reservation until its order comes or it is released', zh: '确认预留，直至订单到达或释放' }
          : { en: 'Give back what a reservation holds', zh: '释放预留' },
      body: fields({ id }),
      answer: reservation,
      effect: async (tx, { hub, body }) => ({
        body: shown(await (act === 'confirm' ? confirmReservation : releaseReservation)(tx, deskOf(hub), body.id)),
      }),
    }),
  ),
  route({
    id: 'getReservation',
    method: 'GET',
    path: '/v1/stock/reservations/one',
    tag,
    scope: 'read',
    summary: { en: 'One reservation, by its id or by what it is for while it counts', zh: '查看一笔预留（按 id 或关联单号）' },
    query: { id: optional(id), reference: optional(text(191)) },
    answer: reservation,
    handle: async ({ hub, query }) => {
      const { read } = hub.database
      if (query.id !== undefined) return { body: shown(await promiseLines(read, hub.tenant, query.id)) }
      const found = await promisesFor(read, hub.tenant, query.reference === undefined ? [] : [query.reference])
      return { body: shown(found.filter((row) => row.id === found[0]?.id)) }
    },
  }),
]
