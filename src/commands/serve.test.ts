import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testShell } from '../testing/test-shell.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-serve-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const key = Buffer.alloc(24, 3).toString('base64')
const put = (connector: string) =>
  writeFile(
    join(folder, 'crossdock.json'),
    JSON.stringify({
      connections: { hook: { connector, books: 'US', config: { url: 'https://a.example/', secret: `$\{file:secret}` } } },
      codes: { unit: { u: 'C62' } },
    }),
  )

/** `crossdock serve` in this process; `err` is what the terminal shows. */
function serve(...more: readonly string[]) {
  const stop = Promise.withResolvers<void>()
  const { run, shell } = testShell({ folder, untilStopped: () => stop.promise })
  let err = ''
  let said = ''
  const { note, out } = shell
  Object.assign(shell, {
    note: (text: string) => {
      err += text
      note(text)
    },
    out: (text: string) => {
      said += text
      out(text)
    },
  })
  const waited = async (what: RegExp, text: () => string) => {
    for (let tries = 0; tries < 300 && !what.test(text()); tries++) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(text()).toMatch(what)
  }
  const ended = run(['serve', '--port', '0', '--log', 'silent', ...more])
  return {
    ended,
    stop: stop.resolve,
    err: () => err,
    shows: (what: RegExp) => waited(what, () => err),
    says: (what: RegExp) => waited(what, () => said),
  }
}

test('SIGHUP reloads: faults are shown as check shows them, and the hub goes on', async () => {
  await put('standard-webhooks')
  await writeFile(join(folder, 'secret'), `whsec_${key}`)
  const hub = serve()
  await hub.shows(/runs at/)
  const address = /http:\S+(?=\.)/.exec(hub.err())?.[0]
  await put('standard-webhook')
  process.emit('SIGHUP')
  process.emit('SIGHUP')
  await hub.shows(
    /crossdock\.json:1:\d+ error unknown-connector connections\.hook\.connector: .*did you mean.*\n(.*\n)*The workspace does not hold/,
  )
  expect((await fetch(`${address}/readyz`)).status).toBe(200)
  await put('standard-webhooks')
  process.emit('SIGHUP')
  await hub.shows(/Nothing changed/)
  await writeFile(join(folder, 'secret'), `whsec_${Buffer.alloc(24, 4).toString('base64')}`)
  process.emit('SIGHUP')
  await hub.shows(/New values behind references are in use for: hook\./)
  await rm(join(folder, 'crossdock.json'))
  process.emit('SIGHUP')
  await hub.shows(/workspace-missing/)
  expect((await fetch(`${address}/readyz`)).status).toBe(200)
  expect(hub.err()).not.toMatch(/whsec_/)
  const handlers = process.listenerCount('SIGHUP')
  hub.stop()
  expect((await hub.ended).code).toBe(0)
  expect(process.listenerCount('SIGHUP')).toBe(handlers - 1)
})

test('with --json that it runs and what each reload came to are objects, one a line', async () => {
  await put('standard-webhooks')
  await writeFile(join(folder, 'secret'), `whsec_${key}`)
  const hub = serve('--json')
  await hub.says(/"up"/)
  await put('standard-webhook')
  process.emit('SIGHUP')
  await hub.says(/"reload"/)
  hub.stop()
  const { out, err, code } = await hub.ended
  const [up, reload] = out.split('\n').map((line) => (line === '' ? undefined : JSON.parse(line)))
  expect({ code, err, up, reload }).toMatchObject({
    code: 0,
    err: '',
    up: { up: { address: expect.stringMatching(/^http:/), workspace: folder } },
    reload: { reload: { changed: false, faults: [{ code: 'unknown-connector', line: 1 }] } },
  })
})

test('a reload that fails outright is told, not thrown', async () => {
  await put('standard-webhooks')
  await writeFile(join(folder, 'secret'), `whsec_${key}`)
  const hub = serve()
  await hub.shows(/runs at/)
  // a file where a folder is looked through: reading the workspace itself fails
  await writeFile(join(folder, 'connectors'), 'no folder')
  process.emit('SIGHUP')
  await hub.shows(/could not be reloaded, the one before runs on: .*(connectors|ENOTDIR)/)
  hub.stop()
  expect((await hub.ended).code).toBe(0)
})

test('a port that is taken: exit code 1 and the way out', async () => {
  await put('standard-webhooks')
  await writeFile(join(folder, 'secret'), `whsec_${key}`)
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const bound = other.address()
  const port = String(typeof bound === 'object' && bound !== null ? bound.port : 0)
  const { code, err } = await testShell({ folder }).run(['serve', '--port', port, '--log', 'silent'])
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(`^127\\.0\\.0\\.1:${port} is taken: .*--port`) })
  await new Promise((resolve) => other.close(resolve))
})
