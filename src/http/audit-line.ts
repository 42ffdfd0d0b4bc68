import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { type AuditLine, writeAudit } from '../store/audit.ts'
import type { Tx } from '../store/database.ts'
import type { Answer, Call, Route } from './route.ts'

/** What the audit says of what a route did; undefined where it says nothing. A dry run did nothing. */
export function auditLine({ audit, path }: Route, call: Call, answer: Answer): AuditLine | undefined {
  const asked = objectOf(call.body)
  if (audit === undefined || asked.dryRun === true || objectOf(call.query).dryRun === true) return undefined
  if (audit.unless !== undefined && asked[audit.unless[0]] === audit.unless[1]) return undefined
  const ofConnection = path.startsWith('/v1/connections/')
  const { name, stream, ...rest } = objectOf(call.params)
  const detail: JsonObject = {
    ...(ofConnection || name === undefined ? {} : { name }),
    ...rest,
    ...picked(asked, audit.asked),
    ...picked(objectOf(answer.body), audit.answered),
  }
  const connection = ofConnection ? name : detail.connection
  const { hub, who, now } = call
  return {
    tenant: hub.tenant,
    id: hub.newId(),
    at: now,
    who: who.id,
    act: audit.act,
    ...(typeof connection === 'string' ? { connection } : {}),
    ...(typeof stream === 'string' ? { stream } : {}),
    ...(Object.keys(detail).length === 0 ? {} : { detail }),
  }
}

/** Writes down what a route did, in the transaction that does it; of routes that open their own, after them. */
export async function auditEffect(tx: Tx, route: Route, call: Call, answer: Answer): Promise<void> {
  const line = auditLine(route, call, answer)
  if (line !== undefined) await writeAudit(tx, line)
}

/** Bodies and parameters were checked as JSON before. */
const objectOf = (value: unknown): JsonObject => (isObject(value as Json | undefined) ? (value as JsonObject) : {})

const picked = (from: JsonObject, names: readonly string[] = []): JsonObject =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])))
