import { chineseTerms } from './words-zh.ts'

/** How the words of trade documents are written: word -> its other spellings and what means the same in a field's name. */
const spellings: Readonly<Record<string, string>> = {
  address: 'addr addresses',
  amount: 'amt amnt amounts',
  'bill id': 'billid',
  'bill number': 'billno',
  billing: 'billto payer',
  buyer: 'cust customer customers client purchaser member user shopper consumer',
  cancelled: 'canceled',
  carrier: 'logistics logistic express courier shipper lc',
  charge: 'charges fees fee surcharge',
  city: 'town',
  country: 'ctry',
  'country code': 'countrycode',
  created: 'create creation add inserted',
  'created time': 'createtime createdat',
  currency: 'ccy cur curr',
  'currency code': 'currencycode',
  description: 'desc descr dscription',
  detail: 'details',
  discount: 'coupon coupons discounts promotion promotions rebate voucher vouchers',
  district: 'county suburb',
  'document number': 'docnum',
  email: 'mail emailaddress',
  expiry: 'expiration exp',
  first: 'given',
  'first name': 'firstname',
  'full name': 'fullname',
  gtin: 'ean upc barcode barcodes',
  included: 'incl inclusive inc includes include',
  index: 'idx',
  item: 'items',
  'item code': 'itemcode',
  kind: 'type typ',
  last: 'surname',
  'last name': 'lastname',
  line: 'lines entry entries rows row entity',
  'line id': 'lineid',
  'line item': 'lineitem lineitems',
  'line number': 'linenum',
  lot: 'batch lots',
  note: 'remark remarks memo comment comments notes message instructions instruction',
  number: 'no nr nbr nb nos numbers sn',
  order: 'so po orders',
  'order id': 'orderid oid',
  'order number': 'orderno ordernumber',
  'order time': 'orderdate',
  paid: 'pay payment payments',
  'paid time': 'paytime',
  parcel: 'parcels package packages',
  percent: 'percentage pct',
  phone: 'tel telephone mobile cellphone cell phonenumber',
  placed: 'purchased ordered',
  position: 'positions',
  'postal code': 'zip zipcode postcode postalcode plz',
  product: 'goods good prod products article art material materials merchandise',
  quantity: 'qty qnty quant quantities pieces pcs',
  rate: 'rates',
  receiver: 'recv consignee recipient',
  region: 'province prov',
  seller: 'vendor supplier suppliers provider merchant',
  sequence: 'seq',
  serial: 'serials',
  shipped: 'dispatched dispatch consign consigned sent send',
  shipping: 'ship delivery deliver shipto shiptos freight postage carriage post',
  sku: 'skus',
  'sku id': 'skuid',
  tax: 'vat gst taxes mwst tva',
  time: 'at on date datetime timestamp dt dates',
  total: 'sum totals tot',
  tracking: 'waybill',
  'tracking number': 'mailno trackingnumber outsid',
  trade: 'trades',
  'trade id': 'tid',
  unit: 'uom units measure',
  untaxed: 'excl exclusive ex excluding',
  updated: 'update modify modified write changed change edited',
  'updated time': 'updatetime',
  utc: 'gmt',
  variant: 'variation',
  warehouse: 'wh wms depot warehouses',
}
const aliases: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(spellings).flatMap(([words, written]) => written.split(' ').map((one) => [one, words.split(' ')] as const)),
)

/** Words without a meaning of their own in a name. */
const filler: ReadonlySet<string> = new Set([
  'the',
  'of',
  'for',
  'a',
  'an',
  'and',
  'to',
  'f',
  'is',
  'as',
  'info',
  'data',
  'obj',
  'object',
  'list',
  'array',
  'set',
  'my',
  'ns',
  'c',
])

/** Words that mean what they mean only together. */
const compound = /on[ _-]?hand|sub[ _-]?total|post[ _-]?code|zip[ _-]?code/gi

/** Longest name that is looked into. */
const maxName = 120

/**
 * Words of a name: camelCase, snake_case, kebab-case and digits apart, Chinese by the longest known term, abbreviations written out.
 * `FBillNo` (Kingdee) is `bill number`, `outer_sku_id` is `outer sku id`, `收货人电话` is `receiver name phone`.
 */
export function wordsOf(name: string): readonly string[] {
  const short = name.slice(0, maxName)
  const plain = (/^F[A-Z][A-Za-z0-9]*[a-z]/.test(short) ? short.slice(1) : short).replace(
    compound,
    (name) => ` ${name.replace(/[ _-]/, '').toLowerCase()} `,
  )
  const parts = plain
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/([A-Za-z])(\d)/g, '$1 $2')
    .replace(/(\d)([A-Za-z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
  const words: string[] = []
  for (const part of parts)
    for (const run of part.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? [])
      words.push(...(/\p{Script=Han}/u.test(run) ? chinese(run) : latin(run.toLowerCase())))
  return words.filter((word) => !filler.has(word))
}

function latin(word: string): readonly string[] {
  const meant = aliases.get(word)
  if (meant !== undefined) return meant
  for (let cut = word.length - 2; cut >= 3; cut--) {
    const [head, tail] = [word.slice(0, cut), word.slice(cut)]
    if (known.has(head) && known.has(tail)) return [...latin(head), ...latin(tail)]
  }
  return /[^siu]s$/.test(word) && word.length > 3 ? latin(word.slice(0, -1)) : [word]
}

function chinese(run: string): readonly string[] {
  const words: string[] = []
  for (let at = 0; at < run.length; ) {
    let length = Math.min(longest, run.length - at)
    while (length > 0 && !chineseTerms.has(run.slice(at, at + length))) length--
    if (length > 0) words.push(...(chineseTerms.get(run.slice(at, at + length)) ?? '').split(' '))
    at += Math.max(length, 1)
  }
  return words
}
const longest = Math.max(...[...chineseTerms.keys()].map((term) => term.length))

/** Words that a name written without marks may be made of: `orderstatus`. */
const known: ReadonlySet<string> = new Set([
  ...[...aliases.keys()].filter((word) => word.length >= 3 || word === 'no' || word === 'at'),
  ...'order invoice number code name price unit status currency country city phone email address street region district note discount shipping billing seller buyer receiver tracking carrier warehouse product sku title quantity amount total tax rate id time line key trade shop store channel source paid created updated'.split(
    ' ',
  ),
])
