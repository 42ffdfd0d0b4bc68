import { flushCompileCache } from 'node:module'
import { setAhead } from './clock.ts'

/** `node --import …/clock-preload.ts`: the hub of the month, so many milliseconds ahead as MONTH_AHEAD_MS says. The product has no switch for it. */
setAhead(Number(process.env.MONTH_AHEAD_MS ?? 0))

const sinceStartMs = 10_000
// what was compiled is kept at the end of a process, which this one does not see: it is killed
setTimeout(flushCompileCache, sinceStartMs).unref()
