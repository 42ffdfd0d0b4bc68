import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../package-root.ts'

const here = join(packageRoot, 'src', 'acceptance', 'vendure', 'peer')
const installLimitMs = 900_000
const run = promisify(execFile)

/** Vendure is run on the versions it names (https://docs.vendure.io/guides/getting-started/installation/). */
const majors: readonly number[] = [20, 22, 24]

/** The Node.js that Vendure runs on: the first on PATH of a version that it can. Undefined: there is none. */
export function nodeForVendure(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .find((file) => {
      if (!existsSync(file) || !existsSync(join(file, '..', 'npm'))) return false
      try {
        const [, major = ''] = /^v(\d+)\./.exec(execFileSync(file, ['--version'], { encoding: 'utf8' })) ?? []
        return majors.includes(Number(major))
      } catch {
        return false
      }
    })
}

/** What is missing and how to get it; undefined: nothing. */
export const missingForVendure = (): string | undefined =>
  nodeForVendure() === undefined
    ? `no Node.js ${majors.join(', ')} with npm on PATH, on which Vendure runs. On Debian: apt-get install --no-install-recommends nodejs npm`
    : undefined

/**
 * The folder with the installed Vendure, outside of the repository: `CROSSDOCK_VENDURE`, or one under the temporary folder that is named after the lock file, so that it is installed once. @throws Error with npm's last words
 */
export async function installVendure(node: string, tell: (line: string) => void): Promise<string> {
  const lock = readFileSync(join(here, 'package-lock.json'))
  const name = `crossdock-vendure-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`
  const folder = process.env.CROSSDOCK_VENDURE ?? join(tmpdir(), name)
  const mark = join(folder, '.installed')
  if (!existsSync(mark)) {
    tell(`installing Vendure into ${folder}: some minutes, once`)
    mkdirSync(folder, { recursive: true })
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(here, file), join(folder, file))
    const path = [join(node, '..'), process.env.PATH ?? ''].join(delimiter)
    await run(join(node, '..', 'npm'), ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'], {
      cwd: folder,
      env: { ...process.env, PATH: path },
      timeout: installLimitMs,
      maxBuffer: 16 << 20,
    }).catch((error: { readonly stderr?: string }) => {
      throw new Error(
        `npm ci in ${folder} failed: ${String(error.stderr ?? error)
          .trim()
          .split('\n')
          .slice(-5)
          .join(' / ')}`,
      )
    })
    writeFileSync(mark, '')
  }
  cpSync(join(here, 'server.cjs'), join(folder, 'server.cjs'))
  cpSync(join(packageRoot, 'connectors', 'vendure', 'plugin'), join(folder, 'crossdock'), { recursive: true })
  return folder
}
