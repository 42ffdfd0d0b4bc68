import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FolderLockedError, localKey, lockOwner, openDataFolder, runningHub } from './data-folder.ts'

let path: string
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'crossdock-data-'))
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

const lock = () => join(path, 'lock')
const mode = (file: string) => statSync(join(path, file)).mode & 0o777

/** Another process, alive for as long as `use` runs. */
async function withProcess(use: (pid: number) => void): Promise<void> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    use(child.pid ?? 0)
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

describe('the lock', () => {
  test('keeps a second open of the same process out, and names it', () => {
    const folder = openDataFolder(path)
    expect(lockOwner(path)).toBe(process.pid)
    expect(() => openDataFolder(path)).toThrow(FolderLockedError)
    expect(() => openDataFolder(path)).toThrow(`process ${process.pid}; stop it with \`crossdock stop\``)
    folder.release()
    expect(lockOwner(path)).toBeUndefined()
    openDataFolder(path).release()
    expect(readdirSync(path)).toEqual([])
  })

  test('of a living process keeps others out, and is taken over once it is gone', async () => {
    let pid = 0
    await withProcess((alive) => {
      pid = alive
      writeFileSync(lock(), String(pid))
      expect(() => openDataFolder(path)).toThrow(new RegExp(`process ${pid};`))
      expect(readFileSync(lock(), 'utf8')).toBe(String(pid))
    })
    expect(lockOwner(path)).toBeUndefined()
    openDataFolder(path).release()
  })

  test.each([
    ['an earlier process that had our pid, as in a container', `${process.pid} another-process 1`],
    ['our pid and nothing else', String(process.pid)],
    ['nobody', ''],
    ['no number', 'nonsense'],
    ['a number that is no pid', '-1'],
  ])('of %s is taken over', (_, text) => {
    writeFileSync(lock(), text)
    expect(lockOwner(path)).toBeUndefined()
    const folder = openDataFolder(path)
    expect(lockOwner(path)).toBe(process.pid)
    folder.release()
  })

  test.runIf(process.platform === 'linux')('of a process whose pid another one has now is taken over', async () => {
    await withProcess((pid) => {
      writeFileSync(lock(), `${pid} earlier 1`)
      expect(lockOwner(path)).toBeUndefined()
      openDataFolder(path).release()
    })
  })

  test('that became another’s is not given back', () => {
    const folder = openDataFolder(path)
    writeFileSync(lock(), 'another')
    folder.release()
    expect(readFileSync(lock(), 'utf8')).toBe('another')
  })
})

test('where the hub listens is told while it owns the folder', () => {
  expect(runningHub(path)).toBeUndefined()
  const folder = openDataFolder(path)
  folder.announce('http://127.0.0.1:4600')
  expect(runningHub(path)).toEqual({ address: 'http://127.0.0.1:4600', pid: process.pid })
  folder.release()
  expect(runningHub(path)).toBeUndefined()
  writeFileSync(join(path, 'hub.json'), '{"address":"http://127.0.0.1:1","pid":1}')
  expect(runningHub(path)).toBeUndefined()
})

test('the local key is made once, long, and for its owner only', () => {
  const key = localKey(path)
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect(localKey(path)).toBe(key)
  expect(mode('local.key')).toBe(0o600)
  chmodSync(join(path, 'local.key'), 0o644)
  expect(localKey(path)).toBe(key)
  expect(mode('local.key')).toBe(0o600)
  writeFileSync(join(path, 'local.key'), 'short')
  chmodSync(join(path, 'local.key'), 0o666)
  expect(localKey(path)).toHaveLength(64)
  expect(mode('local.key')).toBe(0o600)
})
