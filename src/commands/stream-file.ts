import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import type { ItemMap } from '../mapping/stream.ts'
import { type ItemReport, runStream, type StreamCount, type StreamSink } from '../mapping/stream-run.ts'
import type { Json } from '../model/json.ts'
import type { Slice } from '../model/slice.ts'
import { openSlicer } from '../model/slicer.ts'
import { CommandError, exitCode, usage } from './exit-code.ts'
import type { Shell } from './shell.ts'

export interface StreamJob {
  readonly shape: 'list' | 'any'
  readonly path: readonly string[]
  readonly map: ItemMap
  /** file for the results; else they go to standard output */
  readonly out?: string
  readonly json: boolean
}

const chunkBytes = 65_536

/**
 * Maps a file item by item. Results: one JSON value a line, to `out` or standard output. What is told of items, and the count at the end, goes to
 * standard error; with `json` everything that goes to standard output says which item it is of: `{item, from, to, value}`, `{item, from, to, errors, notes}`,
 * and the count last.
 * @throws CommandError when the file cannot be read or `out` not be written
 */
export async function streamFile(shell: Shell, file: string, job: StreamJob): Promise<StreamCount> {
  const handle = await openFile(shell, file)
  try {
    const results = await openResults(shell, file, job)
    const sink: StreamSink = { written: results.write, reported: (report) => tell(shell, report, job.json) }
    const count = await runStream(chunksOf(handle), openSlicer(job), job.map, sink)
    await results.end()
    tellCount(shell, count, job.json)
    return count
  } finally {
    await handle.close()
  }
}

/** One buffer for all chunks: the slicer keeps a copy of what it needs. */
export async function* chunksOf(handle: FileHandle): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes)
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, chunkBytes)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

async function openFile(shell: Shell, file: string): Promise<FileHandle> {
  try {
    return await open(resolve(shell.folder, file))
  } catch {
    throw new CommandError(exitCode.notFound, 'no-file', shell.say('file.unreadable', { file }))
  }
}

interface Results {
  readonly write: StreamSink['written']
  readonly end: () => Promise<void>
}

async function openResults(shell: Shell, file: string, { out, json }: StreamJob): Promise<Results> {
  if (out === undefined)
    return {
      write: async (values, slices) => shell.out(json ? linesOf(values.map((value, i) => itemLine(value, slices[i]))) : linesOf(values)),
      end: async () => {},
    }
  const target = resolve(shell.folder, out)
  const [input, there] = await Promise.all([stat(resolve(shell.folder, file)), stat(target).catch(() => undefined)])
  if (there !== undefined && there.ino === input.ino && there.dev === input.dev) throw usage(shell.say('map.streamSame', { file }))
  const stream = createWriteStream(target)
  try {
    await once(stream, 'open')
  } catch (error) {
    throw usage(shell.say('map.streamUnwritable', { file: out, why: error instanceof Error ? error.message : '' }))
  }
  return {
    write: async (values) => {
      if (!stream.write(linesOf(values))) await once(stream, 'drain')
    },
    end: async () => {
      stream.end()
      await finished(stream)
    },
  }
}

const linesOf = (values: readonly Json[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')

const itemLine = (value: Json, slice: Slice | undefined): Json => ({ item: slice?.index, from: slice?.from, to: slice?.to, value })

function tell(shell: Shell, report: ItemReport, json: boolean): void {
  if (json) {
    shell.out(`${JSON.stringify(report)}\n`)
    return
  }
  const { item, from, to } = report
  const errors = report.errors.map((error) =>
    'rule' in error
      ? shell.say('map.error', { code: error.code, to: error.to, rule: error.rule, found: error.found ?? '-', expected: error.expected })
      : `${error.code}: ${error.expected}`,
  )
  for (const what of [...errors, ...report.notes.map((note) => `${note.code} ${note.to}: ${note.message}`)])
    shell.note(`${shell.say('map.streamItem', { item, from, to, what })}\n`)
}

function tellCount(shell: Shell, count: StreamCount, json: boolean): void {
  if (json) {
    shell.out(`${JSON.stringify(count)}\n`)
    return
  }
  const { stopped, ...numbers } = count
  if (stopped !== undefined) shell.note(`${shell.say('map.streamStopped', { why: stopped })}\n`)
  shell.note(`${shell.say('map.streamCount', numbers)}\n`)
}
