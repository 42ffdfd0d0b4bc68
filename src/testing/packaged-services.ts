import { randomBytes } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentOf, filledExample, readServices, type Services, serviceOf, startOrder, variablesOf } from './packaged-compose.ts'
import { post } from './packaged-event.ts'
import { type Image, inRoot, pathOf, userId } from './packaged-image.ts'
import { freePort, holds, type Ran, type Running, run, start, until } from './packaged-process.ts'
import { prepareMariadb, startRedis } from './packaged-servers.ts'
import { startMariadb } from './private-mariadb.ts'

/** The services of docker-compose.yml on the replayed image, without docker: their commands and variables with other host names, ports and folders, and nothing else changed. */

export interface ServicesOptions {
  readonly image: Image
  /** folder of docker-compose.yml */
  readonly context: string
  /** an empty folder */
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly tell: (text: string) => void
}

interface Stage extends ServicesOptions {
  readonly services: Services
  /** places that stand for those of the containers' network */
  readonly mariadb: string
  readonly redis: string
  /** connections of redis as it lists them */
  readonly redisClients: () => Promise<string>
}

const stopLimitMs = 20_000

export async function runServices(options: ServicesOptions): Promise<void> {
  const { context, folder, tell } = options
  const text = readFileSync(join(context, 'docker-compose.yml'), 'utf8')
  const settings = filledExample(join(context, '.env.example'), (name) =>
    name === 'CROSSDOCK_KEK' ? randomBytes(32).toString('base64') : randomBytes(24).toString('hex'),
  )
  holds('variables of docker-compose.yml and .env.example', [...variablesOf(text)].sort().join(' '), Object.keys(settings).sort().join(' '))
  const workspace = settings.CROSSDOCK_WORKSPACE_FOLDER ?? ''
  cpSync(join(context, workspace), join(folder, workspace), { recursive: true })
  const secrets = filledExample(join(folder, workspace, '.env.example'), () => `whsec_${randomBytes(32).toString('base64')}`)
  writeFileSync(
    join(folder, workspace, '.env'),
    Object.entries(secrets)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  const services = readServices(text, settings)
  lookAtServices(services)
  tell(`docker-compose.yml: ${startOrder(services).join(', ')} start in this order; every variable stands in .env.example`)

  const mariadb = await startMariadb()
  try {
    await prepareMariadb(mariadb.address, serviceOf(services, 'mariadb'), tell)
    const redis = await startRedis(serviceOf(services, 'redis'), options)
    const stage: Stage = {
      ...options,
      services,
      mariadb: new URL(mariadb.address).host,
      redis: `127.0.0.1:${redis.port}`,
      redisClients: () => redis.ask('client', 'list'),
    }
    for (const more of ['', ', a second time']) {
      await toolOf(stage, 'migrate', [])
      tell(`migrate ends with 0${more}`)
    }
    await playServices(stage, secrets.EVENTS_SECRET ?? '')
    redis.server.signal('SIGTERM')
    await redis.server.ended
  } finally {
    await mariadb.stop()
  }
  await runDefault(options, join(folder, workspace), secrets)
}

function lookAtServices(services: Services): void {
  const order = startOrder(services)
  for (const [name, service] of Object.entries(services))
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      const isTool = services[needed]?.healthcheck?.disable === true
      holds(`${name} waits for ${needed}`, condition, isTool ? 'service_completed_successfully' : 'service_healthy')
    }
  for (const name of ['api', 'worker']) {
    holds(`${name} starts after migrate`, order.indexOf(name) > order.indexOf('migrate'), true)
    holds(`grace of ${name}`, serviceOf(services, name).stop_grace_period, '25s')
  }
  for (const name of ['mariadb', 'redis', 'worker']) holds(`published ports of ${name}`, serviceOf(services, name).ports, undefined)
}

/** Image, service and the places of this machine make what a container would run with. */
function containerOf(stage: Stage, name: string, port: number) {
  const { image, services, folder, env } = stage
  const service = serviceOf(services, name)
  const inside = Object.fromEntries(
    Object.entries({ ...image.env, ...environmentOf(service, folder) }).map(([key, value = '']) => [
      key,
      inRoot(image.root, value).replace('mariadb:3306', stage.mariadb).replace('redis:6379', stage.redis).replace('0.0.0.0', '127.0.0.1'),
    ]),
  )
  holds('port of the image', inside.CROSSDOCK_PORT, image.port)
  // what is mounted at /workspace
  const mounted = service.volumes.find((volume) => volume.split(':')[1] === image.env.CROSSDOCK_WORKSPACE)?.split(':')[0]
  if (mounted === undefined) throw new Error(`docker-compose.yml: nothing is mounted at ${image.env.CROSSDOCK_WORKSPACE} of ${name}`)
  return {
    service,
    env: {
      PATH: pathOf(image, env),
      HOME: join(image.root, 'tmp'),
      ...inside,
      CROSSDOCK_WORKSPACE: join(folder, mounted),
      CROSSDOCK_PORT: `${port}`,
    },
  }
}

const identity = () => (process.getuid?.() === 0 ? { user: userId } : {})

/** A one-shot service, or with `words` what `docker compose exec` would run in it. */
function toolOf(stage: Stage, name: string, words: readonly string[], input?: string): Promise<Ran> {
  const { service, env } = containerOf(stage, name, 4600)
  return run([...stage.image.entrypoint, ...(words.length === 0 ? service.command : words)], {
    cwd: join(stage.image.root, stage.image.workdir),
    env,
    limitMs: 30_000,
    ...(input === undefined ? {} : { input }),
    ...identity(),
  })
}

interface Up {
  readonly address: string
  readonly process: Running
}

async function startService(stage: Stage, name: string): Promise<Up> {
  const port = await freePort()
  const { service, env } = containerOf(stage, name, port)
  const { image } = stage
  const cwd = join(image.root, image.workdir)
  const process = start([...image.entrypoint, ...service.command], { cwd, env, limitMs: 120_000, ...identity() })
  holds(`health check of ${name} is the image's`, service.healthcheck, undefined)
  await healthy(name, process, image, { cwd, env })
  stage.tell(`${name} runs; its health check succeeds`)
  return { address: `http://127.0.0.1:${port}`, process }
}

const healthy = (name: string, process: Running, image: Image, { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) =>
  until(`the health of ${name}`, 30_000, async () => {
    const over = process.over()
    if (over !== undefined) throw new Error(`${name} ended with ${over.code}\n${over.out.slice(-2000)}\n${over.err.slice(-2000)}`)
    const { code } = await start(image.healthcheck, { cwd, env, limitMs: 5000, ...identity() }).ended
    return code === 0 ? true : undefined
  })

async function stopService(name: string, process: Running, tell: (text: string) => void): Promise<void> {
  const began = performance.now()
  process.signal('SIGTERM')
  const late = setTimeout(() => process.signal('SIGKILL'), stopLimitMs)
  const { code, err } = await process.ended
  clearTimeout(late)
  if (code !== 0) throw new Error(`${name} ended with ${code} after SIGTERM\n${err.slice(-2000)}`)
  tell(`${name} ends with 0 after SIGTERM (${((performance.now() - began) / 1000).toFixed(1)} s)`)
}

/** An event taken while there is no worker waits, and is in the ledger once there is one; the next one goes through at once. */
async function playServices(stage: Stage, secret: string): Promise<void> {
  const { tell } = stage
  const api = await startService(stage, 'api')
  holds('/readyz of api', (await fetch(`${api.address}/readyz`)).status, 200)
  const exec = async (words: string, input?: string) => (await toolOf(stage, 'api', words.split(' '), input)).out
  const hook = JSON.parse(await exec('connection hook events --json')) as { readonly current: string }
  const path = hook.current.slice(hook.current.indexOf('/hooks/'))
  holds('a hook with a wrong signature', await post(api.address + path, 'whsec_AAAA', 'E-0'), 401)
  holds('a hook', await post(api.address + path, secret, 'E-1'), 202)
  const orders = async () => (await exec('ledger list sales-order --json')).split('\n').filter((line) => line !== '')
  holds('documents without a worker', (await orders()).length, 0)
  tell('api takes a signed event and keeps it; without a worker nothing becomes of it')

  const worker = await startService(stage, 'worker')
  const inLedger = (key: string) =>
    until(`${key} in the ledger`, 20_000, async () => {
      const over = worker.process.over()
      if (over !== undefined) throw new Error(`worker ended with ${over.code}\n${over.err.slice(-2000)}`)
      const dead = await exec('dead list --json')
      if (dead.trim() !== '') throw new Error(`the worker gave up: ${dead}`)
      return (await orders()).find((line) => line.includes(`"${key}"`))
    })
  await inLedger('E-1')
  const lines = await stage.redisClients()
  for (const line of ['rings', 'answers', 'budgets'])
    holds(`a connection to redis for ${line}`, lines.includes(`name=crossdock-${line}`), true)
  tell('worker puts it into the ledger')
  const began = performance.now()
  holds('a second hook', await post(api.address + path, secret, 'E-2'), 202)
  await inLedger('E-2')
  tell(`a second event goes through both at once (${((performance.now() - began) / 1000).toFixed(1)} s)`)
  holds('/v1 of a worker', (await fetch(`${worker.address}/v1/stats`)).status, 404)
  await exec('secrets set EXAMPLE', 'a value that is sealed\n')
  holds('a sealed secret is listed', (await exec('secrets list --json')).includes('"EXAMPLE"'), true)
  await exec('doctor')
  tell('secrets set seals under CROSSDOCK_KEK; doctor finds no error')
  await stopService('worker', worker.process, tell)
  await stopService('api', api.process, tell)
}

/** `docker run -v …:/data` without a command: the whole hub in one process, on a file. */
async function runDefault(
  { image, env, folder, tell }: ServicesOptions,
  workspace: string,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  const data = join(folder, 'data')
  mkdirSync(data)
  chmodSync(data, 0o777)
  const port = await freePort()
  const cwd = join(image.root, image.workdir)
  const inside = {
    ...image.env,
    PATH: pathOf(image, env),
    HOME: join(image.root, 'tmp'),
    ...secrets,
    CROSSDOCK_WORKSPACE: workspace,
    CROSSDOCK_DATA: data,
    CROSSDOCK_PORT: `${port}`,
    CROSSDOCK_HOST: '127.0.0.1',
  }
  const process = start([...image.entrypoint, ...image.command], { cwd, env: inside, limitMs: 60_000, ...identity() })
  await healthy('serve', process, image, { cwd, env: inside })
  tell("the image's own command runs the whole hub in one process; its health check succeeds")
  await stopService('serve', process, tell)
}
