import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Scenario } from './scenario.ts'
import { settle } from './storm.ts'
import { planTraffic, runTraffic } from './traffic.ts'
import { withBreaches } from './verdict.ts'
import { until, untilKnown, type World } from './world.ts'

/** More connections than the server takes, so that some are refused */
const silent = 2500
const dribbling = 100
/** Bodies of 900 KB each: more than twice of what may be read at once */
const heavy = 160
const bodyBytes = 900_000
const pieceBytes = 60_000
const mostMb = 700
/** The server gives an unfinished request 30 s (http/listen.ts), and looks every 2 s */
const patienceMs = 40_000

/** Far more than the hub can take: senders who say nothing, who say a byte a second, and whose bodies never end. It answers 503, stays small and gets rid of them, and who sends in earnest is served. */
export const flood: Scenario = {
  name: 'flood',
  covers: ['S24'],
  engine: 'sqlite',
  ci: false,
  seeds: 'first',
  async run(world) {
    await world.start()
    await untilKnown(world)
    const hogs = await openHogs(world)
    let most = 0
    const watching = setInterval(() => {
      most = Math.max(most, world.residentMb('serve'))
    }, 200)
    const wrong: string[] = []
    await world.inject('flood', async () => {
      const traffic = runTraffic(world, planTraffic(world.random, 600, 3000, world.partner.log.skus))
      if (!(await until(() => hogs.refused > 0, patienceMs * world.slowness))) wrong.push('no body too many was answered 503')
      if (!(await until(() => hogs.open() === 0, patienceMs * world.slowness)))
        wrong.push(`${hogs.open()} of those who waste its time are still there`)
      await traffic
    })
    hogs.end()
    const verdict = await settle(world, Promise.resolve())
    clearInterval(watching)
    if (most > mostMb) wrong.push(`the process grew to ${Math.round(most)} MB`)
    return withBreaches(verdict, wrong)
  },
}

interface Hogs {
  /** heavy ones that were answered 503 */
  readonly refused: number
  open(): number
  end(): void
}

async function openHogs(world: World): Promise<Hogs> {
  const sockets = new Set<Socket>()
  const { pathname, host } = new URL(world.hook)
  const request = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n`
  let refused = 0
  const open = (first: string, next: Buffer | undefined, everyMs: number) => {
    const socket = connect(world.lines.api.port, '127.0.0.1')
    sockets.add(socket)
    if (first !== '') socket.write(first)
    const more = next === undefined ? undefined : setInterval(() => socket.write(next), everyMs)
    socket.on('error', () => {})
    socket.on('data', (answer: Buffer) => {
      if (next !== undefined && next.length > 1 && answer.toString('latin1', 9, 12) === '503') refused++
    })
    socket.on('close', () => {
      clearInterval(more)
      sockets.delete(socket)
    })
  }
  for (let n = 0; n < heavy; n++) open(`${request}content-length: ${bodyBytes}\r\n\r\n`, Buffer.alloc(pieceBytes, 32), 4000)
  for (let n = 0; n < dribbling; n++) open(`${request}x-slow: `, Buffer.from('x'), 1000)
  // all at once would overflow the queue of the line: connections that only one end knows
  for (let n = 0; n < silent; n++) {
    open('', undefined, 0)
    if (n % 100 === 99) await wait(20)
  }
  return {
    get refused() {
      return refused
    },
    open: () => sockets.size,
    end() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
