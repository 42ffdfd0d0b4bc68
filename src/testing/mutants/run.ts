import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.ts'
import { mutants } from './list.ts'
import type { Mutant } from './mutant.ts'

/**
 * Runs every mutant, or those that are named, against the test that must notice it, two at a time. A mutant that survives is a failure. One whose test hangs is caught only when vitest itself says so in time;
 * a run that says nothing until its limit is broken.
 */

const limitMs = 60_000
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !mutants.some((mutant) => mutant.name === name))
if (unknown.length > 0)
  throw new Error(`there is no mutant '${unknown.join("', '")}'; known: ${mutants.map(({ name }) => name).join(', ')}`)
const queue = mutants.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const survivors: string[] = []
const worker = async () => {
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const started = performance.now()
    const { code, output } = await runTest(mutant)
    const broken = !/Tests .*\d+ (failed|passed)/.test(output)
    const caught = code !== 0 && !broken
    process.stdout.write(
      `${caught ? 'caught  ' : broken ? 'BROKEN  ' : 'SURVIVED'} ${mutant.name.padEnd(22)} ${mutant.breaks} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
    )
    if (!caught) {
      survivors.push(mutant.name)
      if (broken) process.stdout.write(`${output.slice(-1500)}\n`)
    }
  }
}
await Promise.all([worker(), worker()])
process.stdout.write(survivors.length === 0 ? 'every mutant was caught\n' : `not caught: ${survivors.join(', ')}\n`)
process.exitCode = survivors.length === 0 ? 0 : 1

function runTest(mutant: Mutant): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const filter = mutant.test.name === undefined ? [] : ['-t', mutant.test.name]
    const child = spawn(
      process.execPath,
      [join(packageRoot, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--bail=1', mutant.test.file, ...filter],
      {
        cwd: packageRoot,
        env: { ...process.env, CROSSDOCK_MUTANT: mutant.name, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: limitMs,
      },
    )
    let output = ''
    const take = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-20_000)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (error) => resolve({ code: 0, output: String(error) }))
    child.on('exit', (code) => resolve({ code: code ?? 1, output }))
  })
}
