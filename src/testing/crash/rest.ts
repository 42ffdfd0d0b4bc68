import { setTimeout as wait } from 'node:timers/promises'
import { unfinishedEvents } from './evidence.ts'
import type { World } from './world.ts'

/** Work that does not move for so long is stuck; however slow the machine is, it moves. */
const stillMs = 20_000
/** Longest time from the last fault to rest. */
const drainMs = 300_000

/** Waits for rest, as long as anything moves. */
export async function drained(world: World): Promise<void> {
  const limit = performance.now() + drainMs * world.slowness
  let seen = ''
  for (
    let movedAt = performance.now();
    performance.now() < limit && performance.now() - movedAt < stillMs * world.slowness;
    await wait(200)
  ) {
    if (await atRest(world)) return
    const now = await progress(world)
    if (now !== seen) movedAt = performance.now()
    seen = now
  }
}

/** All work done, and every order that stands at the shop has come in with its last revision. */
async function atRest(world: World): Promise<boolean> {
  if ((await open(world)).length + (await unfinishedEvents(world)).length > 0) return false
  const rows = await world.ask(`select document.key as k, body from document where type = 'sales-order'`)
  const notes = new Map(rows.map(({ k, body }) => [String(k), String((JSON.parse(String(body)) as { note?: unknown }).note)]))
  const { log } = world.partner
  if ([...log.orders.values()].some(({ id, note }) => notes.get(`shop/${id}`) !== note)) return false
  return (await open(world)).length === 0
}

/** What a poll has just brought in is no sign of anything. */
const freshMs = 2000

/** What still waits for a worker. Duties behind a letter that waits for a person are not stuck. */
export async function open({ ask, slowness, now, times }: World): Promise<string[]> {
  const before = Math.floor((await now()) - freshMs * slowness * times.rate)
  const behind = `lane in (select lane from delivery where state = 'parked' and reason = 'unknown')`
  const rows = await Promise.all([
    ask(`select 'receipt' as what, state, count(*) as n from receipt where state <> 'split' and received_at < ${before} group by state`),
    ask(
      `select 'envelope' as what, state, count(*) as n from envelope where state in ('received', 'parked') and received_at < ${before} group by state`,
    ),
    ask(
      `select 'delivery' as what, state, count(*) as n from delivery where state in ('due', 'sending', 'waiting') and not (${behind}) group by state`,
    ),
    ask(
      `select 'delivery' as what, concat(state, ' ', reason) as state, count(*) as n from delivery where state in ('parked', 'dead') and coalesce(reason, '') <> 'unknown' group by state, reason`,
    ),
    ask(
      `select 'lane' as what, kind as state, count(*) as n from lane where (ready_at < ${before} or (lease_token is not null and lease_until < ${before})) and kind <> 'split' and not (${behind}) group by kind`,
    ),
  ])
  return rows.flat().map(({ what, state, n }) => `${n} ${what} ${state}`)
}

/** Changes as long as work moves; polls that bring nothing new leave it as it is. */
export async function progress({ ask, partner: { log } }: World): Promise<string> {
  const counts = await Promise.all([
    ask('select count(*) as n from document_version'),
    ask('select count(*) as n from attempt'),
    ask(
      `select count(*) as n from receipt r join envelope e on e.tenant = r.tenant and e.receipt = r.id where r.kind = 'webhook' and e.state <> 'received'`,
    ),
  ])
  return [log.effects.length, ...counts.map(([row]) => String(row?.n))].join(' ')
}
