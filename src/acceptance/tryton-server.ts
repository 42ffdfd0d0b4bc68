import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, copyFileSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { loopbackPort } from './loopback-port.ts'
import { trytonPackages } from './programs.ts'

/** A running trytond with one database on SQLite, in a folder of its own. */
export interface TrytonServer {
  /** `http://127.0.0.1:<port>` */
  readonly address: string
  readonly database: string
  /** kills the process as a power cut would and starts it again on the same port */
  crash(): Promise<void>
  /** ends it by its process id */
  stop(): Promise<void>
}

/** Modules to activate; those they depend on come with them. */
const modules = ['purchase', 'sale', 'stock', 'account_invoice', 'account_invoice_stock']
const startLimitMs = 60_000
const setUpLimitMs = 180_000
const run = promisify(execFile)

/** Password of the user `admin` in every database that is set up here; the servers listen on the loopback interface only. */
export const adminPassword = 'night-watch-83'

/**
 * Makes an empty database with all modules in a folder and answers its file: databases are copies of it, for the set-up takes a quarter of a minute.
 * @throws Error with what trytond-admin said and the packages to install
 */
export async function setUpTryton(folder: string): Promise<string> {
  const place = join(folder, 'tryton-template')
  mkdirSync(place, { recursive: true })
  const configuration = configure(place, await loopbackPort())
  const passwordFile = join(place, 'password')
  writeFileSync(passwordFile, `${adminPassword}\n`, { mode: 0o600 })
  const file = join(place, 'template.sqlite')
  writeFileSync(file, '')
  const admin = async (...args: readonly string[]) => {
    try {
      await run('trytond-admin', ['-c', configuration, '-d', 'template', ...args], {
        env: { ...process.env, TRYTONPASSFILE: passwordFile },
        timeout: setUpLimitMs,
        maxBuffer: 64 << 20,
      })
    } catch (error) {
      const said = (error as { readonly stderr?: string }).stderr ?? String(error)
      throw new Error(
        `trytond-admin ${args[0]} failed: ${said.trim().split('\n').slice(-3).join(' / ')}. The Debian packages needed: ${trytonPackages.join(' ')}`,
      )
    }
  }
  await admin('--all', '--email', 'admin@example.test', '-l', 'en')
  await admin('--activate-dependencies', '-u', ...modules)
  return file
}

/** Starts a trytond on a copy of the template. @throws Error when it does not come up */
export async function startTryton(folder: string, database: string, template: string): Promise<TrytonServer> {
  const place = join(folder, `tryton-${database}`)
  mkdirSync(place, { recursive: true })
  copyFileSync(template, join(place, `${database}.sqlite`))
  const port = await loopbackPort()
  const address = `http://127.0.0.1:${port}`
  const configuration = configure(place, port)
  const start = async (): Promise<ChildProcess> => {
    const log = openSync(join(place, 'trytond.log'), 'a')
    const child = spawn('trytond', ['-c', configuration, '-d', database], { stdio: ['ignore', log, log] })
    closeSync(log)
    await untilUp(child, address, database)
    return child
  }
  let server = await start()
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill(signal)
    const late = setTimeout(() => server.kill('SIGKILL'), 5000)
    await gone
    clearTimeout(late)
  }
  return {
    address,
    database,
    async crash() {
      await end('SIGKILL')
      server = await start()
    },
    stop: () => end('SIGTERM'),
  }
}

function configure(place: string, port: number): string {
  const file = join(place, 'trytond.conf')
  const sections = [
    ['database', 'uri = sqlite://', `path = ${place}`],
    ['web', `listen = 127.0.0.1:${port}`],
    ['session', 'authentications = password'],
    ['email', 'uri = smtp://127.0.0.1:1'],
  ]
  writeFileSync(file, `${sections.map(([name, ...lines]) => `[${name}]\n${lines.join('\n')}`).join('\n')}\n`)
  return file
}

async function untilUp(child: ChildProcess, address: string, database: string): Promise<void> {
  const limit = performance.now() + startLimitMs
  for (;;) {
    if (child.exitCode !== null) throw new Error(`trytond for ${database} ended with code ${child.exitCode} before it answered`)
    const answer = await fetch(`${address}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":1,"method":"common.server.version","params":[]}',
      signal: AbortSignal.timeout(5000),
    }).catch(() => undefined)
    if (answer?.ok) return
    if (performance.now() > limit) throw new Error(`trytond for ${database} does not answer on ${address}`)
    await wait(100)
  }
}
