import { isObject, type Json } from '../../model/json.ts'
import { versionsNamed } from '../../store/document.ts'
import type { Reader } from '../../store/in-list.ts'
import { grouped } from '../../store/in-list.ts'
import { headOf } from '../document-head.ts'
import type { LedgerDocument } from '../types.ts'
import type { CostBody, KnownEntry } from './cost.ts'
import { entryOf, priceType } from './entry.ts'

/** Versions of documents by `type\0key\0version`; those that are not there are left out. */
export type Versions = ReadonlyMap<string, LedgerDocument>
export const versionName = (type: string, key: string, version: number): string => `${type}\0${key}\0${version}`

export async function loadVersions(
  read: Reader,
  tenant: string,
  wanted: readonly { readonly type: string; readonly key: string; readonly version: number }[],
): Promise<Versions> {
  const names = new Map(wanted.map((one) => [versionName(one.type, one.key, one.version), one]))
  const found = new Map<string, LedgerDocument>()
  for (const [type, group] of grouped(names.values(), (one) => one.type))
    for (const row of await versionsNamed(read, tenant, type, group)) {
      const body: Json = JSON.parse(row.body)
      const held = isObject(body) ? body : {}
      const { key, version, envelope, at } = row
      const document = { type, key, version, origin: '', ...headOf(held), baseline: false, body: held, envelope, changedAt: at }
      found.set(versionName(type, key, version), document)
    }
  return found
}

/** Prices as the versions of a decision say them; undefined where one of them is no more. */
export function keptEntries(versions: Versions, { entries }: CostBody): readonly KnownEntry[] | undefined {
  const known = entries.map(({ key, version, baseUnit, factors }) => {
    const document = versions.get(versionName(priceType, key, version))
    return document && { entry: entryOf(document, baseUnit, factors), baseUnit, factors }
  })
  return known.every((one) => one !== undefined) ? known : undefined
}

export const entriesNamed = ({ entries }: CostBody): readonly { readonly type: string; readonly key: string; readonly version: number }[] =>
  entries.map(({ key, version }) => ({ type: priceType, key, version }))
