import type { PageRead } from '../connector/access.ts'
import type { Connector } from '../connector/types.ts'
import { versionOf } from '../connector/version.ts'
import type { Tx } from '../store/database.ts'
import { goneHash, presentKeys } from '../store/record.ts'
import type { Draft } from './drafts.ts'

/** The members that a complete read of a snapshot stream has to show, and what it means that some are missing. */
export interface Scope {
  saw(page: PageRead): void
  /**
   * At the end of a complete read: drafts that make the missing members zero. None, and a reason, when so many are missing that the read itself is in doubt (blast guard).
   */
  end(
    tx: Tx,
    tenant: string,
    connection: string,
    acceptShrink: boolean,
  ): Promise<{
    readonly drafts: readonly Pick<Draft, 'record' | 'authoritative'>[]
    readonly refused?: string
    readonly held?: HeldMembers
  }>
}

/** Members that would become zero, and how many the scope has. */
export interface HeldMembers {
  readonly gone: readonly string[]
  readonly total: number
}

const maxMembers = 500_000
/** Fewer members than this may all go at once. */
const smallScope = 10
/** Part of the members that may be missing, in percent. */
export const mostMissingPercent = 50

/** undefined for a stream that is read by cursor, or has no snapshot part: what it does not show is not gone. */
export function openScope(connector: Connector, name: string): Scope | undefined {
  const stream = connector.streams[name]
  if (stream === undefined || stream.cursor !== null || !stream.parts.some((part) => 'mode' in part && part.mode === 'snapshot'))
    return undefined
  const seen = new Set<string>()
  let asOf = Number.POSITIVE_INFINITY
  return {
    saw(page) {
      asOf = Math.min(asOf, page.asOf)
      for (const { stream: of, key } of page.records) if (of === name) seen.add(key)
    },
    async end(tx, tenant, connection, acceptShrink) {
      const known = await presentKeys(tx, tenant, connection, name, maxMembers)
      const missing = known.filter((key) => !seen.has(key))
      if (!acceptShrink && known.length >= smallScope && missing.length * 100 > known.length * mostMissingPercent)
        return {
          drafts: [],
          held: { gone: missing, total: known.length },
          refused: `snapshot-shrunk: ${missing.length} of ${known.length} members of ${connection} ${name} are missing from a complete read; nothing was set to zero. Look at the source, then release the plan: crossdock plans list --state held`,
        }
      const version = stream.version.kind === 'read' ? versionOf(stream.version, null, asOf) : null
      return {
        drafts: missing.map((key) => ({
          authoritative: true,
          record: { stream: name, key, version, op: 'delete', slices: [], bodyHash: goneHash, laneKey: key },
        })),
      }
    },
  }
}
