import type { Context } from '../pipeline/context.ts'
import { openReceiver } from '../pipeline/receive.ts'
import type { Bed } from './pipeline-bed.ts'
import { type TinyOrder, tinyOrder } from './tiny-partner.ts'

/** What tests of the pipeline ask of a bed, and do with it, again and again. */

/** `state` or `state/reason` of all rows, in the order they were made. */
export async function statesOf(bed: Bed, table: 'envelope' | 'delivery'): Promise<string[]> {
  const rows = await bed.database.read.selectFrom(table).select(['state', 'reason']).orderBy('id').execute()
  return rows.map(({ state, reason }) => (reason === null ? state : `${state}/${reason}`))
}

/** `op state/reason` of the duties towards a connection, in order. */
export async function dutiesOf(bed: Bed, connection = 'erp'): Promise<string[]> {
  const rows = await bed.database.read
    .selectFrom('delivery')
    .select(['op', 'state', 'reason'])
    .where('connection', '=', connection)
    .orderBy('id')
    .execute()
  return rows.map(({ op, state, reason }) => `${op} ${state}${reason === null ? '' : `/${reason}`}`)
}

export const attemptsOf = async (bed: Bed): Promise<(string | null)[]> =>
  (await bed.database.read.selectFrom('attempt').select('outcome').orderBy('id').execute()).map(({ outcome }) => outcome)

/** Sends a webhook of the shop and answers its status. */
export async function hook(bed: Bed, body: unknown, topic = 'order', event?: string, context: Context = bed.context): Promise<number> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const receiver = openReceiver(context)
  return (await receiver.receive('shop', bed.signed(text, topic, event), Buffer.from(text), bed.clock.now)).status
}

/** An order of the shop comes by webhook and is worked off. */
export async function order(bed: Bed, id: number, more: Partial<TinyOrder> = {}): Promise<void> {
  const made = tinyOrder(id, more)
  bed.partner.orders.set(id, made)
  await hook(bed, made)
  await bed.drain()
}

/** The article is known in the shop and in the ERP, so that orders of it can go there. */
export async function knowLamp(bed: Bed): Promise<void> {
  bed.partner.articles.push({ id: 7, code: 'LAMP' })
  bed.partner.items.push('LAMP')
  await bed.drain(bed.context, ['articles'])
  await bed.drain(bed.context, ['items'])
}

/** Moves the clock and works off what is due then. */
export async function later(bed: Bed, ms: number, pulls: readonly string[] = []): Promise<void> {
  bed.clock.now += ms
  await bed.drain(bed.context, pulls)
}

export const documentOf = (bed: Bed, type: string, key: string) =>
  bed.database.read
    .selectFrom('document')
    .select(['version', 'body', 'deleted', 'status'])
    .where('type', '=', type)
    .where('key', '=', key)
    .executeTakeFirst()

export const openFindingsOf = async (bed: Bed): Promise<string[]> =>
  (await bed.database.read.selectFrom('finding').select(['code', 'key']).where('state', '=', 'open').orderBy('code').execute()).map(
    ({ code, key }) => `${code} ${key}`,
  )
