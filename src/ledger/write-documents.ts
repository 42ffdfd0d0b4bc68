import { insertDocuments, insertVersions, updateDocuments } from '../store/document.ts'
import type { Draft } from './books.ts'
import { documentRow } from './draft.ts'
import { documentName } from './shelf.ts'
import type { Books } from './types.ts'

/** Writes drafts with their versions. @throws HubError `document-race` (retry) */
export async function writeDocuments({ tx, tenant }: Books, drafts: readonly Draft[]): Promise<void> {
  const born = drafts.filter(({ before }) => before === undefined)
  const seen = new Map(drafts.flatMap(({ before }) => (before === undefined ? [] : [[documentName(before), before.version] as const])))
  await insertDocuments(
    tx,
    born.map(({ now }) => documentRow(tenant, now)),
  )
  await updateDocuments(
    tx,
    tenant,
    drafts.filter(({ before }) => before !== undefined).map(({ now }) => documentRow(tenant, now)),
    seen,
  )
  await insertVersions(
    tx,
    drafts.flatMap(({ versions }) => versions),
  )
}
