import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { packageRoot } from '../../package-root.ts'
import { seededRandom } from '../../simulator/faults.ts'
import { migrations } from '../../store/migrate.ts'
import { mutate } from '../mutants/mutant.ts'
import { hostsMissing, openHosts } from './hosts.ts'
import { inSources, placeOf } from './life.ts'
import { crashMutants } from './mutants.ts'
import { withNextStep } from './program.ts'
import { startProxy } from './proxy.ts'
import { planTraffic } from './traffic.ts'

/** An instrument that is wrong proves nothing: the parts of the harness that can be looked at by themselves. */

test.each(crashMutants.map((mutant) => [mutant.name, mutant] as const))('the mutant %s fits the code', (_, mutant) => {
  for (const file of new Set(mutant.edits.map((edit) => edit.file ?? mutant.file))) {
    const source = readFileSync(join(packageRoot, file), 'utf8')
    expect(mutate(mutant, join(packageRoot, file), source)).not.toBe(source)
  }
})

test('a place is named by the step and the function of the store that it called', () => {
  const at = (name: string, file: string) => `    at ${name} (file:///hub/src/${file}.ts:1:1)`
  const stack = (...frames: string[]) => ['Error: where', at('Object.write', 'testing/crash/life'), ...frames].join('\n')
  expect(placeOf(stack(at('commit', 'pipeline/receive'), at('flush', 'pipeline/receive')))).toBe('receive/commit')
  expect(placeOf(stack(at('claimLanes', 'store/lane'), at('async ingest', 'pipeline/ingest')))).toBe('ingest/ingest claimLanes')
})

test('a place in a bundle is named by the module that stands there, not by the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-bundle-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'main.js')
  writeFileSync(file, '// src/store/lane.ts\nx()\n// src/pipeline/ingest.ts\nx()\nx()\n')
  const at = (name: string, line: number) => `    at async ${name} (file://${file}:${line}:1)`
  expect(placeOf(inSources(['Error: where', at('claimLanes$1', 2), at('ingest', 5)].join('\n')))).toBe('ingest/ingest claimLanes')
})

test('the next release is one step further than this one, and keeps its steps', () => {
  const source = readFileSync(join(packageRoot, 'src/store/migrate.ts'), 'utf8')
  const next = withNextStep(source)
  const names = (text: string) =>
    (/migrations: readonly Migration\[\] = \[([^\]]*)\]/.exec(text)?.[1] ?? '').split(',').map((name) => name.trim())
  expect(next).toContain(`number: ${migrations.length + 1},`)
  expect(names(next)).toEqual([...names(source).filter((name) => name !== ''), 'nextRelease'])
})

test('the same seed plans the same traffic, and every revision of an order is there, in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 40 }), (seed, orders) => {
      const plan = planTraffic(seededRandom(seed), orders, 5000, ['A', 'B'])
      expect(planTraffic(seededRandom(seed), orders, 5000, ['A', 'B'])).toEqual(plan)
      const revisions = Map.groupBy(plan.steps, ({ order }) => order)
      expect(revisions.size).toBe(orders)
      for (const steps of revisions.values()) expect(steps.map(({ revision }) => revision)).toEqual(steps.map((_, index) => index + 1))
    }),
  )
})

async function echo() {
  const heard: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (piece: Buffer) => {
      heard.push(piece)
      socket.write(piece)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port')
  const proxy = await startProxy(address.port)
  onTestFinished(async () => {
    await proxy.close()
    server.close()
  })
  const { connect } = await import('node:net')
  const talk = (text: string): Promise<string | 'broken'> =>
    new Promise((resolve) => {
      const socket = connect(proxy.port, '127.0.0.1', () => socket.write(text))
      let answer = ''
      socket.on('data', (piece) => {
        answer += piece.toString('utf8')
        if (answer.length >= text.length) {
          socket.destroy()
          resolve(answer)
        }
      })
      socket.on('error', () => resolve('broken'))
      socket.on('close', () => resolve('broken'))
    })
  return { proxy, talk, heard: () => Buffer.concat(heard).toString('utf8') }
}

test('a line passes every byte in order, slow and in pieces as well', async () => {
  const { proxy, talk } = await echo()
  const text = Array.from({ length: 400 }, (_, index) => `${index},`).join('')
  expect(await talk(text)).toBe(text)
  Object.assign(proxy.toxics, { latencyMs: 1, sliceBytes: 64 })
  expect(await talk(text)).toBe(text)
})

test('a deaf line passes the request on and loses the answer, an eaten request never arrives', async () => {
  const { proxy, talk, heard } = await echo()
  proxy.watch = () => 'deaf'
  expect(await talk('hello')).toBe('broken')
  expect(heard()).toBe('hello')
  proxy.watch = () => 'eaten'
  expect(await talk('again')).toBe('broken')
  expect(heard()).toBe('hello')
})

const noHosts = hostsMissing()
test.skipIf(noHosts !== undefined)(
  `a host hears the driver until its cable is out, and again when it is back${noHosts === undefined ? '' : ` (${noHosts})`}`,
  async () => {
    const hosts = openHosts()
    const server = createServer((socket) => socket.end('heard'))
    onTestFinished(() => {
      server.close()
      hosts.close()
    })
    const host = hosts.of('one')
    await new Promise<void>((resolve) => server.listen(0, hosts.driver, resolve))
    const { port } = server.address() as AddressInfo
    const script = `require('node:net').connect(${port}, '${hosts.driver}').on('data', () => process.exit(0)).on('error', () => process.exit(1)); setTimeout(() => process.exit(2), 2000)`
    const call = async (): Promise<number | null> => {
      const [file = '', ...rest] = [...host.before, process.execPath, '-e', script]
      const [code] = (await once(spawn(file, rest, { stdio: 'ignore' }), 'exit')) as [number | null]
      return code
    }
    expect(await call()).toBe(0)
    host.cut()
    expect(await call()).toBeGreaterThan(0)
    host.join()
    expect(await call()).toBe(0)
  },
  30_000,
)
