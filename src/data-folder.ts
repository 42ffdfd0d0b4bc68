import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, constants, copyFileSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder one hub owns: database, lock, local key. */
export interface DataFolder {
  readonly path: string
  readonly databaseFile: string
  /** writes where the hub listens, for the command line of this machine */
  announce(address: string): void
  release(): void
}

/** Somebody else owns the folder. */
export class FolderLockedError extends Error {
  override readonly name = 'FolderLockedError'
  readonly pid: number

  constructor(path: string, pid: number) {
    super(
      `the data folder ${path} belongs to the running process ${pid}; stop it with \`crossdock stop\`, or name another folder with --data`,
    )
    this.pid = pid
  }
}

/** Tells this process from an earlier one with its pid: in a container every start has the same. */
const thisProcess = randomUUID()

/**
 * Takes the folder. The lock names its owner: pid, a name of that very process, and when the system started it where it says so; a lock of a process that is gone is
 * taken over. It appears with its content in one step, so that nobody reads half of it.
 * @throws FolderLockedError when the owner runs, this process included
 */
export function openDataFolder(path: string): DataFolder {
  mkdirSync(path, { recursive: true })
  const lock = join(path, 'lock')
  const mine = `${process.pid} ${thisProcess} ${birthOf(process.pid) ?? ''}`.trim()
  const draft = join(path, `lock.${randomUUID()}`)
  writeFileSync(draft, mine, { mode: 0o600 })
  try {
    while (!linked(draft, lock)) {
      const seen = readText(lock)
      const owner = seen === undefined ? undefined : ownerOf(seen)
      if (owner !== undefined) throw new FolderLockedError(path, owner)
      if (seen !== undefined) removeStale(lock, seen)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  return {
    path,
    databaseFile: join(path, 'crossdock.db'),
    announce: (address) => writeFileSync(join(path, 'hub.json'), JSON.stringify({ address, pid: process.pid }), { mode: 0o600 }),
    release: () => {
      if (readText(lock) !== mine) return
      rmSync(join(path, 'hub.json'), { force: true })
      rmSync(lock, { force: true })
    },
  }
}

/** Pid of the living owner of a data folder. */
export function lockOwner(path: string): number | undefined {
  const text = readText(join(path, 'lock'))
  return text === undefined ? undefined : ownerOf(text)
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
  if (found !== undefined && found.length >= 40) {
    if (statSync(file).mode & 0o077) chmodSync(file, 0o600)
    return found
  }
  mkdirSync(path, { recursive: true })
  const key = randomBytes(32).toString('hex')
  rmSync(file, { force: true })
  writeFileSync(file, key, { mode: 0o600 })
  return key
}

/** Pid of a lock's owner while that very process lives: another one may have got its pid since. */
function ownerOf(text: string): number | undefined {
  const [digits, name, birth] = text.split(' ')
  const pid = Number(digits)
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  if (pid === process.pid) return name === thisProcess ? pid : undefined
  if (!isAlive(pid)) return undefined
  const now = birth === undefined ? undefined : birthOf(pid)
  return now === undefined || now === birth ? pid : undefined
}

/** False: it is there already. File systems without hard links get a copy, which is not there in one step but never twice. */
function linked(from: string, to: string): boolean {
  for (const make of [() => linkSync(from, to), () => copyFileSync(from, to, constants.COPYFILE_EXCL)])
    try {
      make()
      return true
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') return false
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
    }
  throw new Error(`the lock ${to} cannot be written: the file system refuses; name another folder with --data`)
}

/** Takes the lock that was read away, and puts it back when it meanwhile became another's. */
function removeStale(lock: string, seen: string): void {
  const aside = `${lock}.${randomUUID()}`
  try {
    renameSync(lock, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (readText(aside) !== seen) linked(aside, lock)
  rmSync(aside, { force: true })
}

/** When the system started a process, in its own ticks since boot; undefined where there is no /proc. */
function birthOf(pid: number): string | undefined {
  return readText(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')[19]
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
