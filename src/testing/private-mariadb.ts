import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'

/** A MariaDB server of its own: on a free loopback port, in a temporary folder, ended by process id. */
export interface PrivateMariadb {
  /** `mysql://root@127.0.0.1:port` */
  readonly address: string
  readonly pid: () => number
  /** address of a new, empty database whose name ends in `_test` */
  database(): Promise<string>
  /** kills the server as a power cut would, and starts it again on the same port and folder */
  crash(): Promise<void>
  /** SIGSTOP and SIGCONT: connections stay open and nothing answers */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

const run = promisify(execFile)
const startLimitMs = 60_000

/** Whether there is a server to start; the reason when there is none. */
export async function mariadbMissing(): Promise<string | undefined> {
  try {
    await run('mariadbd', ['--no-defaults', '--version'])
    return undefined
  } catch {
    return 'no mariadbd on PATH'
  }
}

/** `durable: false`: commits are not forced to the disk, for tests that never crash it; `settings`: further ones of mariadbd, which win. @throws when there is no mariadbd on PATH, or it does not come up */
export async function startMariadb(
  options: { readonly durable?: boolean; readonly settings?: readonly string[] } = {},
): Promise<PrivateMariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-mariadb-'))
  chmodSync(folder, 0o755)
  const data = join(folder, 'data')
  // a server that starts removes the temporary tables it finds, also those of others
  const own = `--tmpdir=${folder}`
  const asRoot = process.getuid?.() === 0
  const user = asRoot ? ['--user=mysql'] : []
  if (asRoot) {
    const { stdout } = await run('id', ['-u', 'mysql'])
    chownSync(folder, Number(stdout), -1)
  }
  await run(
    'mariadb-install-db',
    ['--no-defaults', ...user, own, `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
    {
      maxBuffer: 16 << 20,
    },
  )
  const port = await freePort()
  const address = { host: '127.0.0.1', port, user: 'root' }
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(
      'mariadbd',
      [
        '--no-defaults',
        ...user,
        own,
        `--datadir=${data}`,
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        `--socket=${join(folder, 'm.sock')}`,
        `--pid-file=${join(folder, 'm.pid')}`,
        '--innodb-buffer-pool-size=256M',
        '--innodb-log-file-size=64M',
        '--skip-name-resolve',
        '--skip-log-bin',
        '--max-allowed-packet=64M',
        ...(options.durable === false ? ['--innodb-flush-log-at-trx-commit=0', '--skip-innodb-doublewrite'] : []),
        ...(options.settings ?? []),
      ],
      { stdio: 'ignore' },
    )
    await untilUp(child, address)
    return child
  }
  let server = await start()
  let databases = 0
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (server.exitCode !== null) return
    const gone = new Promise((resolve) => server.once('exit', resolve))
    server.kill(signal)
    await gone
  }
  return {
    address: `mysql://root@127.0.0.1:${port}`,
    pid: () => server.pid ?? 0,
    async database() {
      const name = `crossdock_${process.pid}_${++databases}_test`
      const connection = await createConnection(address)
      await connection.query(`create database ${name}`)
      await connection.end()
      return `mysql://root@127.0.0.1:${port}/${name}`
    },
    async crash() {
      await end('SIGKILL')
      server = await start()
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async stop() {
      await end('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function untilUp(
  child: ChildProcess,
  address: { readonly host: string; readonly port: number; readonly user: string },
): Promise<void> {
  const limit = performance.now() + startLimitMs
  for (;;) {
    if (child.exitCode !== null) throw new Error(`mariadbd ended with code ${child.exitCode} before it was up`)
    try {
      const connection = await createConnection({ ...address, connectTimeout: 1000 })
      await connection.end()
      return
    } catch (error) {
      if (performance.now() > limit) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, refuse) => {
    const probe = createServer()
    probe.once('error', refuse)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : refuse(new Error('no port'))))
    })
  })
