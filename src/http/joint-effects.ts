import { type AuditLine, writeAudits } from '../store/audit.ts'
import type { Tx } from '../store/database.ts'
import { keepAnswers } from '../store/idempotency.ts'
import { doneOrRefused, jointWrites, type Outcome } from '../store/joint-writes.ts'
import type { IdempotencyTable } from '../store/tables-access.ts'
import { auditLine } from './audit-line.ts'
import { type KeptAnswer, keptBefore, type Once, onceName } from './idempotency.ts'
import type { HttpLimits } from './options.ts'
import type { Answer, Call, Route } from './route.ts'

/** A call that was let in and checked, with its Idempotency-Key where it has one. */
interface Asked {
  readonly call: Call
  readonly once: Once | undefined
}

/** An answer with what is to be done when it is sure. */
export type JointAnswer = KeptAnswer & { readonly after?: () => void }

export type JointEffects = (route: Route, asked: Asked) => Promise<JointAnswer>

/**
 * Calls of a route with `effects` that come at the same moment share one transaction, whoever makes them; each has its own line of the audit and its own Idempotency-Key. One door for each route and tenant.
 */
export function jointEffects(limits: HttpLimits, textOf: (route: Route, answer: Answer) => Omit<KeptAnswer, 'replayed'>): JointEffects {
  const doors = new Map<string, (asked: Asked) => Promise<JointAnswer>>()

  const carryOut = async (route: Route, tx: Tx, asks: readonly Asked[]): Promise<readonly Outcome<JointAnswer>[]> => {
    const onces = asks.flatMap(({ once }) => once ?? [])
    const before = onces.length === 0 ? new Map<string, Outcome<KeptAnswer>>() : await keptBefore(tx, onces, limits)
    const known = asks.map(({ once }) => once && before.get(onceName(once)))
    const fresh = asks.filter((_, place) => known[place] === undefined)
    const calls = fresh.map(({ call }) => call)
    const [first] = calls
    const made = first === undefined ? [] : await route.effects?.(tx, first.hub, calls)
    const lines: AuditLine[] = []
    const rows: IdempotencyTable[] = []
    const outcomes = fresh.map(({ call, once }, place): Outcome<JointAnswer> => {
      const answer = doneOrRefused(made?.[place])
      if ('refused' in answer) return answer
      const text = textOf(route, answer.done)
      const line = auditLine(route, call, answer.done)
      if (line !== undefined) lines.push(line)
      if (once !== undefined) rows.push({ ...once, ...text })
      const { after } = answer.done
      return { done: { ...text, replayed: false, ...(after === undefined ? {} : { after }) } }
    })
    await writeAudits(tx, lines)
    await keepAnswers(tx, rows)
    const rest = outcomes.values()
    return known.map((answer) => answer ?? doneOrRefused(rest.next().value))
  }

  return (route, asked) => {
    const { tenant, database } = asked.call.hub
    const name = `${tenant} ${route.id}`
    const door =
      doors.get(name) ??
      jointWrites<Asked, JointAnswer>(database.write, (tx, asks) => carryOut(route, tx, asks), {
        name: ({ once }) => once && onceName(once),
        weight: ({ call }) => route.weight?.(call) ?? 1,
      })
    doors.set(name, door)
    return door(asked)
  }
}
