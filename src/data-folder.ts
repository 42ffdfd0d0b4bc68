import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

/** The folder one hub process owns: database, lock, local key. */
export interface DataFolder {
  readonly path: string
  readonly databaseFile: string
  /** writes where the hub listens, for the command line of this machine */
  announce(address: string): void
  release(): void
}

/** Another process owns the folder. */
export class FolderLockedError extends Error {
  override readonly name = 'FolderLockedError'
  readonly pid: number

  constructor(path: string, pid: number) {
    super(`the data folder ${path} belongs to the running process ${pid}; stop it with \`crossdock stop\`, or name another folder with --data`)
    this.pid = pid
  }
}

/**
 * Takes the folder for this process. The lock names the owner's pid; a lock of a process that is gone is taken over.
 * @throws FolderLockedError when the owner runs
 */
export function openDataFolder(path: string): DataFolder {
  mkdirSync(path, { recursive: true })
  const lock = join(path, 'lock')
  for (;;) {
    try {
      const file = openSync(lock, 'wx', 0o600)
      writeFileSync(file, String(process.pid))
      closeSync(file)
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const owner = lockOwner(path)
      if (owner !== undefined && owner !== process.pid) throw new FolderLockedError(path, owner)
      rmSync(lock, { force: true })
    }
  }
  return {
    path,
    databaseFile: join(path, 'crossdock.db'),
    announce: (address) => writeFileSync(join(path, 'hub.json'), JSON.stringify({ address, pid: process.pid }), { mode: 0o600 }),
    release: () => {
      rmSync(join(path, 'hub.json'), { force: true })
      rmSync(lock, { force: true })
    },
  }
}

/** Pid of the living owner of a data folder. */
export function lockOwner(path: string): number | undefined {
  const pid = Number(readText(join(path, 'lock')))
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined
}

/** Where the hub of this folder listens, when one runs. */
export function runningHub(path: string): { readonly address: string; readonly pid: number } | undefined {
  const text = readText(join(path, 'hub.json'))
  if (text === undefined || lockOwner(path) === undefined) return undefined
  return JSON.parse(text) as { address: string; pid: number }
}

/** The key that lets this machine's command line in: made at first use, readable by its owner only. */
export function localKey(path: string): string {
  const file = join(path, 'local.key')
  const found = readText(file)
  if (found !== undefined && found.length >= 40) return found
  mkdirSync(path, { recursive: true })
  const key = randomBytes(32).toString('hex')
  writeFileSync(file, key, { mode: 0o600 })
  return key
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
