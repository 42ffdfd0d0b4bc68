import { setTimeout as wait } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import type { World } from './world.ts'

/** What can be done to a world while it works. Each leaves it able to recover by itself. */
export interface Fault {
  readonly name: string
  /** ms after the start */
  readonly at: number
  run(world: World): Promise<unknown>
}

/** A process dies and its supervisor starts another one. */
export const killHub = (name: string) => async (world: World) => {
  await world.kill(name)
  await world.start(name)
}

/** Frozen for longer than its lease: others take over, then it goes on as if nothing had happened. */
export const freezeHub = (name: string, spanMs: number) => async (world: World) => {
  const hub = world.hubs.get(name)
  hub?.signal('SIGSTOP')
  await wait(spanMs)
  hub?.signal('SIGCONT')
}

export const killDatabase = (world: World) => world.servers?.mariadb.crash() ?? Promise.resolve()
export const flushRedis = (world: World) => world.servers?.redis.ask('FLUSHALL') ?? Promise.resolve()

export const killRedis = (awayMs: number) => async (world: World) => {
  await world.servers?.redis.kill()
  await wait(awayMs)
  await world.servers?.redis.start()
}

/** Like that of Redis: nothing answers and no connection breaks. */
export const freezeDatabase = (spanMs: number) => async (world: World) => {
  world.servers?.mariadb.freeze()
  await wait(spanMs)
  world.servers?.mariadb.thaw()
}

/** Nothing answers, no connection breaks. */
export const freezeRedis = (spanMs: number) => async (world: World) => {
  world.servers?.redis.freeze()
  await wait(spanMs)
  world.servers?.redis.thaw()
}

type LineName = 'partner' | 'api' | 'database' | 'redis'
export const cutLine = (name: LineName) => async (world: World) => world.lines[name]?.cut()

/** Slow, and in small pieces, for a while. */
export const slowLine = (name: LineName, latencyMs: number, sliceBytes: number, spanMs: number) => async (world: World) => {
  const toxics = world.lines[name]?.toxics
  if (toxics === undefined) return
  Object.assign(toxics, { latencyMs, sliceBytes })
  await wait(spanMs)
  Object.assign(toxics, { latencyMs: 0, sliceBytes: 0 })
}

/** COMMIT reaches the server and its answer does not come back, `times` times or for three seconds. */
export const loseCommits = (times: number) => atCommits(times, 'deaf')
/** COMMIT itself does not reach the server. */
export const eatCommits = (times: number) => atCommits(times, 'eaten')

const atCommits = (times: number, how: 'deaf' | 'eaten') => async (world: World) => {
  const line = world.lines.database
  if (line === undefined) return
  let left = times
  const over = Promise.withResolvers<void>()
  line.watch = (piece) => {
    if (left <= 0 || !isCommit(piece)) return undefined
    if (--left === 0) over.resolve()
    return how
  }
  await Promise.race([over.promise, wait(3000)])
  line.watch = undefined
}

/** COM_QUERY `commit`, behind the four bytes of the packet's head. */
const isCommit = (piece: Buffer): boolean =>
  piece.length >= 11 && piece[4] === 3 && piece.toString('latin1', 5, 11).toLowerCase() === 'commit'

/** The server itself breaks connections in the middle of what they do. */
export const killConnections = async (world: World): Promise<void> => {
  if (world.servers === undefined) return
  const connection = await createConnection({ uri: world.servers.mariadb.address, connectTimeout: 2000 })
  try {
    const [rows] = await connection.query(`select id from information_schema.processlist where id <> connection_id() and db is not null`)
    for (const { id } of rows as { id: number }[])
      if (world.random() < 0.5) await connection.query(`kill connection ${Number(id)}`).catch(() => undefined)
  } finally {
    connection.destroy()
  }
}
