import type { Words } from './route.ts'

/** What each group of operations is about, for a person who meets the API for the first time. */
export const tagWords: Readonly<Record<string, Words>> = {
  operation: {
    en: 'Whether the hub is well, its figures for machines, and its workspace',
    zh: '枢纽是否正常、供机器读取的指标，以及工作区',
  },
  'webhooks in': { en: 'Where partner systems report what changed', zh: '合作系统在此通知变更' },
  connectors: { en: 'Systems that can be connected, and the forms to do it', zh: '可连接的系统及其表单' },
  connections: { en: 'Accounts on outside systems: how they are, and what is read from them', zh: '外部系统上的账户：状态与读取情况' },
  backfills: { en: 'Ranges read again beside what is live', zh: '在实时读取之外重读的区间' },
  plans: { en: 'Changes so large that a person has to release them', zh: '超出上限、需人工放行的变更' },
  drift: { en: 'Changes in how the records of partners look', zh: '合作方记录结构的变化' },
  reports: { en: 'Partners and the ledger compared, day by day', zh: '合作系统与账本的逐日核对' },
  alarms: { en: 'What is not as it should be, and who was told', zh: '异常情况及通知状态' },
  audit: { en: 'What people did to the hub, and when', zh: '人员操作记录及时间' },
  routes: { en: 'Which document goes to which connection', zh: '哪种文档送往哪个连接' },
  envelopes: { en: 'What came in, record by record, down to the exact bytes', zh: '收到的每条记录，直至原始字节' },
  documents: {
    en: 'The ledger: orders, stock, invoices … with every version and where each value came from',
    zh: '账本：订单、库存、发票等的每个版本，以及每个值的来源',
  },
  parcels: { en: 'What became of parcels, by all that carriers tell', zh: '包裹去向：汇总各承运商的轨迹' },
  mappings: { en: 'Mappings, before they run: what a change would do', zh: '运行之前的映射：改动会带来什么' },
  deliveries: { en: 'What is sent to partners, and how far it is', zh: '发往合作系统的内容及进度' },
  'dead letters': { en: 'What was given up and needs a person', zh: '已放弃、需要人工处理的内容' },
  crosswalk: { en: 'Which of our keys is which of theirs', zh: '我方键与对方键的对照' },
  findings: { en: 'Documents that do not add up, with the arithmetic', zh: '对不上的文档及其算式' },
  figures: { en: 'Counts, totals, and whether they hold', zh: '计数、合计及其核对' },
  keys: { en: 'API keys', zh: 'API 密钥' },
  secrets: {
    en: 'Credentials of partners, sealed in the database: they go in and are never shown',
    zh: '合作系统的凭据，加密存入数据库：只进不出，从不显示',
  },
}

const key: Words = { en: 'key of the document, such as `shop/1001`', zh: '文档的键，如 `shop/1001`' }
const row: Words = { en: 'id, as the list shows it', zh: '列表中显示的 id' }

/** What each parameter is, by its name; `operation.name` goes before `name` where one operation means something else. */
const parameterTable: Readonly<Record<string, Words>> = {
  token: { en: 'the secret last part of the hook address of a connection', zh: '连接的回调地址末尾的秘密部分' },
  name: { en: 'name of a connection, as in the workspace', zh: '连接名，与工作区一致' },
  'setSecret.name': { en: 'name of the secret: NAME of a `sealed` reference', zh: '机密名称，即 `sealed` 引用中的 NAME' },
  'removeSecret.name': { en: 'name of the secret: NAME of a `sealed` reference', zh: '机密名称，即 `sealed` 引用中的 NAME' },
  stream: { en: 'name of a stream of this connection, such as `orders`', zh: '该连接的流名，如 `orders`' },
  'listEnvelopes.stream': { en: 'only of this stream: `orders`, or `<stream>/<child>`', zh: '只看该流：`orders` 或 `<流>/<子流>`' },
  'Idempotency-Key': {
    en: 'a text of your own, such as a UUID: the same request sent again with it is done once, for 24 hours',
    zh: '自拟的文本（如 UUID）：24 小时内带同一值重发同一请求只执行一次',
  },
  state: { en: 'only in this state', zh: '只看此状态' },
  connection: { en: 'only of this connection', zh: '只看此连接' },
  key,
  'listEnvelopes.key': { en: 'only of the record with this key at the partner', zh: '只看对方系统中此键的记录' },
  'listDeliveries.key': { en: 'only of the document with this key', zh: '只看此键的文档' },
  reason: { en: 'only with this reason code', zh: '只看此原因代码' },
  'listEnvelopes.from': { en: 'received at or after this time: `2026-11-23T08:00:00Z`', zh: '在此时间及以后收到：`2026-11-23T08:00:00Z`' },
  'listEnvelopes.to': { en: 'received before this time: `2026-11-23T08:00:00Z`', zh: '在此时间之前收到：`2026-11-23T08:00:00Z`' },
  from: { en: 'business date from this day on: `2026-11-23`', zh: '业务日期不早于此日：`2026-11-23`' },
  to: { en: 'business date up to this day, it included: `2026-11-23`', zh: '业务日期不晚于此日：`2026-11-23`' },
  limit: { en: 'rows of one page; more than 500 count as 500', zh: '每页行数；超过 500 按 500 计' },
  after: { en: 'the `next` of the page before', zh: '上一页的 `next`' },
  id: row,
  lang: { en: 'language of the page', zh: '页面语言' },
  'getConnectionForm.lang': { en: 'language of titles and help; English when left out', zh: '标题与说明的语言，默认英文' },
  connector: { en: 'name of a connector, such as `shopify`', zh: '连接器名，如 `shopify`' },
  slice: { en: 'which of the byte ranges of the record; 0 when left out', zh: '记录的第几段字节；省略为 0' },
  type: { en: 'document type, such as `sales-order`', zh: '文档类型，如 `sales-order`' },
  number: { en: 'only with this number', zh: '只看此编号' },
  status: { en: 'only with this status', zh: '只看此业务状态' },
  origin: { en: 'only from this connection', zh: '只看来自此连接' },
  deleted: { en: 'only deleted ones, or only those that are not', zh: '只看已删除的，或只看未删除的' },
  tracking: { en: 'tracking number, byte for byte', zh: '运单号，逐字节一致' },
  shipment: { en: 'only those that this shipment carries: its key', zh: '只看此发货单（键）的包裹' },
  'listParcels.status': { en: 'only those that stand so: `delivered`', zh: '只看此状态：`delivered`' },
  at: { en: 'a time: `2026-11-23T08:00:00Z`', zh: '时间：`2026-11-23T08:00:00Z`' },
  path: {
    en: 'a value of the document, dotted: `lines.0.quantity`; or a JSON pointer',
    zh: '文档中的值，以点分隔：`lines.0.quantity`；或 JSON 指针',
  },
  hash: { en: 'SHA-256 of the text, as an explanation names it', zh: '文本的 SHA-256，来自溯源结果' },
  route: { en: 'only of this route', zh: '只看此路由' },
  shadow: { en: 'only those of shadow routes, which are never sent; or only the others', zh: '只看影子路由的（从不发送），或只看其余' },
  blocked: { en: 'only those held up by one before them, or only the others', zh: '只看被之前投递阻塞的，或只看其余' },
  kind: { en: 'only envelopes, or only deliveries', zh: '只看信封，或只看投递' },
  externalKey: { en: 'only with this key at the partner', zh: '只看对方系统中此键' },
  format: { en: 'how the file is written; `csv` when left out', zh: '文件格式；省略为 `csv`' },
  dryRun: { en: 'only say what would happen', zh: '只说明将会发生什么' },
  code: { en: 'only with this code', zh: '只看此代码' },
  'listAudit.stream': { en: 'only about this stream of the connection', zh: '只看该连接的此数据流' },
  who: { en: 'only by this one: id of a key, `local` for the key of this machine', zh: '只看此操作者：密钥 id，本机密钥为 `local`' },
  act: { en: 'only this act, such as `connection-paused`', zh: '只看此类操作，如 `connection-paused`' },
  since: { en: 'at or after this time: `2026-11-23T08:00:00Z`', zh: '在此时间及以后：`2026-11-23T08:00:00Z`' },
  open: { en: 'only open ones, or only closed ones', zh: '只看未关闭的，或只看已关闭的' },
}

/** Words about one parameter of one operation; undefined when nobody wrote any (a test looks for it). */
export const parameterWords = (operation: string, name: string): Words | undefined =>
  parameterTable[`${operation}.${name}`] ?? parameterTable[name]

/** Which key an operation wants. */
export const scopeWords = (scope: string, openToLoopback: boolean): Words => ({
  en: `Wants a key with the scope \`${scope}\`${openToLoopback ? '; none from this machine itself' : ''}.`,
  zh: `需要带 \`${scope}\` 权限的密钥${openToLoopback ? '；本机访问不需要' : ''}。`,
})

export const introduction: Words = {
  en: 'Times are ISO 8601 in UTC. Amounts and quantities are exact decimals as text. Lists come in pages: `next` of one page is `after` of the following request. Every answer that is no success is a problem (RFC 9457). Writes take an Idempotency-Key: the same key with the same request gives the same answer for 24 hours.',
  zh: '时间为 ISO 8601（UTC）。金额与数量是文本形式的精确小数。列表分页：上一页的 `next` 是下一请求的 `after`。所有非成功回答都是 problem（RFC 9457）。写操作可带 Idempotency-Key：24 小时内同一键的同一请求得到同一回答。',
}
