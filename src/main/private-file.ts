import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { reject } from '../model/errors.ts'

const mostBytes = 4096

/**
 * Text of a file that holds a key; undefined: there is none.
 * @throws HubError `open-key-file` (reject) when others than its owner may read or change it, `bad-key-file` (reject) when it is no small regular file or cannot be read
 */
export function readPrivate(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (!found.isFile() || found.size > mostBytes)
    throw reject('bad-key-file', `${file} is no file with a key: it must be a text of up to ${mostBytes} bytes`)
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0)
    throw reject(
      'open-key-file',
      `${file} can be read by others (mode ${(found.mode & 0o777).toString(8)}): it holds a key, so run \`chmod 600 ${file}\`, and make a new key if others had access`,
    )
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw reject('bad-key-file', `${file} cannot be read by this user`, { cause })
  }
}

/** Writes a file that only its owner may read, whole or not at all. false: there was one already, and it is kept. */
export function writePrivate(file: string, text: string, how: 'first' | 'replace'): boolean {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${randomUUID()}`
  const handle = openSync(draft, 'wx', 0o600)
  try {
    writeSync(handle, `${text}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  try {
    if (how === 'replace') renameSync(draft, file)
    else linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(draft, { force: true })
  }
}
