import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'
import { mariadbMissing, startMariadb } from './private-mariadb.ts'

/**
 * Runs tests once more on MariaDB: on a server of their own, or in the one database that TEST_DATABASE_URL names, whose name ends in `_test` and which is emptied. Ends with code 3 when there is
 * neither.
 */

const given = process.env.TEST_DATABASE_URL
if (given !== undefined) {
  const { pathname } = new URL(given)
  if (!/_test$/.test(pathname))
    throw new Error(
      `TEST_DATABASE_URL names the database ${pathname.slice(1)}: its name has to end in _test, for everything in it is removed`,
    )
  process.exitCode = await tests({ TEST_STORE_SERVER: given.slice(0, given.lastIndexOf('/')), TEST_STORE_NAME: pathname.slice(1) }, [
    '--no-file-parallelism',
  ])
} else {
  const missing = await mariadbMissing()
  if (missing === undefined) {
    const server = await startMariadb({ durable: false })
    process.exitCode = await tests({ TEST_STORE_SERVER: server.address }, [])
    await server.stop()
  } else {
    process.stdout.write(`skipped: ${missing}, and no TEST_DATABASE_URL\n`)
    process.exitCode = 3
  }
}

function tests(env: Readonly<Record<string, string>>, flags: readonly string[]): Promise<number> {
  const vitest = join(packageRoot, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', ...flags, ...process.argv.slice(2)], {
    cwd: packageRoot,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  return new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
