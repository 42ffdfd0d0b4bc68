import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'

/** `npm test`: every suite in turn, each with its time; the last line counts tests. A suite that cannot run here is skipped by name, and fails with CI=true. */

interface Suite {
  readonly name: string
  readonly command: readonly string[]
  /** a report of vitest to count tests in; without one the suite counts as one */
  readonly report?: boolean
}
interface Count {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const bin = (name: string): string => join(packageRoot, 'node_modules', '.bin', name)
const node = process.execPath

const suites: readonly Suite[] = [
  { name: 'types', command: [bin('tsc'), '--noEmit'] },
  { name: 'lint', command: [bin('biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'tests', command: [bin('vitest'), 'run'], report: true },
  { name: 'check', command: [node, 'src/cli.ts', 'check', '--no-secrets', '--workspace', 'workspaces/demo'] },
  { name: 'mutants', command: [node, 'src/testing/mutants/run.ts'] },
  { name: 'demo --break', command: [node, 'src/testing/mutants/demo-breaks.ts'] },
]

const folder = mkdtempSync(join(tmpdir(), 'crossdock-suites-'))
const only = process.argv.slice(2)
const total = { passed: 0, failed: 0, skipped: 0 }
for (const suite of suites) {
  if (only.length > 0 && !only.includes(suite.name)) continue
  const started = performance.now()
  const report = join(folder, 'report.json')
  const command = suite.report ? [...suite.command, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : suite.command
  process.stdout.write(`\n== ${suite.name}\n`)
  const code = await run(command)
  const count = suite.report ? counted(report, code) : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
  total.passed += count.passed
  total.failed += count.failed
  total.skipped += count.skipped
  process.stdout.write(
    `== ${suite.name}: ${count.failed === 0 ? 'passed' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  )
}
rmSync(folder, { recursive: true, force: true })
const skippedFails = process.env.CI === 'true' ? total.skipped : 0
process.stdout.write(`\n${total.passed} passed, ${total.failed + skippedFails} failed, ${total.skipped - skippedFails} skipped\n`)
process.exitCode = total.failed + skippedFails > 0 ? 1 : 0

function run(command: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const [file = '', ...rest] = command
    const child = spawn(file, rest, { cwd: packageRoot, stdio: 'inherit' })
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

function counted(report: string, code: number): Count {
  try {
    const result = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number
      numFailedTests: number
      numPendingTests: number
      numTodoTests: number
    }
    const failed = result.numFailedTests + (code !== 0 && result.numFailedTests === 0 ? 1 : 0)
    return { passed: result.numPassedTests, failed, skipped: result.numPendingTests + result.numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}
