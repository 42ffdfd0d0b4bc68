import { contentOf } from '../ledger/body.ts'
import { sha256 } from '../model/id.ts'
import { isObject, parseJson } from '../model/json.ts'
import { documentsByKey } from '../store/document.ts'
import { deliveredLinks, type External, externalName, linksOf } from '../store/link.ts'
import { goneHash, recordName, recordsAfter } from '../store/record.ts'
import type { DocumentTable, LinkTable, RecordTable } from '../store/tables.ts'
import { partsOf } from './map-record.ts'
import { type Comparison, isInRange } from './reconcile-page.ts'
import { note } from './reconcile-report.ts'
import { figuresOf } from './reconcile-tally.ts'

const batch = 500
/** Records that are missing and asked for by their key, to be sure. */
const maxAsked = 500

interface Missing extends External {
  readonly stream: string
  readonly recordKey: string
}

/** What is here and was not shown there. Answers the keys of the stream's own records among it, and how many of them the ledger holds. */
export async function findMissing(
  comparison: Comparison,
  began: number,
  signal: AbortSignal,
): Promise<{ readonly gone: readonly string[]; readonly held: number }> {
  const { context, setup, ask } = comparison
  const { database, tenant } = context
  const stream = setup.connector.streams[ask.stream]
  const gone = new Set<string>()
  const told = new Set<string>()
  const asked = { left: stream?.byKey === undefined ? 0 : maxAsked }
  let held = 0
  for (const name of [
    ask.stream,
    ...(stream?.children ?? []).flatMap((child) => (child.as.kind === 'records' ? [`${ask.stream}/${child.name}`] : [])),
  ]) {
    for (let after = ''; ; ) {
      const rows = await recordsAfter(database.read, tenant, setup.name, name, after, batch)
      const present = rows.filter((row) => row.body_hash !== goneHash)
      if (name === ask.stream) held += present.length
      const unseen = present.filter((row) => row.at <= began && !comparison.seen.has(recordName(setup.name, name, row.key)))
      const wanted = unseen.flatMap((row) => ownExternals(comparison, row))
      for (const key of await tell(comparison, wanted, told, asked, signal)) if (name === ask.stream) gone.add(key)
      const last = rows.at(-1)
      if (last === undefined || rows.length < batch) break
      after = last.key
    }
  }
  if (stream?.hubRef !== undefined)
    for (let after = ''; ; ) {
      const type = stream.hubRef.document
      const links = await deliveredLinks(database.read, tenant, type, setup.name, after, batch)
      const unseen = links.filter((row) => row.at <= began && !comparison.seen.has(recordName(setup.name, ask.stream, row.external_key)))
      const wanted = unseen.map((row) => ({
        type,
        connection: setup.name,
        externalKey: row.external_key,
        stream: ask.stream,
        recordKey: row.external_key,
      }))
      await tell(comparison, wanted, told, asked, signal)
      const last = links.at(-1)
      if (last === undefined || links.length < batch) break
      after = last.external_key
    }
  return { gone: [...gone], held }
}

/** The documents that the record itself is; parts with a key of their own are facts that stay. */
function ownExternals({ context, setup }: Comparison, row: RecordTable): readonly Missing[] {
  const parts = partsOf(setup, row.stream)?.parts ?? []
  return parts.flatMap((part) => {
    if ('link' in part || (part.key !== undefined && parts.length > 1)) return []
    const externalKey = part.key === undefined ? row.key : context.compiled.template(part.key)({ key: row.key })
    return externalKey === undefined
      ? []
      : [{ type: part.document, connection: setup.name, externalKey, stream: row.stream, recordKey: row.key }]
  })
}

/** Tells of the documents behind these records that lie in the range; answers the keys of their records. */
async function tell(
  comparison: Comparison,
  wanted: readonly Missing[],
  told: Set<string>,
  asked: { left: number },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { context, setup, tally, findings, ask } = comparison
  const { database, tenant } = context
  const links = new Map((await linksOf(database.read, tenant, wanted)).map((row) => [linkName(row), row]))
  const documents = new Map<string, DocumentTable>()
  for (const [type, group] of Map.groupBy(links.values(), (row) => row.type))
    for (const row of await documentsByKey(
      database.read,
      tenant,
      type,
      group.map(({ key }) => key),
    ))
      documents.set(`${type}\0${row.key}`, row)
  const keys: string[] = []
  for (const one of wanted) {
    const name = externalName(one)
    const link = links.get(name)
    const document = link && documents.get(`${link.type}\0${link.key}`)
    if (document === undefined || document.deleted === 1 || told.has(name)) continue
    const day = document.business_date ?? ''
    if (!isInRange(ask, day)) continue
    const sure = asked.left > 0 && !one.stream.includes('/')
    if (sure && (await isThere(comparison, one, signal))) continue
    if (sure) asked.left--
    told.add(name)
    const body = parseJson(document.body)
    const own = document.origin === setup.name && isObject(body)
    const figures = own ? figuresOf(body) : []
    tally.add('here', { type: one.type, day, key: one.externalKey, hash: own ? sha256(contentOf(one.type, body)) : '', figures })
    note(findings, {
      kind: 'missing-there',
      type: one.type,
      day,
      externalKey: one.externalKey,
      key: document.key,
      byItself: false,
      detail: sure ? 'the partner was asked for it by its key and does not have it' : null,
      changes: [],
      heal: ask.heal === 'pull' && own && one.stream === ask.stream ? 'deleted' : null,
    })
    if (own) keys.push(one.recordKey)
  }
  return keys
}

const linkName = (row: LinkTable): string => externalName({ type: row.type, connection: row.connection, externalKey: row.external_key })

async function isThere({ context, setup, ask }: Comparison, { recordKey }: Missing, signal: AbortSignal): Promise<boolean> {
  const page = await context.access(setup).readKey(ask.stream, recordKey, signal)
  return page.records.some(({ key }) => key === recordKey)
}
