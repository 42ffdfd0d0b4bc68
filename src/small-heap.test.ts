import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packageRoot } from './package-root.ts'
import { commandOf } from './small-heap.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'small-heap-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Starts a program whose command line is `words`; answers how it ran in the end. `args`: of Node.js */
function started(words: readonly string[], { args = [], env = {} }: { args?: readonly string[]; env?: NodeJS.ProcessEnv } = {}) {
  const program = join(folder, 'program.mjs')
  writeFileSync(
    program,
    `import { restartSmall } from ${JSON.stringify(join(packageRoot, 'src', 'small-heap.ts'))}
    const first = (process.env.FIRST ??= String(process.pid))
    restartSmall(process.argv.slice(2))
    const { execArgv, argv, pid, env } = process
    console.log(JSON.stringify({ args: execArgv, words: argv.slice(2), same: first === String(pid), arenas: env.MALLOC_ARENA_MAX }))`,
  )
  const { stdout, status } = spawnSync(process.execPath, [...args, program, ...words], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', MALLOC_ARENA_MAX: undefined, ...env },
  })
  return { ...JSON.parse(stdout), status }
}

const heap = ['--min-semi-space-size=8', '--max-semi-space-size=8', '--initial-old-space-size=64', '--heap-growing-percent=25']
const others = heap.filter((flag) => !flag.includes('semi'))

test('a hub runs as the same process with a small heap', () => {
  const words = ['--lang', 'zh', 'serve', '--port', '0']
  expect(started(words)).toEqual({
    args: heap,
    words,
    same: true,
    arenas: '2',
    status: 0,
  })
})

test('other commands go on as they are', () => {
  expect(started(['check', 'serve'])).toMatchObject({ args: [], words: ['check', 'serve'] })
})

test('what the operator says of the heap counts', () => {
  expect(started(['worker'], { args: ['--max-semi-space-size=32'] }).args).toEqual(['--max-semi-space-size=32', ...others])
  const env = { NODE_OPTIONS: '--max-semi-space-size=32', MALLOC_ARENA_MAX: '7' }
  expect(started(['api'], { env })).toMatchObject({ args: others, arenas: '7' })
})

test('a process that is profiled goes on, under whose signals another would die', () => {
  const profiled = started(['serve'], { args: ['--cpu-prof', `--cpu-prof-dir=${folder}`] })
  expect(profiled).toMatchObject({ args: ['--cpu-prof', `--cpu-prof-dir=${folder}`], status: 0 })
})

test('the command is the first word that is no flag', () => {
  expect(commandOf(['--lang', 'en', 'api'])).toBe('api')
  expect(commandOf(['--help'])).toBeUndefined()
})
