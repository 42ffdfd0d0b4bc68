import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { packageRoot } from '../package-root.ts'
import { buildImage } from './packaged-image.ts'
import { lookAtPackage, useInstalled } from './packaged-install.ts'
import { endAll } from './packaged-process.ts'
import { runServices } from './packaged-services.ts'
import { lookAtVariables } from './packaged-variables.ts'
import { mariadbMissing } from './private-mariadb.ts'
import { redisMissing } from './private-redis.ts'

/**
 * What people get: the Dockerfile replayed without docker (its build stage packs the tarball), the tarball installed into an empty folder and used from there, and the services of docker-compose.yml run
 * against a private MariaDB and Redis. Exit code 1: something does not hold; 3: everything held that could run, and a server that is missing is said by name.
 */

const skippedCode = 3
const began = performance.now()
const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1).padStart(5)
const tell = (text: string): void => void process.stdout.write(`${seconds()} s  ${text}\n`)

const folder = mkdtempSync(join(tmpdir(), 'crossdock-packaged-'))
chmodSync(folder, 0o755)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, endAll)
try {
  process.exitCode = await packaged()
} catch (error) {
  process.stdout.write(`${seconds()} s  FAILED ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  endAll()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function packaged(): Promise<number> {
  tell(lookAtVariables())
  const env = plainEnvironment()
  const built = Promise.withResolvers<string>()
  const image = buildImage({
    context: packageRoot,
    folder: join(folder, 'image'),
    env: { ...env, npm_config_prefer_offline: 'true' },
    base: (root) => copyFileSync(process.execPath, join(root, 'usr', 'local', 'bin', 'node')),
    // as .ci/run and everybody's first command have it
    ran: new Map([['npm ci --ignore-scripts --no-audit --no-fund', join(packageRoot, 'node_modules')]]),
    whole: (stage, { root }) => (stage === 'build' ? built.resolve(root) : undefined),
    limitMs: 120_000,
    tell,
  })
  const installed = async (): Promise<void> => {
    const root = await Promise.race([built.promise, image.then(({ root }) => root)])
    const [name = ''] = readdirSync(join(root, 'pack'))
    const tarball = join(root, 'pack', name)
    tell(`${name}: ${lookAtPackage(join(root, 'package'), tarball)}`)
    await useInstalled(tarball, join(folder, 'empty'), env, (text) => tell(`installed: ${text}`))
  }
  const missing = [await mariadbMissing(), redisMissing].filter((reason) => reason !== undefined)
  const services = async (): Promise<void> => {
    const place = join(folder, 'compose')
    mkdirSync(place)
    await runServices({ image: await image, context: packageRoot, folder: place, env, tell: (text) => tell(`services: ${text}`) })
  }
  await allOrFirstFault([installed(), missing.length > 0 ? image : services()])
  if (missing.length === 0) return 0
  tell(`SKIPPED the services of docker-compose.yml: ${missing.join(', ')}`)
  return skippedCode
}

/** Waits for all of them, so that each ends what it started; a fault ends the others early. @throws what the first one threw */
async function allOrFirstFault(works: readonly Promise<unknown>[]): Promise<void> {
  const faults: unknown[] = []
  const fail = (fault: unknown) => {
    faults.push(fault)
    endAll()
  }
  await Promise.all(works.map((work) => work.catch(fail)))
  if (faults.length > 0) throw faults[0]
}

/** The environment of a person's terminal: without what npm and this checkout put into it. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(npm_(?!config_)|CROSSDOCK_|DATABASE_URL$|REDIS_URL$|INIT_CWD$|NODE_(OPTIONS|PATH|ENV|CHANNEL)|VITEST)/
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name) && !/^npm_config_(prefix|local_prefix|yes)$/.test(name))
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => !entry.includes('node_modules') && !entry.includes('node-gyp-bin'))
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), npm_config_yes: 'false', CI: 'true', NO_COLOR: '1', LANG: 'C' }
}
