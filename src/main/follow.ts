import type { Context } from '../pipeline/context.ts'
import { currentRevision } from '../store/revision.ts'

/** How often a process looks whether another one made a new revision current. */
const everyMs = 5000

/** Reloads this process when another that shares the database runs on a revision of other files. */
export function followRevision(
  { database, tenant, log, catalogue }: Pick<Context, 'database' | 'tenant' | 'log' | 'catalogue'>,
  reload: () => Promise<unknown>,
): { close(): void } {
  let seen: string | undefined
  const look = async () => {
    const current = await currentRevision(database.read, tenant)
    if (current === undefined || current === catalogue().revision || current === seen) return
    // asked once for each: a process whose files are older stays on them
    seen = current
    await reload()
  }
  const timer = setInterval(
    () => void look().catch((error: unknown) => log.warn({ error }, 'the current revision could not be read')),
    everyMs,
  )
  timer.unref()
  return { close: () => clearInterval(timer) }
}
