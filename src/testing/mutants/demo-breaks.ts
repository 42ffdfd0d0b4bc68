import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.ts'
import { demoBreaks } from './list.ts'

/** Plays a small day with each safeguard of the demo taken out, three at a time; the proof must end with exit code 1 every time. */

let missed = 0
const queue = [...demoBreaks]
const worker = async () => {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const started = performance.now()
    const code = await play(name)
    const seen = code === 1
    if (!seen) missed++
    process.stdout.write(`${seen ? 'noticed' : `MISSED (exit ${code})`} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`)
  }
}
await Promise.all([worker(), worker(), worker()])
process.exitCode = missed === 0 ? 0 : 1

function play(name: string): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [join('src', 'cli.ts'), 'demo', '--scale', '0.05', '--patience', '8', '--break', name, '--json'],
      {
        cwd: packageRoot,
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    child.on('error', () => resolve(-1))
    child.on('exit', (code) => resolve(code ?? -1))
  })
}
