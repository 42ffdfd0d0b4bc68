import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'
import { mariadbMissing, startMariadb } from './private-mariadb.ts'
import { redisMissing, startPrivateRedis } from './private-redis.ts'

/** Plays a small day on a MariaDB and a Redis of its own; ends with code 3 where one of them is not installed. */

const missing = (await mariadbMissing()) ?? redisMissing
const redis = missing === undefined ? await startPrivateRedis() : undefined
if (redis === undefined) {
  process.stdout.write(`skipped: ${missing}\n`)
  process.exitCode = 3
} else {
  const mariadb = await startMariadb()
  const services = ['--database', await mariadb.database(), '--redis', redis.url]
  const child = spawn(process.execPath, [join('src', 'cli.ts'), 'demo', '--scale', '0.05', ...services, ...process.argv.slice(2)], {
    cwd: packageRoot,
    stdio: 'inherit',
  })
  process.exitCode = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
  await Promise.all([mariadb.stop(), redis.stop()])
}
