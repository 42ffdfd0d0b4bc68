import type { Moved } from '../ledger/merge.ts'
import { mergeableTypes } from '../ledger/merged-keys.ts'
import { mergeKeys, type RegroupedKeys, splitKeys } from '../pipeline/regroup-keys.ts'
import { identityChanges } from '../store/identity-change.ts'
import type { IdentityChangeTable } from '../store/tables-crosswalk.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { route, writeRoute } from './route.ts'
import { described, fields, list, type Of, oneOf, optional, text, time } from './shape.ts'
import { iso, key, name, note } from './values.ts'

const mergeable = described(name, [...mergeableTypes].join(', '))
const external = fields({ connection: described(text(), 'empty: a key of ours that was merged before'), externalKey: text() })
const identifier = fields({ scheme: text(), value: text() })
const moved = { links: list(external), identifiers: list(identifier) }
const answer = fields({ change: described(text(), 'id of this change in the history'), ...moved })

const shownMoved = ({ links, identifiers }: Moved) => ({
  links: links.map(({ connection, external_key }) => ({ connection, externalKey: external_key })),
  identifiers: identifiers.map(({ scheme, value }) => ({ scheme, value })),
})
const shownAnswer = ({ change, moved: what }: RegroupedKeys): Of<typeof answer> => ({ change, ...shownMoved(what) })

const change = fields({
  id: text(),
  at: time,
  kind: oneOf<IdentityChangeTable['kind']>('merge', 'split'),
  type: text(),
  from: text(),
  into: text(),
  reason: text(),
  who: text(),
  ...moved,
})

const tag = 'crosswalk'

export const regroupRoutes = [
  writeRoute({
    id: 'mergeKeys',
    method: 'POST',
    path: '/v1/crosswalk/merge',
    tag,
    scope: 'write',
    audit: { act: 'keys-merged', asked: ['type', 'key', 'into', 'reason'], answered: ['change'] },
    summary: {
      en: 'Two keys are one thing: everything of one goes over to the other',
      zh: '两个键是同一对象：其中一个的全部内容归入另一个',
    },
    body: fields({ type: mergeable, key, into: described(key, 'the key that lives'), reason: note }),
    answer,
    effect: async (tx, { hub, body, who }) => {
      const { type, key: from, into, reason } = body
      const done = await mergeKeys(tx, hub, { type, from, into, author: { actor: who.id, why: reason } })
      return { body: shownAnswer(done), after: done.ring }
    },
  }),
  writeRoute({
    id: 'splitKeys',
    method: 'POST',
    path: '/v1/crosswalk/split',
    tag,
    scope: 'write',
    audit: { act: 'keys-split', asked: ['type', 'key', 'to', 'reason'], answered: ['change'] },
    summary: {
      en: 'Move links to another key; without links undo the merge of that key into this one',
      zh: '将对照移到另一个键；未给出对照时撤销该键的合并',
    },
    body: fields({
      type: mergeable,
      key,
      to: described(key, 'a new key, or one that is there'),
      links: optional(list(fields({ connection: name, externalKey: key }), 100)),
      reason: note,
    }),
    answer,
    effect: async (tx, { hub, body, who }) => {
      const { type, key: from, to, links, reason } = body
      const done = await splitKeys(tx, hub, {
        type,
        from,
        to,
        author: { actor: who.id, why: reason },
        ...(links === undefined ? {} : { links }),
      })
      return { body: shownAnswer(done), after: done.ring }
    },
  }),
  route({
    id: 'listKeyChanges',
    method: 'GET',
    path: '/v1/crosswalk/changes',
    tag,
    scope: 'read',
    summary: { en: 'Merges and splits, the newest first, with what went over', zh: '合并与拆分的历史，最新在前，附移动的内容' },
    query: { type: optional(name), key: optional(described(key, 'with a part in it')), ...paging },
    answer: pageOf(change),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const [before] = readCursor(query.after, 1) ?? []
      const rows = await identityChanges(hub.database.read, hub.tenant, query.type, query.key, before, limit + 1)
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => ({
            id: row.id,
            at: iso(row.at),
            kind: row.kind,
            type: row.type,
            from: row.from_key,
            into: row.into_key,
            reason: row.reason,
            who: row.who,
            ...shownMoved(JSON.parse(row.moved) as Moved),
          }),
        ),
      }
    },
  }),
]
