import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { packageRoot } from './package-root.ts'
import { bundledNode, isRuntime, oldestNode } from './runtime.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  process.exitCode = undefined
})

test('what package.json asks for is what the start demands', () => {
  const { engines } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
  expect(engines.node).toBe(`>=${oldestNode}`)
})

test('this Node.js goes on', async () => {
  expect(await isRuntime([])).toBe(true)
})

test('an older one runs the command on the Node.js that was installed with the hub and ends like it', async () => {
  expect(bundledNode()).toMatch(/node(\.exe)?$/)
  expect(bundledNode('plan9', 'mips')).toBeUndefined()
  const major = 'process.exit(Number.parseInt(process.versions.node) >= 26 ? 7 : 1)'
  expect(await isRuntime(['-e', major], '20.20.2')).toBe(false)
  expect(process.exitCode).toBe(7)
})

test('where that is no newer either, it says which one to use', async () => {
  vi.stubEnv('CROSSDOCK_RUNTIME', '/some/node')
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(await isRuntime(['-e', ''], '20.20.2')).toBe(false)
  expect(process.exitCode).toBe(2)
  expect(said.mock.calls.join('')).toMatch(/needs Node\.js 26 or newer, this is 20\.20\.2/)
})
