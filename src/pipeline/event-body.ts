import { moveOf } from '../ledger/event-catalogue.ts'
import { eventOf } from '../ledger/event-filter.ts'
import { subjectOf } from '../ledger/write-journal.ts'
import { openDocument } from '../mapping/redact-document.ts'
import { differences } from '../model/difference.ts'
import { at, isObject, type Json, type JsonObject } from '../model/json.ts'
import { documentsByKey, versionsOf } from '../store/document.ts'
import type { Reader } from '../store/in-list.ts'
import type { DocumentTable, EventSubscriptionTable, JournalTable } from '../store/tables.ts'
import type { Catalogue } from './context.ts'

/** An event as CloudEvents 1.0 has it (JSON format, structured): the same id for the same event for ever. */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: JsonObject
}

export const cloudEventType = 'application/cloudevents+json; charset=utf-8'

const mostChanges = 50
/** Longer values are named without being shown: the body has them. */
const longestValue = 1000
const longestBody = 256 * 1024

export interface Rendering {
  readonly read: Reader
  readonly tenant: string
  readonly catalogue: Pick<Catalogue, 'schemas'>
  readonly content: EventSubscriptionTable['content']
}

/**
 * What a receiver gets of a line of the journal; undefined: the line is no event. A line of a version has the document of that version with what changed in it; one of something derived has its
 * figures before and after, and the head of the document as it is now.
 */
export async function cloudEventOf(rendering: Rendering, line: JournalTable): Promise<CloudEvent | undefined> {
  const event = eventOf(line)
  if (event === undefined) return undefined
  return {
    specversion: '1.0',
    id: line.id,
    source: `urn:crossdock:${rendering.tenant}`,
    type: event.type,
    subject: subjectOf(line),
    time: new Date(line.at).toISOString(),
    datacontenttype: 'application/json',
    data: { ...(await dataOf(rendering, line)), baseline: event.baseline },
  }
}

async function dataOf(rendering: Rendering, line: JournalTable): Promise<JsonObject> {
  const { read, tenant } = rendering
  const { type, key, envelope, actor } = line
  const { before, after, detail } = moveOf(line)
  const rest = Object.fromEntries(Object.entries(detail).filter(([name]) => !shownApart.has(name)))
  const [current] = await documentsByKey(read, tenant, type, [key])
  const versions = ofVersion.has(line.kind) ? await versionsOfLine(rendering, line) : undefined
  return {
    document: { ...headOf(line, current), ...(versions === undefined ? {} : statedIn(versions.now)) },
    ...(Object.keys(before).length > 0 ? { before } : {}),
    ...(Object.keys(after).length > 0 ? { after } : {}),
    ...(versions === undefined ? {} : versionData(rendering, type, versions)),
    ...(Object.keys(rest).length > 0 ? { detail: rest } : {}),
    cause: { envelope, actor },
  }
}

/** Kinds of lines that stand for a version of a document. */
const ofVersion: ReadonlySet<string> = new Set(['created', 'changed', 'deleted', 'revived'])
const shownApart: ReadonlySet<string> = new Set(['before', 'after', 'baseline'])

function headOf({ type, key, version }: JournalTable, current: DocumentTable | undefined): JsonObject {
  if (current === undefined) return { type, key }
  const { origin, number, status, business_date, deleted } = current
  return { type, key, version: version ?? current.version, origin, number, status, businessDate: business_date, deleted: deleted === 1 }
}

const statedIn = ({ number, status, deleted }: JsonObject): JsonObject => ({
  number: number ?? null,
  status: status ?? null,
  deleted: deleted === true,
})

interface Versions {
  readonly then: JsonObject | undefined
  readonly now: JsonObject
}

async function versionsOfLine({ read, tenant }: Rendering, { type, key, version }: JournalTable): Promise<Versions | undefined> {
  if (version === null) return undefined
  const rows = await versionsOf(read, tenant, type, key, version - 2, 2)
  const bodyOf = (wanted: number): JsonObject | undefined => {
    const row = rows.find((one) => one.version === wanted)
    const body: Json = row === undefined ? null : (JSON.parse(row.body) as Json)
    return isObject(body) ? body : undefined
  }
  const now = bodyOf(version)
  return now === undefined ? undefined : { now, then: bodyOf(version - 1) }
}

function versionData({ content, catalogue }: Rendering, type: string, { then, now }: Versions): JsonObject {
  const show = (body: JsonObject) => (content === 'full' ? body : openDocument(type, body, catalogue.schemas))
  const shown = show(now)
  if (shown === undefined) return { bodyHidden: true }
  return {
    ...(then === undefined ? {} : changesOf(then, now, show(then) ?? {}, shown)),
    ...(JSON.stringify(shown).length > longestBody ? { bodyTooLong: true } : { body: shown }),
  }
}

/** Fields that differ, in the words a receiver may see: a hidden one is named, with `***` before and after. */
function changesOf(then: JsonObject, now: JsonObject, shownThen: JsonObject, shownNow: JsonObject): JsonObject {
  const found = differences(then, now, mostChanges + 1)
  const changes = found.slice(0, mostChanges).map(({ path }): JsonObject => {
    const [before, after] = [at(shownThen, path) ?? null, at(shownNow, path) ?? null]
    const long = JSON.stringify(before).length > longestValue || JSON.stringify(after).length > longestValue
    return long ? { path } : { path, before, after }
  })
  return { changes, ...(found.length > mostChanges ? { moreChanges: true } : {}) }
}
