import { setTimeout as wait } from 'node:timers/promises'
import { isObject, type JsonObject } from '../model/json.ts'
import type { HubProcess } from './hub-process.ts'

/** A hub that is asked until it answers. */
export type AskedHub = Pick<HubProcess, 'get' | 'send'>

const baselineLimitMs = 120_000
const restLimitMs = 180_000

interface StreamRun {
  readonly connection: string
  readonly stream: string
  readonly started: string
  readonly ended: string
  readonly error: string
}

async function streams(hub: AskedHub): Promise<readonly StreamRun[]> {
  const { items } = await hub.get('/v1/connections')
  return (Array.isArray(items) ? items.filter(isObject) : []).flatMap((connection) =>
    (Array.isArray(connection.streams) ? connection.streams.filter(isObject) : []).map((stream) => ({
      connection: String(connection.name),
      stream: String(stream.stream),
      started: String(stream.lastStartedAt ?? ''),
      ended: String(stream.lastEndedAt ?? ''),
      error: String(stream.lastError ?? ''),
    })),
  )
}

const restOf = async (hub: AskedHub): Promise<{ readonly atRest: boolean; readonly text: string }> => {
  const rest = await hub.get('/v1/rest')
  return { atRest: rest.atRest === true, text: JSON.stringify({ open: rest.open, waiting: rest.waiting }) }
}

/** Resolves when every stream was read once and all of it is in the ledger. @throws Error with what is missing */
export async function untilBaseline(hub: AskedHub): Promise<void> {
  const limit = performance.now() + baselineLimitMs
  for (;;) {
    const open = (await streams(hub)).filter(({ ended, error }) => ended === '' || error !== '')
    if (open.length === 0 && (await restOf(hub)).atRest) return
    if (performance.now() > limit)
      throw new Error(
        `the baseline did not end: ${open.map(({ connection, stream, error }) => `${connection}/${stream} ${error}`).join('; ')}`,
      )
    await wait(200)
  }
}

/** Waits until all work has ended and a round of reads of every stream brings nothing new. Answers why it never came to rest; empty when it did. */
export async function untilAtRest(hub: AskedHub): Promise<readonly string[]> {
  const limit = performance.now() + restLimitMs
  for (let before = ''; ; ) {
    for (let rest = await restOf(hub); !rest.atRest; rest = await restOf(hub)) {
      if (performance.now() > limit) return [`the hub is not at rest: ${rest.text}`]
      await wait(200)
    }
    const now = await newsOf(hub)
    if (now === before) return []
    before = now
    const late = await readEverything(hub, limit)
    if (late.length > 0) return [`these streams could not be read once more: ${late.join(', ')}`]
  }
}

/** Reads every stream once more, and waits until the work that it brought has ended. What that work moves at a partner may not be read. @throws Error with what did not end */
export async function readOnce(hub: AskedHub): Promise<void> {
  const limit = performance.now() + restLimitMs
  const late = await readEverything(hub, limit)
  if (late.length > 0) throw new Error(`these streams could not be read once more: ${late.join(', ')}`)
  for (let rest = await restOf(hub); !rest.atRest; rest = await restOf(hub)) {
    if (performance.now() > limit) throw new Error(`the hub is not at rest: ${rest.text}`)
    await wait(100)
  }
}

/** Grows with every version, duty and try. */
async function newsOf(hub: AskedHub): Promise<string> {
  const stats = await hub.get('/v1/stats')
  const total = (part: JsonObject[string]) => (isObject(part) ? Number(part.total) : 0)
  const states = isObject(stats.envelopes) && isObject(stats.envelopes.byState) ? stats.envelopes.byState : {}
  return JSON.stringify([states.applied ?? 0, total(stats.deliveries), total(stats.attempts)])
}

async function readEverything(hub: AskedHub, limit: number): Promise<readonly string[]> {
  const asked = new Date().toISOString()
  for (const { connection, stream } of await streams(hub))
    await hub.send('POST', `/v1/connections/${connection}/streams/${stream}/pull`, {})
  for (;;) {
    const open = (await streams(hub)).filter(({ started, ended, error }) => started < asked || ended < started || error !== '')
    if (open.length === 0 || performance.now() > limit)
      return open.map(({ connection, stream, error }) => `${connection}/${stream} ${error}`)
    await wait(100)
  }
}
