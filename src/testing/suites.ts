import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
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
  { name: 'tests on MariaDB', command: [node, 'src/testing/on-mariadb.ts', 'src/ledger', 'src/pipeline', 'src/http'] },
  { name: 'demo on MariaDB and Redis', command: [node, 'src/testing/demo-on-servers.ts'] },
  { name: 'crash', command: [node, 'src/testing/crash/run.ts', '--seeds', '3'] },
  {
    name: 'month',
    command: [node, 'src/testing/month/run.ts', '--days', '3', '--merchants', '9', '--suppliers', '4', '--warehouses', '2', '--kills', '2'],
  },
  { name: 'packaged', command: [node, 'src/testing/packaged.ts'] },
  { name: 'mutants', command: [node, 'src/testing/mutants/run.ts'] },
  { name: 'demo --break', command: [node, 'src/testing/mutants/demo-breaks.ts'] },
]

/** A suite that says itself what it lacks ends with this code. */
const skippedCode = 3

/** Lines of a suite that say what is wrong, and how many of its last ones, for the end of the log. */
const telling = /^(BROKEN|SURVIVED|not caught|failed|lost|doubled)\b|^ +! | FAIL /
const mostTold = 30
const lastTold = 6

const whole = (code: number): Count => ({
  passed: code === 0 ? 1 : 0,
  failed: code === 0 || code === skippedCode ? 0 : 1,
  skipped: code === skippedCode ? 1 : 0,
})

const folder = mkdtempSync(join(tmpdir(), 'crossdock-suites-'))
const only = process.argv.slice(2)
const total = { passed: 0, failed: 0, skipped: 0 }
const failures: string[] = []
for (const suite of suites) {
  if (only.length > 0 && !only.includes(suite.name)) continue
  const started = performance.now()
  const report = join(folder, 'report.json')
  const command = suite.report ? [...suite.command, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : suite.command
  process.stdout.write(`\n== ${suite.name}\n`)
  const { code, told } = await run(command)
  const count = suite.report ? counted(report, code) : whole(code)
  if (count.failed > 0) failures.push(`failed: ${suite.name}`, ...(suite.report ? failedTests(report) : told))
  total.passed += count.passed
  total.failed += count.failed
  total.skipped += count.skipped
  process.stdout.write(
    `== ${suite.name}: ${count.failed > 0 ? 'FAILED' : count.passed > 0 ? 'passed' : 'skipped'} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  )
}
rmSync(folder, { recursive: true, force: true })
const skippedFails = process.env.CI === 'true' ? total.skipped : 0
process.stdout.write(
  `\n${failures.map((line) => `${line}\n`).join('')}${total.passed} passed, ${total.failed + skippedFails} failed, ${total.skipped - skippedFails} skipped\n`,
)
process.exitCode = total.failed + skippedFails > 0 ? 1 : 0

function run(command: readonly string[]): Promise<{ readonly code: number; readonly told: readonly string[] }> {
  return new Promise((resolve) => {
    const [file = '', ...rest] = command
    const child = spawn(file, rest, { cwd: packageRoot, stdio: ['inherit', 'pipe', 'pipe'] })
    const told: string[] = []
    let last: string[] = []
    const hear = (from: Readable, to: Writable) => {
      from.pipe(to, { end: false })
      createInterface({ input: from }).on('line', (line) => {
        if (telling.test(line) && told.length < mostTold) told.push(`  ${line.slice(0, 500)}`)
        else last = [...last.slice(1 - lastTold), `  ${line.slice(0, 500)}`]
      })
    }
    hear(child.stdout, process.stdout)
    hear(child.stderr, process.stderr)
    child.on('error', (error) => resolve({ code: 1, told: [`  ${error.message}`] }))
    child.on('close', (code) => resolve({ code: code ?? 1, told: [...told, ...last] }))
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

/** Named again at the end, where a reader of a long log looks. */
function failedTests(report: string): string[] {
  try {
    const result = JSON.parse(readFileSync(report, 'utf8')) as {
      testResults: { name: string; assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[]
    }
    return result.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'failed')
        .map(
          ({ fullName, failureMessages }) => `  ${relative(packageRoot, name)}: ${fullName}: ${(failureMessages[0] ?? '').split('\n')[0]}`,
        ),
    )
  } catch {
    return []
  }
}
