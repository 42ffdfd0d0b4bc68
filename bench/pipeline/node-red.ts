import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { loopbackPort } from '../../src/acceptance/loopback-port.ts'
import { type Contender, send } from './contender.ts'
import { makeTables, storedInTables } from './peer-tables.ts'
import { startProgram, untilAnswers } from './processes.ts'
import { idsOf } from './truth.ts'

const peers = join(import.meta.dirname, '..', 'peers')
const program = join(peers, 'node_modules', 'node-red', 'red.js')
const installLimitMs = 600_000

/** Installs what bench/peers/package.json names, where it is not there yet. */
async function install(): Promise<void> {
  if (existsSync(program)) return
  process.stderr.write('installing Node-RED into bench/peers …\n')
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: peers, timeout: installLimitMs })
}

/** Node-RED with the flow of node-red/flow.json, on this Node.js. Its editor is off: it would only cost memory. */
export async function openNodeRed(folder: string, database: string, serverPids: readonly number[]): Promise<Contender> {
  await install()
  await makeTables(database)
  const home = join(folder, 'node-red')
  mkdirSync(home)
  copyFileSync(join(import.meta.dirname, 'node-red', 'flow.json'), join(home, 'flow.json'))
  writeFileSync(join(home, 'flow_cred.json'), JSON.stringify({ database: { user: 'root', password: '' } }))
  const port = await loopbackPort()
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flow.json',
    credentialSecret: false,
    httpAdminRoot: false,
    disableEditor: true,
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: 'warn', metrics: false, audit: false } },
  }
  writeFileSync(join(home, 'settings.cjs'), `module.exports = ${JSON.stringify(settings)}\n`)
  const { hostname, port: databasePort, pathname } = new URL(database)
  if (hostname !== '127.0.0.1') throw new Error(`the flow names 127.0.0.1, not ${hostname}`)
  const env = { ...process.env, NODE_ENV: 'production', BENCH_PORT: databasePort, BENCH_DATABASE: pathname.slice(1) }
  const running = startProgram(
    [process.execPath, program, '--userDir', home, '--settings', join(home, 'settings.cjs')],
    env,
    join(folder, 'node-red.log'),
  )
  const address = `http://127.0.0.1:${port}/orders`
  // the flow has no page to ask for: a GET is answered 404 as soon as its address is taken
  await untilAnswers(running, address, { status: 404 })
  return {
    name: 'nodeRed',
    pids: [running.pid, ...serverPids],
    run: (from, count) => send(address, from, count),
    stored: (from, count) => storedInTables(database, idsOf(from, count)),
    stop: running.stop,
  }
}
