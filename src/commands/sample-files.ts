import { readFile, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { maxSampleText, recordsOf } from '../mapping/suggest/samples.ts'
import type { JsonObject } from '../model/json.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import type { Shell } from './shell.ts'

/** The records of sample files. Files that are too large together are refused before they are read. */
export async function readSamples(shell: Shell, files: readonly string[], at: string | undefined): Promise<readonly JsonObject[]> {
  let size = 0
  for (const file of files) {
    const found = await stat(resolve(shell.folder, file)).catch(() => undefined)
    if (found === undefined || !found.isFile()) throw new CommandError(exitCode.notFound, 'no-file', shell.say('file.unreadable', { file }))
    size += found.size
  }
  // a letter takes at most four bytes; what is left between the two limits is measured when it is read
  if (size > maxSampleText * 4) throw usage(shell.say('sample.large', { megabytes: maxSampleText / 1024 / 1024 }))
  const samples = await Promise.all(files.map(async (file) => ({ file, text: await readFile(resolve(shell.folder, file), 'utf8') })))
  return recordsOf(samples, at)
}

/** Writes a file that must not be there yet: what a person has finished is never written over by a draft. */
export async function writeNew(shell: Shell, file: string, text: string): Promise<void> {
  try {
    await writeFile(resolve(shell.folder, file), text, { flag: 'wx' })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw usage(shell.say('sample.exists', { file }))
    throw usage(shell.say('map.streamUnwritable', { file, why }))
  }
}
