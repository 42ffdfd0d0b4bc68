import { reject } from '../model/errors.ts'
import { hubOrigin } from '../model/hub-origin.ts'
import type { JsonObject } from '../model/json.ts'
import { documentsByNumber } from '../store/document.ts'
import { identifierName } from '../store/identifier.ts'
import { bodyText, contentOf, withoutHubFields } from './body.ts'
import type { Author } from './books.ts'
import { checkContract } from './contract-rules.ts'
import { checkChange } from './deposit/change-rules.ts'
import { write } from './draft.ts'
import { identifiersIn } from './identifiers.ts'
import { checkPrice } from './prices/price-rules.ts'
import { checkAssignment, checkTier } from './prices/tier-rules.ts'
import { fetchDocument, loadIdentifiers, textOf } from './shelf.ts'
import { isStep } from './transition.ts'
import type { Books, LedgerDocument } from './types.ts'

/** A command to the ledger: a document of the hub's own as it is to be. */
export interface Authored {
  readonly type: string
  /** ours; `hub/<number or id>` where nobody gave one */
  readonly key: string
  readonly body: JsonObject
  readonly author: Author
  /** version the caller saw, 0 for a document that must be new; a later one refuses the command. Left out: whatever stands there */
  readonly seen?: number
}

/** What a canonical body may be; undefined: it fits. */
export type Fits = (type: string, body: JsonObject) => { readonly path: string; readonly message: string } | undefined

/** What a type asks of its commands beside schema, version and steps. @throws HubError (reject) */
export type CommandCheck = (books: Books, current: LedgerDocument | undefined, authored: Authored) => Promise<void>
const checks: Readonly<Record<string, CommandCheck>> = {
  contract: (...given) => checkContract(...given),
  'price-list': (...given) => checkPrice(...given),
  tier: (...given) => checkTier(...given),
  'tier-assignment': (...given) => checkAssignment(...given),
  'deposit-change': (_, __, { key }) => checkChange(key),
}

/**
 * Makes a document of the hub, or its next version. Unlike facts, commands are refused (canonical model, rules 2 and 10). The author stands in the version and in every line of the journal that
 * follows from it. A command that changes nothing makes no version.
 * @throws HubError (reject) `not-ours` for a document that a connection keeps, `version-moved`, `does-not-fit` (schema), `illegal-transition`,
 * `identifier-taken` for a number, tax number, GLN, SKU, GTIN or code that another document has, and what the type's own check throws
 */
export async function authorDocument(
  books: Books,
  authored: Authored,
  fits: Fits,
  check: CommandCheck | undefined = checks[authored.type],
): Promise<LedgerDocument> {
  const { type, key, author, seen } = authored
  const body = withoutHubFields(authored.body)
  const current = await fetchDocument(books.data.shelf, type, key)
  if (current !== undefined && current.origin !== hubOrigin)
    throw reject('not-ours', `${type} ${key} is kept by connection '${current.origin}': change it there, it comes here by itself`)
  if (seen !== undefined && (current?.version ?? 0) !== seen)
    throw reject(
      'version-moved',
      current === undefined
        ? `${type} ${key} is not there; version ${seen} of it was to be changed`
        : `${type} ${key} is at version ${current.version}, not ${seen}: look at it again and repeat the command`,
    )
  const fault = fits(type, body)
  if (fault !== undefined) throw reject('does-not-fit', `${type} ${key}: ${fault.path || '/'} ${fault.message}`)
  const status = typeof body.status === 'string' ? body.status : null
  if (current?.status != null && status !== null && !isStep(type, current.status, status))
    throw reject('illegal-transition', `${type} ${key} is ${current.status} and cannot become ${status}`)
  if (current !== undefined && contentOf(type, current.body) === contentOf(type, body) && bodyText(current.body) === bodyText(body))
    return current
  await check?.(books, current, { ...authored, body })
  await takeIdentifiers(books, type, key, body)
  books.data.cause = { baseline: false, envelope: null, author }
  write(books, { type, key, body, origin: hubOrigin, mapping: null, baseline: false, envelope: null, makesVersion: true })
  return (await fetchDocument(books.data.shelf, type, key)) as LedgerDocument
}

/** Insert or lock: `finish` writes them, and links records of mirrors that wait for one. What a document once had stays its own. */
async function takeIdentifiers(books: Books, type: string, key: string, body: JsonObject): Promise<void> {
  const { shelf, identifiers } = books.data
  const wanted = identifiersIn(type, body)
  await loadIdentifiers(shelf, wanted)
  for (const identifier of wanted) {
    const name = identifierName(identifier)
    const holder = shelf.identifiers.get(name)
    if (holder === key) continue
    if (holder !== undefined)
      throw reject('identifier-taken', `${type} ${key}: ${identifier.scheme} ${identifier.value} is that of ${type} ${holder}`)
    shelf.identifiers.set(name, key)
    identifiers.set(name, { tenant: books.tenant, ...identifier, key })
  }
  const number = textOf(body.number)
  if (number === undefined || !numbered.has(type)) return
  const others = (await documentsByNumber(books.tx, books.tenant, type, number, 2)).filter((row) => row.key !== key)
  if (others[0] !== undefined) throw reject('identifier-taken', `${type} ${key}: number ${number} is that of ${type} ${others[0].key}`)
}

/** Types whose number is unique, also among those that connections keep and whose numbers they declared nowhere. */
const numbered: ReadonlySet<string> = new Set(['party', 'contract', 'tier'])
