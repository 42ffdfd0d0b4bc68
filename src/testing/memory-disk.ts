import { existsSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'

/**
 * Temporary files of this process and its children lie in memory where that is large enough, and what they compile is kept. A process that is killed leaves what it wrote to the system, so memory serves for a disk and spares
 * every COMMIT its wait. What a power cut leaves is not played so. Answers the folder of before, for what should be kept.
 */
export function writeToMemory(): string {
  const keptIn = tmpdir()
  process.env.NODE_COMPILE_CACHE ??= join(keptIn, 'node-compile-cache')
  if (existsSync(memory) && statfsSync(memory).bavail * statfsSync(memory).bsize > 4e9) process.env.TMPDIR = memory
  return keptIn
}
