import type { Reader } from '../../store/in-list.ts'
import { orderLinesOf, orderStatesOf, reservationsOf } from '../../store/order.ts'
import { salesOf } from '../../store/sale.ts'
import { assemble, orderTypes } from '../assemble.ts'
import { countedTwice } from '../counted-once.ts'
import { orderFigures } from '../order-figures.ts'
import { openShelf } from '../shelf.ts'
import { type Amends, amendLines, amendReservations } from './amends.ts'
import { type Check, compareRows, together } from './check.ts'
import { compareMatches } from './invoices.ts'
import { compareNotes } from './notes.ts'
import { checkSettlements, platformsNow, settledOrders } from './payouts.ts'
import { compareDaySales } from './sales.ts'

/** Orders of one type by their keys; what differs is added to the amends. */
export async function checkOrders(read: Reader, tenant: string, type: string, keys: readonly string[], amends: Amends): Promise<Check> {
  const cases = await assemble(openShelf(read, tenant), orderTypes.has(type) ? keys.map((key) => ({ type, key })) : [])
  const figures = [...cases.values()].map((each) => orderFigures(each))
  const ofOrder = (row: { readonly key: string }) => ({ type, key: row.key })
  const lines = {
    stored: await orderLinesOf(read, tenant, type, keys),
    computed: figures.flatMap((each) => each.lines),
  }
  const reservations = {
    stored: type === 'sales-order' ? await reservationsOf(read, tenant, keys) : [],
    computed: figures.flatMap((each) => each.reservations),
  }
  const ofLines = compareRows('order_line', lines.stored, lines.computed, (row) => [row.type, row.key, row.line], ofOrder)
  const ofReservations = compareRows(
    'reservation',
    reservations.stored,
    reservations.computed,
    (row) => [row.product, row.order_key, row.line, row.part],
    (row) => ({ type, key: row.order_key }),
  )
  if (ofLines.differences.length > 0) {
    amendLines(amends, lines.stored, -1n)
    amendLines(amends, lines.computed, 1n)
  }
  if (ofReservations.differences.length > 0) {
    amendReservations(amends, reservations.stored, -1n)
    amendReservations(amends, reservations.computed, 1n)
  }
  const platforms = await platformsNow(read, tenant)
  const settled = settledOrders(
    [...cases.values()].flatMap((orderCase, index) => {
      const own = figures[index]
      return own === undefined ? [] : [{ orderCase, figures: own }]
    }),
    platforms.terms,
  )
  const twice = type === 'sales-order' ? await countedTwice(read, tenant, keys) : []
  return together(
    ofLines,
    {
      checked: {},
      differences: twice.map((key) => ({
        table: 'order_line',
        key: `${key} counted once`,
        stored: 'lines of its own, and others in its place',
        computed: null,
        of: { type, key },
      })),
    },
    compareRows(
      'sale',
      type === 'sales-order' ? (await salesOf(read, tenant, keys)).map(({ updated_at: _, ...row }) => row) : [],
      figures.flatMap(({ sale }) => sale ?? []),
      ({ key }) => [key],
      ofOrder,
    ),
    compareRows(
      'order_state',
      await orderStatesOf(read, tenant, type, keys),
      figures.map(({ state }) => state),
      (row) => [row.type, row.key],
      ofOrder,
    ),
    ofReservations,
    ...(type === 'purchase-order' ? [await compareMatches(read, tenant, keys, figures)] : []),
    ...(type === 'sales-order'
      ? [
          await checkSettlements(read, tenant, keys, settled, platforms),
          await compareDaySales(
            read,
            tenant,
            type,
            keys,
            figures.flatMap(({ daySales }) => daySales),
          ),
        ]
      : []),
    await compareNotes(
      read,
      tenant,
      [...cases.values()].flatMap(({ order }, index) => (figures[index]?.findings ?? []).map((note) => ({ note, of: order }))),
    ),
  )
}
