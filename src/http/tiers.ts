import { authorDocument } from '../ledger/author.ts'
import { approveAssignment, endAssignment } from '../ledger/prices/assign.ts'
import { tierAt } from '../ledger/prices/decide.ts'
import { assignmentType, tierType } from '../ledger/prices/grant.ts'
import { loadGrants } from '../ledger/prices/load.ts'
import { documentsNaming, grantsThen, merchantNamed } from '../ledger/prices/quote.ts'
import { fetchDocument, openShelf, textOf } from '../ledger/shelf.ts'
import { keyText } from '../ledger/stock-level.ts'
import type { LedgerDocument } from '../ledger/types.ts'
import { reject } from '../model/errors.ts'
import { isObject } from '../model/json.ts'
import type { Tx } from '../store/database.ts'
import { documentPage, documentsByNumber } from '../store/document.ts'
import { ledgerCommand } from './document-write.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import { noMerchant, orAbsent } from './prices.ts'
import { invalid } from './problem.ts'
import { route, writeRoute } from './route.ts'
import { count, day, described, fields, list, nullable, type Of, oneOf, optional, text, time, whole } from './shape.ts'
import { document, epochOr, iso, key, note, stored } from './values.ts'

const tag = 'prices'
const number = described(text(64), 'number of the tier: GOLD')
const seen = optional(described(whole(0, 1_000_000_000), 'version that you saw, 0 for a new one: a later one refuses the command'))
const reviewed = described(whole(1, 1_000_000_000), 'version that was reviewed: a later one refuses the command')
const written = fields({ key: text(), version: count, document })
const shown = ({ key, version, body }: LedgerDocument): Of<typeof written> => ({ key, version, document: body })

const held = fields({
  key: described(text(), 'of the assignment'),
  version: count,
  tier: described(nullable(text()), 'key of the tier'),
  status: nullable(text()),
  validFrom: nullable(text()),
  validTo: described(nullable(text()), 'last day; null: without end'),
})

async function tierNumbered(tx: Tx, tenant: string, wanted: string): Promise<string> {
  const [row] = await documentsByNumber(tx, tenant, tierType, wanted, 1)
  if (row === undefined) throw reject('no-such-tier', `there is no tier '${wanted}': \`crossdock tiers list\` has those there are`)
  return row.key
}

export const tierRoutes = [
  route({
    id: 'listTiers',
    method: 'GET',
    path: '/v1/tiers',
    tag,
    scope: 'read',
    summary: { en: 'Tiers of merchants, with the price lists that hold for each', zh: '商户等级及其适用的价目表' },
    query: { ...paging },
    answer: pageOf(fields({ key: text(), version: count, number: nullable(text()), status: nullable(text()), document })),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const rows = await documentPage(hub.database.read, hub.tenant, tierType, readCursor(query.after, 1)?.[0] ?? '', limit + 1)
      return {
        body: toPage(
          rows,
          limit,
          (row) => [row.key],
          (row) => ({ key: row.key, version: row.version, number: row.number, status: row.status, document: stored(row.body) }),
        ),
      }
    },
  }),
  writeRoute({
    id: 'putTier',
    method: 'PUT',
    path: '/v1/tiers',
    tag,
    scope: 'write',
    audit: { act: 'tier-put', asked: ['number', 'why'], answered: ['key', 'version'] },
    summary: { en: 'Make a tier of merchants, or change its name, level and lists', zh: '新建或修改商户等级（名称、级别、价目表）' },
    body: fields({
      number,
      name: text(200),
      level: described(whole(1, 1000), '1 is the first, and the best'),
      priceLists: optional(described(list(text(191), 20), 'lists whose prices hold, the first that has one')),
      status: optional(oneOf('active', 'retired')),
      seen,
      why: optional(note),
    }),
    answer: written,
    effect: async (tx, call) => {
      const { seen, why, status = 'active', ...tier } = call.body
      const body = { ...tier, status }
      const [there] = await documentsByNumber(tx, call.hub.tenant, tierType, tier.number, 1)
      const key = there?.key ?? keyText(`hub/${tier.number}`)
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, (books, author, fits) =>
        authorDocument(books, { type: tierType, key, body, author, ...(seen === undefined ? {} : { seen }) }, fits),
      )
      return { body: shown(result), after: ring }
    },
  }),
  writeRoute({
    id: 'assignTier',
    method: 'POST',
    path: '/v1/tiers/assign',
    tag,
    scope: 'write',
    audit: { act: 'tier-assigned', asked: ['merchant', 'tier', 'validFrom', 'validTo', 'why'], answered: ['key'] },
    summary: {
      en: 'Propose that a merchant is of a tier from a day on; it holds once another person approved it',
      zh: '提议商户自某日起属于某等级；须由另一人审核后生效',
    },
    body: fields({
      merchant: described(key, 'key of the party'),
      tier: number,
      validFrom: day,
      validTo: optional(described(day, 'last day; without end when left out')),
      zone: optional(described(text(64), 'IANA zone of the days; UTC when left out')),
      why: optional(note),
    }),
    answer: written,
    effect: async (tx, call) => {
      const { merchant, tier, validFrom, validTo, zone, why } = call.body
      const body = {
        party: { type: 'party', key: merchant },
        tier: { type: tierType, key: await tierNumbered(tx, call.hub.tenant, tier) },
        status: 'in-review',
        validFrom,
        ...(validTo === undefined ? {} : { validTo }),
        ...(zone === undefined ? {} : { zone }),
      }
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, async (books, author, fits) => {
        const name = `hub/${merchant}/${tier}/${validFrom}`
        const there = await fetchDocument(books.data.shelf, assignmentType, keyText(name))
        const isOver = there?.status === 'withdrawn' || there?.status === 'approved'
        const key = keyText(isOver ? `${name}/${call.hub.newId()}` : name)
        return authorDocument(books, { type: assignmentType, key, body, author }, fits)
      })
      return { body: shown(result), after: ring }
    },
  }),
  writeRoute({
    id: 'approveTier',
    method: 'POST',
    path: '/v1/tiers/approve',
    tag,
    scope: 'write',
    audit: { act: 'tier-approved', asked: ['key', 'why'], answered: ['key', 'version'] },
    summary: { en: "Approve a merchant's tier that another person proposed", zh: '审核他人提议的商户等级' },
    body: fields({ key, seen: reviewed, why: optional(note) }),
    answer: written,
    effect: async (tx, call) => {
      const { key, seen, why } = call.body
      const { ownApproval = false } = call.hub.settings
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, (books, author, fits) =>
        approveAssignment(books, { key, seen, author, ownApproval }, fits),
      )
      return { body: shown(result), after: ring }
    },
  }),
  writeRoute({
    id: 'rejectTier',
    method: 'POST',
    path: '/v1/tiers/reject',
    tag,
    scope: 'write',
    audit: { act: 'tier-rejected', asked: ['key', 'reason'], answered: ['key', 'version'] },
    summary: { en: "Refuse a merchant's tier that was proposed, with a reason", zh: '驳回提议的商户等级并说明原因' },
    body: fields({ key, seen: reviewed, reason: note }),
    answer: written,
    effect: async (tx, call) => {
      const { key, seen, reason } = call.body
      const { result, ring } = await ledgerCommand(tx, call, reason, async (books, author, fits) => {
        const current = await fetchDocument(books.data.shelf, assignmentType, key)
        if (current === undefined) throw reject('unknown-assignment', `there is no tier-assignment '${key}'`)
        return authorDocument(books, { type: assignmentType, key, body: { ...current.body, status: 'rejected' }, author, seen }, fits)
      })
      return { body: shown(result), after: ring }
    },
  }),
  writeRoute({
    id: 'endTier',
    method: 'POST',
    path: '/v1/tiers/end',
    tag,
    scope: 'write',
    audit: { act: 'tier-ended', asked: ['key', 'on', 'why'], answered: ['key', 'version'] },
    summary: {
      en: "End a merchant's tier after a day; one that would not have begun by then is withdrawn",
      zh: '结束商户等级（指定最后一天）；尚未开始的则撤回',
    },
    body: fields({ key, on: optional(described(day, 'last day; today when left out')), seen, why: optional(note) }),
    answer: written,
    effect: async (tx, call) => {
      const { key, on, seen, why } = call.body
      const wish = { key, ...(on === undefined ? {} : { on }), ...(seen === undefined ? {} : { seen }) }
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, (books, author, fits) =>
        endAssignment(books, { ...wish, author }, fits),
      )
      return { body: shown(result), after: ring }
    },
  }),
  route({
    id: 'getMerchantTier',
    method: 'GET',
    path: '/v1/tiers/of',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'Which tier a merchant is of at a time, and all that it was or will be; a merchant asks for itself',
      zh: '商户在某时的等级及全部历史；商户只能查询自己的',
    },
    query: {
      merchant: optional(described(key, 'key of the party; a key of a merchant asks for itself')),
      at: optional(time),
      knownAt: optional(described(time, "what the hub knew then; for the operator's own keys")),
    },
    answer: fields({
      merchant: text(),
      at: time,
      tier: described(nullable(text()), 'its number'),
      assignment: nullable(text()),
      history: list(held),
    }),
    handle: async ({ hub, who, query, now }) => {
      const { read } = hub.database
      const merchant = query.merchant ?? who.party
      if (merchant === null || merchant === undefined)
        throw invalid([{ in: 'query', path: 'merchant', message: 'is needed: whose tier is asked for' }])
      if (query.knownAt !== undefined && who.party !== null)
        throw invalid([{ in: 'query', path: 'knownAt', message: "is for the operator's own keys: leave it out" }])
      if (who.party !== null && merchant !== who.party) throw noMerchant(merchant)
      const at = epochOr('at', query.at) ?? now
      const knownAt = epochOr('knownAt', query.knownAt)
      const shelf = openShelf(read, hub.tenant, knownAt)
      await orAbsent(merchant, () => merchantNamed(shelf, merchant))
      const grants =
        knownAt === undefined ? ((await loadGrants(read, hub.tenant, [merchant])).get(merchant) ?? []) : await grantsThen(shelf, merchant)
      const holds = tierAt(grants, at)
      const history = await documentsNaming(shelf, merchant, [assignmentType])
      return {
        body: {
          merchant,
          at: iso(at),
          tier: holds?.tier?.number ?? null,
          assignment: holds?.key ?? null,
          history: history.map(shownHeld).sort(byFirstDay),
        },
      }
    },
  }),
]

const shownHeld = ({ key, version, status, body }: LedgerDocument): Of<typeof held> => ({
  key,
  version,
  tier: isObject(body.tier) ? (textOf(body.tier.key) ?? null) : null,
  status,
  validFrom: textOf(body.validFrom) ?? null,
  validTo: textOf(body.validTo) ?? null,
})
const byFirstDay = (a: Of<typeof held>, b: Of<typeof held>): number => ((a.validFrom ?? '') < (b.validFrom ?? '') ? -1 : 1)
