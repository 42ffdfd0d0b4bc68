import type { Announcement } from '../connector/announce.ts'
import type { Clock } from '../model/clock.ts'
import { sha256 } from '../model/id.ts'
import type { Log } from '../model/log.ts'
import { announcementsSince, countOtherAnnouncements, forgetAnnouncements, saveAnnouncement } from '../store/announcement.ts'
import type { Database } from '../store/database.ts'
import type { AnnouncementTable } from '../store/tables.ts'
import type { Condition } from './alarms.ts'

const day = 86_400_000
/** What no answer says any more for so long is over: the connector asks for something newer by then. */
const overMs = 7 * day
/** Kept of one connection; beyond them nothing new is, until some are over. */
const most = 100

/** Hears what partners say of the end of their APIs. */
export interface Hearing {
  heard(connection: string, told: Announcement, call: string): void
  /** all that was heard is written down */
  settled(): Promise<void>
}

/** One row for each thing that is said, written when it is first heard by this process, and once a day from then on: an answer waits for none of it. */
export function openHearing({
  database,
  tenant,
  log,
  clock,
}: {
  readonly database: Database
  readonly tenant: string
  readonly log: Log
  readonly clock: Pick<Clock, 'now'>
}): Hearing {
  const known = new Map<string, number>()
  const writing = new Set<Promise<void>>()
  const write = async (connection: string, told: Announcement, call: string, hash: string): Promise<void> => {
    const now = await database.now()
    await database.write(async (tx) => {
      await forgetAnnouncements(tx, tenant, connection, now - overMs)
      if ((await countOtherAnnouncements(tx, tenant, connection, hash)) >= most) return
      const { kind, at, link, words } = told
      await saveAnnouncement(tx, { tenant, connection, hash, kind, at, link, words, told_by: call, first_at: now, seen_at: now })
    })
  }
  return {
    heard(connection, told, call) {
      const hash = sha256(told.kind, String(told.at), told.link ?? '', told.words ?? '')
      const name = `${connection}\0${hash}`
      const now = clock.now()
      if (now - (known.get(name) ?? Number.NEGATIVE_INFINITY) < day) return
      if (known.size >= most * most) known.clear()
      known.set(name, now)
      const written = write(connection, told, call, hash).catch((error: unknown) => {
        known.delete(name)
        log.debug({ connection, error }, 'what a partner announces could not be written down')
      })
      writing.add(written)
      void written.finally(() => writing.delete(written))
    },
    settled: async () => {
      await Promise.all(writing)
    },
  }
}

/** What partners announce now. */
export const announcedNow = (database: Database, tenant: string, now: number): Promise<AnnouncementTable[]> =>
  announcementsSince(database.read, tenant, now - overMs)

/** `ends on 2026-12-31T00:00:00.000Z (https://…)` */
export function announcementText({ kind, at, link, words }: AnnouncementTable): string {
  const date = at === null ? '' : ` ${new Date(at).toISOString()}`
  const what =
    kind === 'sunset'
      ? `what is asked for ends${date}`
      : kind === 'version'
        ? `the version asked for has ended: ${words ?? ''}`
        : `what is asked for is deprecated${date}${words === null ? '' : `: ${words}`}`
  return `${what}${link === null ? '' : ` (${link})`}`
}

/** One alarm for a connection, about what comes first. */
export function announcedConditions(rows: readonly AnnouncementTable[]): readonly Condition[] {
  const first = new Map<string, AnnouncementTable[]>()
  for (const row of rows) first.set(row.connection, [...(first.get(row.connection) ?? []), row])
  return [...first].flatMap(([connection, [row, ...others]]): readonly Condition[] =>
    row === undefined
      ? []
      : [
          {
            subject: `sunset/${connection}`,
            kind: 'sunset',
            connection,
            message: `${connection}: ${announcementText(row)}, said by ${row.told_by}${others.length === 0 ? '' : `, and ${others.length} more`}; the connector has to ask for what comes after it`,
            detail: {
              announcements: [row, ...others].map(({ kind, at, link, words, told_by }) => ({
                kind,
                at: at === null ? null : new Date(at).toISOString(),
                link,
                words,
                call: told_by,
              })),
            },
          },
        ],
  )
}
