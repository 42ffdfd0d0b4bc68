import { costIn } from '../ledger/prices/order-cost.ts'
import { quote } from '../ledger/prices/quote.ts'
import { putPrice } from '../ledger/prices/write-price.ts'
import { isHubError } from '../model/errors.ts'
import { costsOf } from '../store/order-cost.ts'
import { pricePage } from '../store/price.ts'
import { maxLines, mediaTypes } from './crosswalk-files.ts'
import { importAnswer, maxFileBytes } from './crosswalk-import.ts'
import { ledgerCommand } from './document-write.ts'
import { pageLimit, pageOf, paging, readCursor, toPage } from './page.ts'
import {
  bases,
  costLine,
  currency,
  kinds,
  listName,
  passed,
  price,
  row,
  shown,
  shownLine,
  shownPassed,
  shownPrice,
  unit,
} from './price-shapes.ts'
import { importPrices } from './prices-import.ts'
import { invalid, ProblemError } from './problem.ts'
import { decimalText } from './purchase-commands.ts'
import { route, uploadRoute, writeRoute } from './route.ts'
import { count, day, decimal, described, fields, flag, list, mapOf, nullable, oneOf, optional, text, time, whole } from './shape.ts'
import { document, epochOr, iso, key, note } from './values.ts'

const tag = 'prices'
const step = fields({
  minQuantity: optional(decimalText),
  unit: optional(described(unit, 'the base unit of the product when left out')),
  price: decimalText,
  priceQuantity: optional(described(decimalText, 'what the price is for; 1 when left out')),
  validFrom: optional(day),
  validTo: optional(day),
})

export const priceRoutes = [
  route({
    id: 'listPrices',
    method: 'GET',
    path: '/v1/prices',
    tag,
    scope: 'read',
    summary: { en: 'Prices of all lists, one row for each product in a list', zh: '全部价目表的价格，每个商品每张价目表一行' },
    query: { list: optional(listName), product: optional(key), kind: optional(oneOf(...kinds, 'unknown')), ...paging },
    answer: pageOf(row),
    handle: async ({ hub, query }) => {
      const limit = pageLimit(query.limit)
      const { limit: _, after, ...filter } = query
      const rows = await pricePage(hub.database.read, hub.tenant, filter, readCursor(after, 1)?.[0] ?? '', limit + 1)
      return { body: toPage(rows, limit, (one) => [one.key], shown) }
    },
  }),
  route({
    id: 'resolvePrice',
    method: 'GET',
    path: '/v1/prices/resolve',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'What a quantity of a product costs a merchant, by contract, tier or base list, and why every other price was passed over; a merchant asks for itself',
      zh: '查询商户成本价：按合同、等级或基准价目表，并说明其余价格未被采用的原因；商户只能查询自己的',
    },
    query: {
      merchant: optional(described(key, 'key of the party; a key of a merchant asks for itself')),
      product: key,
      quantity: optional(described(decimalText, '1 when left out')),
      unit: optional(described(unit, 'the base unit when left out')),
      currency: optional(described(currency, 'that in which the merchant is billed when left out')),
      at: optional(described(time, 'when the order is placed; now when left out')),
      knownAt: optional(described(time, "what the hub knew then; for the operator's own keys")),
    },
    answer: fields({
      merchant: text(),
      product: text(),
      at: time,
      currency: text(),
      quantity: decimal,
      unit: text(),
      base: described(decimal, 'the quantity in base units'),
      tier: described(nullable(text()), 'number of the tier the merchant is of at that time'),
      price: nullable(price),
      amount: described(nullable(decimal), 'what the quantity costs, rounded once; null: no list has a price'),
      passed: described(list(passed), 'every other candidate in the order of resolution'),
    }),
    handle: async ({ hub, who, query, now }) => {
      const { product, quantity = '1', unit, currency } = query
      const merchant = query.merchant ?? who.party
      if (merchant === null || merchant === undefined)
        throw invalid([{ in: 'query', path: 'merchant', message: 'is needed: whose cost is asked for' }])
      if (query.knownAt !== undefined && who.party !== null)
        throw invalid([{ in: 'query', path: 'knownAt', message: "is for the operator's own keys: leave it out" }])
      if (who.party !== null && merchant !== who.party) throw noMerchant(merchant)
      const at = epochOr('at', query.at) ?? now
      const knownAt = epochOr('knownAt', query.knownAt)
      const asked = {
        ...{ merchant, product, quantity, at, ofParty: who.party !== null },
        ...(unit === undefined ? {} : { unit }),
        ...(currency === undefined ? {} : { currency }),
        ...(knownAt === undefined ? {} : { knownAt }),
      }
      const found = await orAbsent(merchant, () => quote(hub.database.read, hub.tenant, asked))
      return {
        body: {
          ...{ merchant, product, quantity, at: iso(at) },
          ...{ currency: found.currency, unit: found.unit, base: found.base },
          tier: found.tier ?? null,
          price: found.price === undefined ? null : shownPrice(found.price),
          amount: found.amount ?? null,
          passed: found.passed.map(shownPassed),
        },
      }
    },
  }),
  writeRoute({
    id: 'putPrice',
    method: 'PUT',
    path: '/v1/prices',
    tag,
    scope: 'write',
    audit: { act: 'price-put', asked: ['list', 'product', 'currency', 'why'], answered: ['key', 'version'] },
    summary: {
      en: 'Say what a product costs in a list of the hub, with all its steps; lists that a connection keeps are changed there',
      zh: '设置本系统价目表中某商品的价格（含全部阶梯）；由连接维护的价目表请在来源系统修改',
    },
    body: fields({
      list: listName,
      kind: oneOf(...kinds),
      product: described(key, 'key of the product, or its SKU'),
      currency,
      taxBasis: oneOf(...bases),
      zone: optional(described(text(64), 'IANA zone of its days; UTC when left out')),
      steps: list(step, 1000),
      status: optional(described(oneOf('active', 'withdrawn'), 'withdrawn: it is no price any more')),
      seen: optional(described(whole(0, 1_000_000_000), 'version that you saw, 0 for a new one: a later one refuses the command')),
      why: optional(note),
    }),
    answer: fields({ key: text(), version: count, document }),
    effect: async (tx, call) => {
      const { seen, why, ...wish } = call.body
      const { result, ring } = await ledgerCommand(tx, call, why ?? null, (books, author, fits) =>
        putPrice(books, wish, { author, ...(seen === undefined ? {} : { seen }) }, fits),
      )
      return { body: { key: result.key, version: result.version, document: result.body }, after: ring }
    },
  }),
  uploadRoute({
    id: 'importPrices',
    method: 'POST',
    path: '/v1/prices/import',
    tag,
    scope: 'write',
    audit: { act: 'prices-imported', answered: ['made', 'changed', 'kept', 'refused'] },
    summary: {
      en: `Take the prices of a CSV or NDJSON file, one step a line, at most ${maxLines}; a product with a line that is refused stays as it was, the others stand`,
      zh: `导入 CSV 或 NDJSON 价格文件，每行一个阶梯（最多 ${maxLines} 行）；有错误行的商品保持不变，其余生效`,
    },
    query: { dryRun: optional(described(flag, 'only say what would happen')), why: optional(note) },
    contentTypes: Object.values(mediaTypes),
    maxBytes: maxFileBytes,
    answer: importAnswer,
    handle: async ({ hub, who, query, body, contentType }) => ({
      body: await importPrices(hub, {
        contentType,
        body,
        dryRun: query.dryRun === true,
        author: { actor: who.id, why: query.why ?? null },
      }),
    }),
  }),
  route({
    id: 'getOrderCost',
    method: 'GET',
    path: '/v1/orders/cost',
    tag,
    scope: 'read',
    party: 'own',
    summary: {
      en: 'What a sales order costs its merchant, line by line, as it was frozen: price, tier, list and version, and why others were passed over',
      zh: '销售订单的商户成本（逐行冻结）：价格、等级、价目表及版本，以及其余价格未被采用的原因',
    },
    query: { key },
    answer: fields({
      key: text(),
      merchant: text(),
      complete: described(flag, 'every line has its price'),
      totals: described(mapOf(decimal), 'by currency, without what was cancelled'),
      lines: list(costLine),
    }),
    handle: async ({ hub, query }) => {
      const rows = await costsOf(hub.database.read, hub.tenant, [query.key])
      if (rows.length === 0) throw new ProblemError(404, 'not-found', `No order '${query.key}' costs a merchant anything.`)
      const { party, complete, totals } = costIn(rows)
      const lines = [...rows].sort((a, b) => (a.line < b.line ? -1 : 1)).map(shownLine)
      return { body: { key: query.key, merchant: party, complete, totals, lines } }
    },
  }),
]

export const noMerchant = (merchant: string): ProblemError =>
  new ProblemError(404, 'no-such-merchant', `There is no merchant '${merchant}'.`)

/** A merchant that is not there, or is another's, is a 404. */
export async function orAbsent<T>(merchant: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isHubError(error) && error.detail.code === 'no-such-merchant') throw noMerchant(merchant)
    throw error
  }
}
