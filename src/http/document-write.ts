import { type Authored, authorDocument, type Fits } from '../ledger/author.ts'
import type { Author } from '../ledger/books.ts'
import type { Books, LedgerDocument } from '../ledger/types.ts'
import { isObject } from '../model/json.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import type { Tx } from '../store/database.ts'
import { documentTypes } from './document-types.ts'
import { invalid, ProblemError } from './problem.ts'
import { type Call, writeRoute } from './route.ts'
import { count, described, fields, optional, text, whole } from './shape.ts'
import { document, key, name, note } from './values.ts'

/** A command of the caller on a document of the hub's own; its answer says what the document has become. */
export async function command(
  tx: Tx,
  { hub, who }: Pick<Call, 'hub' | 'who'>,
  { why, ...authored }: Omit<Authored, 'author'> & { readonly why: string | null },
): Promise<{ readonly result: LedgerDocument; readonly ring: () => void }> {
  return ledgerCommand(tx, { hub, who }, why, (books, author, fits) => authorDocument(books, { ...authored, author }, fits))
}

/** A command of the caller to the ledger: one unit of work, with its author and reason, and everything that follows. */
export async function ledgerCommand(
  tx: Tx,
  { hub, who }: Pick<Call, 'hub' | 'who'>,
  why: string | null,
  work: (books: Books, author: Author, fits: Fits) => Promise<LedgerDocument>,
): Promise<{ readonly result: LedgerDocument; readonly ring: () => void }> {
  const { validate } = hub.catalogue()
  return writeLedger(tx, hub, (books) => work(books, { actor: who.id, why }, validate))
}

export const documentWriteRoutes = [
  writeRoute({
    id: 'putDocument',
    method: 'PUT',
    path: '/v1/documents/{type}/one',
    tag: 'documents',
    scope: 'write',
    audit: { act: 'document-put', asked: ['key', 'why'], answered: ['type', 'version'] },
    summary: {
      en: 'Make a document of the hub itself, or its next version; documents that a connection keeps are changed there',
      zh: '新建或修改由本系统自己维护的单据；由连接维护的单据请在来源系统修改',
    },
    params: { type: name },
    body: fields({
      key: described(key, 'hub/<number> by custom; given once'),
      seen: optional(described(whole(0, 1_000_000_000), 'version that you saw, 0 for a new one: a later one refuses the command')),
      why: optional(note),
      document,
    }),
    answer: fields({ type: text(), key: text(), version: count, document }),
    effect: async (tx, call) => {
      const { type } = call.params
      const { document: given, seen, why } = call.body
      if (!documentTypes(call.desk.options).has(type))
        throw new ProblemError(404, 'unknown-type', `There is no document type '${type}': /openapi.json lists them.`)
      if (!isObject(given)) throw invalid([{ in: 'body', path: '/document', message: 'must be an object' }])
      const { result, ring } = await command(tx, call, {
        type,
        key: call.body.key,
        body: given,
        why: why ?? null,
        ...(seen === undefined ? {} : { seen }),
      })
      return { body: { type, key: result.key, version: result.version, document: result.body }, after: ring }
    },
  }),
]
