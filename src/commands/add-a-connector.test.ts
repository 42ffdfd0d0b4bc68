import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Hub, startHub } from '../main.ts'
import { packageRoot } from '../package-root.ts'
import { testShell } from '../testing/test-shell.ts'

const page = await readFile(join(packageRoot, 'docs', 'add-a-connector.md'), 'utf8')
/** Fenced blocks in the order of the page; what is no file and not run is read only. */
const steps = [...page.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(([, kind = '', file, text = '']) => ({
  kind,
  file,
  text,
}))

let folder: string
let system: ChildProcess | undefined
let hub: Hub | undefined
let address = ''
const env: Record<string, string> = {}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-page-'))
})
afterAll(async () => {
  await hub?.stop(1000)
  system?.kill()
  await rm(folder, { recursive: true, force: true })
})

/** The page names a port; here any that is free is taken. */
const moved = (text: string): string => text.replaceAll('http://127.0.0.1:4700', address)

async function run(line: string): Promise<string> {
  const words = line.split(' ')
  if (line === 'node acme.js') {
    system = spawn(process.execPath, ['acme.js'], { cwd: folder, env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] })
    address = await new Promise<string>((resolve, reject) => {
      system?.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim()))
      system?.once('exit', () => reject(new Error('acme.js ended')))
    })
    return address
  }
  if (words[0] === 'export') {
    const [name = '', value = ''] = (words[1] ?? '').split('=')
    env[name] = value
    return ''
  }
  if (line === 'crossdock serve') {
    hub = await startHub(
      { workspace: folder, data: join(folder, 'data'), host: '127.0.0.1', port: 0, logLevel: 'silent', watch: false },
      { env },
    )
    return ''
  }
  const once = () => testShell({ folder, env }).run(words.slice(1))
  let ran = await once()
  // what the hub does by itself takes a moment
  for (
    let tries = 0;
    /^crossdock (inbox|ledger)/.test(line) && !ran.out.includes('SHADE-L') && !/ applied /.test(ran.out) && tries < 400;
    tries++
  ) {
    await new Promise((resolve) => setTimeout(resolve, 25))
    ran = await once()
  }
  expect({ line, code: ran.code, err: ran.err }).toEqual({ line, code: 0, err: expect.any(String) })
  return ran.out
}

test('the page leads from nothing to a synced stream', async () => {
  expect(steps.filter(({ kind }) => kind === 'sh').length).toBeGreaterThan(6)
  expect(steps.filter(({ file }) => file !== undefined).length).toBeGreaterThan(6)
  let said = ''
  for (const { kind, file, text } of steps) {
    if (file !== undefined) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await writeFile(join(folder, file), moved(text))
    } else if (kind === 'sh') {
      said = ''
      for (const line of text.trim().split('\n')) said += await run(line)
    } else if (kind === 'text')
      for (const line of text.trim().split('\n')) expect(said.replaceAll(/ +/g, ' ')).toContain(line.replaceAll(/ +/g, ' '))
  }
}, 120_000)
