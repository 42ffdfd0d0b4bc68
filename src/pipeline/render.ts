import { codeDate } from '../ledger/codes.ts'
import { resolvedAll } from '../ledger/resolved.ts'
import type { Shelf } from '../ledger/shelf.ts'
import { type LedgerDocument, waitsForExternal, waitsForHubCode, waitsForKey } from '../ledger/types.ts'
import { awaited } from '../mapping/missing-link.ts'
import type { MapError } from '../mapping/types.ts'
import { bug } from '../model/errors.ts'
import { canonicalJson, isObject, type Json, type JsonObject, type JsonSchema } from '../model/json.ts'
import { linksOf, linksTo } from '../store/link.ts'
import { codeScope, codesFor, openCodeBook } from './code-book.ts'
import { type Catalogue, type ConnectionSetup, type Context, mappingOf } from './context.ts'
import { mapContextOf } from './map-record.ts'

/** What a document looks like to a partner, or why it cannot be shown there yet or at all. */
export type Rendered =
  | { readonly kind: 'body'; readonly body: JsonObject; readonly document: JsonObject }
  | MissingThing
  | { readonly kind: 'invalid'; readonly message: string }

export interface MissingThing {
  readonly kind: 'missing-link' | 'missing-code'
  readonly waitsFor: string
}

/** Links are asked for while the mapping runs, and it runs again once they are read: so often at most. */
const maxRounds = 4
/** Longest name a column holds. */
const maxName = 191

/** Maps a document out for one connection: references resolved, keys translated by the crosswalk, checked against what the command takes. Reads through `shelf`, writes nothing. */
export async function render(
  context: Context,
  catalogue: Catalogue,
  setup: ConnectionSetup,
  shelf: Shelf,
  by: { readonly mapping: string; readonly input: JsonSchema },
  document: LedgerDocument,
): Promise<Rendered> {
  const mapping = mappingOf(catalogue, setup.name, by.mapping)
  if (mapping === undefined) throw bug('mapping-missing', `the mapping ${by.mapping} is not in revision ${catalogue.revision}`)
  const [whole] = await resolvedAll(shelf, [document], setup.offer)
  if (whole === undefined) throw bug('not-resolved', `${document.type} ${document.key} was not resolved`)
  const crosswalk = openCrosswalk(shelf, setup.name)
  const book = await openCodeBook(context, catalogue, shelf.read)
  const codes = codesFor(book, codeScope(setup), codeDate(document.businessDate, document.body, document.changedAt))
  for (let round = 0; round < maxRounds; round++) {
    const result = mapping.push(whole, { ...mapContextOf(setup, catalogue, codes), link: crosswalk.link })
    if (await crosswalk.load()) continue
    if (!result.ok) {
      const waitsFor = awaitedHubCode(result.errors, setup.name)
      return waitsFor === undefined ? refused(result.errors, crosswalk) : { kind: 'missing-code', waitsFor }
    }
    const fault = context.compiled.schema(by.input, by.mapping)(result.value)
    if (fault === undefined) return { kind: 'body', body: result.value, document: whole }
    return { kind: 'invalid', message: `what the mapping ${by.mapping} made is not what the action takes: ${fault.path} ${fault.message}` }
  }
  return { kind: 'invalid', message: `the mapping ${by.mapping} asked for other links in each of ${maxRounds} rounds` }
}

function refused(errors: readonly MapError[], crosswalk: Crosswalk): Rendered {
  const missing = errors.find((error) => error.code === 'LINK_MISSING' && error.link !== undefined)
  if (missing?.link !== undefined && errors.every(({ code }) => code === 'LINK_MISSING'))
    return { kind: 'missing-link', waitsFor: crosswalk.waitsFor(missing.link.type, awaited(missing.link)) }
  const shown = errors.filter(({ code }) => code !== 'LINK_MISSING').slice(0, 5)
  return {
    kind: 'invalid',
    message: shown
      .map(
        ({ mapping, rule, code, expected, found }) =>
          `${mapping} ${rule}: ${code}, expected ${expected}${found === undefined ? '' : `, found ${found}`}`,
      )
      .join('; '),
  }
}

/** Our code that the partner has no word for, where nothing else is wrong but codes and links. */
function awaitedHubCode(errors: readonly MapError[], connection: string): string | undefined {
  const list = errors.find((error) => error.list !== undefined)?.list
  if (list === undefined || !errors.every((error) => error.list !== undefined || error.code === 'LINK_MISSING')) return undefined
  const name = waitsForHubCode(list.kind, connection, list.code)
  return name.length <= maxName ? name : undefined
}

interface Crosswalk {
  /** the key there, as far as it was read; what is not known yet is noted */
  readonly link: (type: string, ref: Json) => string | undefined
  /** reads what was noted; false: nothing new was asked */
  load(): Promise<boolean>
  waitsFor(type: string, ref: Json): string
}

interface Asked {
  readonly type: string
  readonly key?: string
  readonly external?: { readonly type: string; readonly connection: string; readonly externalKey: string }
}

function openCrosswalk(shelf: Shelf, connection: string): Crosswalk {
  const known = new Map<string, string | undefined>()
  const keys = new Map<string, string>()
  let asked = new Map<string, Asked>()
  const nameOf = (type: string, ref: Json) => `${type}\0${canonicalJson(ref)}`
  return {
    link(type, ref) {
      const name = nameOf(type, ref)
      const target = askedOf(type, ref)
      if (target?.external?.connection === connection) return target.external.externalKey
      if (!known.has(name) && target !== undefined) asked.set(name, target)
      return known.get(name)
    },
    async load() {
      const now = [...asked]
      asked = new Map()
      const externals = await linksOf(
        shelf.read,
        shelf.tenant,
        now.flatMap(([, one]) => (one.key === undefined && one.external ? [one.external] : [])),
      )
      for (const [name, one] of now) {
        const key =
          one.key ??
          externals.find(
            (row) => row.connection === one.external?.connection && row.external_key === one.external.externalKey && row.type === one.type,
          )?.key
        if (key !== undefined) keys.set(name, key)
      }
      for (const [type, group] of Map.groupBy(now, ([, one]) => one.type)) {
        const links = await linksTo(
          shelf.read,
          shelf.tenant,
          type,
          group.flatMap(([name]) => keys.get(name) ?? []),
        )
        for (const [name] of group)
          known.set(name, links.find((row) => row.connection === connection && row.key === keys.get(name))?.external_key)
      }
      return now.length > 0
    },
    waitsFor(type, ref) {
      const key = keys.get(nameOf(type, ref))
      const target = askedOf(type, ref)
      if (key !== undefined) return waitsForKey(type, connection, key)
      return target?.external === undefined
        ? waitsForKey(type, connection, target?.key ?? canonicalJson(ref))
        : waitsForExternal(type, target.external.connection, target.external.externalKey)
    },
  }
}

/** A reference is a key of ours, or an object `{key}` or `{connection, externalKey}`. */
function askedOf(type: string, ref: Json): Asked | undefined {
  if (typeof ref === 'string') return { type, key: ref }
  if (!isObject(ref)) return undefined
  if (typeof ref.key === 'string') return { type, key: ref.key }
  return typeof ref.connection === 'string' && typeof ref.externalKey === 'string'
    ? { type, external: { type, connection: ref.connection, externalKey: ref.externalKey } }
    : undefined
}
