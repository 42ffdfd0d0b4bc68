import { execFile, execFileSync } from 'node:child_process'
import { createReadStream, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { programOnPath } from '../private-redis.ts'
import type { Scenario } from './scenario.ts'
import { settle } from './storm.ts'
import { planTraffic, runTraffic } from './traffic.ts'
import { withBreaches } from './verdict.ts'
import { until, untilKnown } from './world.ts'

const run = promisify(execFile)

/** The disk under the hub's data is full for a while: nothing is acknowledged that is not stored, and space is all it takes to go on. */
const diskFull: Scenario = {
  name: 'disk full',
  covers: ['S20', 'row 13'],
  engine: 'sqlite',
  ci: true,
  seeds: 'once',
  missing: () => (mayMount() ? undefined : 'mounting a tmpfs needs root, or CAP_SYS_ADMIN'),
  volume(folder) {
    const data = join(folder, 'small-disk')
    mkdirSync(data, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', data])
    return { data, release: () => void execFileSync('umount', ['-l', data]) }
  },
  async run(world) {
    await world.start()
    await untilKnown(world)
    const filler = join(world.data, 'filler')
    const traffic = runTraffic(world, planTraffic(world.random, 30, 5000, world.partner.log.skus))
    const refused = () => world.sender.statuses[503] ?? 0
    const before = refused()
    let full = false
    await world.inject('disk full', async () => {
      await wait(500)
      for (let size = 1 << 22; size >= 1 << 12; size >>= 1) for (let n = 0; n < 32 && fill(filler, size); n++);
      full = await until(() => refused() > before, 8000)
      await wait(1000)
      rmSync(filler, { force: true })
    })
    const verdict = await settle(world, traffic)
    const [integrity] = await world.ask('pragma integrity_check')
    return withBreaches(verdict, [
      ...(full ? [] : ['no sender was answered 503 on a full disk']),
      ...(Object.values(integrity ?? {})[0] === 'ok' ? [] : [`integrity_check says ${JSON.stringify(integrity)}`]),
    ])
  },
}

function fill(file: string, bytes: number): boolean {
  try {
    writeFileSync(file, Buffer.alloc(bytes, 1), { flag: 'a' })
    return true
  } catch {
    return false
  }
}

function mayMount(): boolean {
  const probe = join(process.env.TMPDIR ?? '/tmp', `crossdock-mount-${process.pid}`)
  try {
    mkdirSync(probe)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'ignore' })
    execFileSync('umount', [probe], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(probe, { recursive: true, force: true })
  }
}

/**
 * The database is put back to an older dump while the hub is down. Polls read the gap again, and the partner's idempotency keys keep effects single. Routes without a key stay off, as docs/operations.md
 * tells the operator: a restored hub cannot know what they sent, and figures it pushes before it has caught up are old ones.
 */
const restored: Scenario = {
  name: 'restored backup',
  covers: ['S19', 'row 21'],
  engine: 'mysql',
  ci: false,
  seeds: 'first',
  workers: 0,
  missing: () =>
    programOnPath('mariadb-dump') === undefined || programOnPath('mariadb') === undefined
      ? 'no mariadb-dump and mariadb on PATH'
      : undefined,
  async run(world) {
    world.keepRoutes(['book'])
    await world.start()
    await untilKnown(world)
    const { skus, effects } = world.partner.log
    const address = new URL(world.database ?? '')
    const where = ['--no-defaults', '--host=127.0.0.1', `--port=${address.port}`, '--user=root']
    const name = address.pathname.slice(1)
    const dump = join(world.folder, 'dump.sql')
    const booked = () => effects.filter(({ kind }) => kind === 'booking').length
    const trade = async (first: number) => {
      await runTraffic(world, { ...planTraffic(world.random, 10, 1000, skus, first), bad: [] })
      await until(() => booked() === first + 9, 60_000 * world.slowness)
    }
    await trade(1)
    await run('mariadb-dump', [...where, '--single-transaction', '--hex-blob', `--result-file=${dump}`, name])
    await trade(11)
    await world.inject('backup restored', async () => {
      await world.kill('serve')
      const loading = run('mariadb', [...where, name])
      createReadStream(dump).pipe(loading.child.stdin as NodeJS.WritableStream)
      await loading
      await world.start('serve')
    })
    const orders = async () => Number((await world.ask(`select count(*) as n from document where type = 'sales-order'`))[0]?.n)
    const delivered = async () =>
      Number((await world.ask(`select count(*) as n from delivery where route = 'book' and state = 'delivered'`))[0]?.n)
    const whole = await until(async () => (await orders()) === 20 && (await delivered()) === 20, 60_000 * world.slowness)
    const verdict = await settle(world, Promise.resolve())
    // events of the gap are gone from the database as a matter of fact, what they told came back by the poll; nothing was to be sold or written
    const kept = verdict.breaches.filter((breach) => /^(doubled|out of order|ledger|stuck)/.test(breach))
    return {
      ...verdict,
      lost: 0,
      breaches: [...kept, ...(whole ? [] : ['the polls did not bring everything back that the dump did not have'])],
    }
  },
}

export const serverScenarios: readonly Scenario[] = [diskFull, restored]
