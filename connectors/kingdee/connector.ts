import type { Auth, Call, Connector, Dialect, FaultRule } from '../../src/connector/types.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { customerLinks, customers, productLinks, products, stock, suppliers, warehouses } from './master.ts'
import { purchase, purchaseAsSale, sale } from './order-actions.ts'
import { query } from './query.ts'
import { receive } from './receive-action.ts'
import { sign } from './sign.ts'
import { orderResponses, payables, purchases, receipts, returns, sales, shipments } from './trade.ts'

/** A text field without a value is told as one blank. */
const decode = (value: Json): Json => {
  if (value === ' ') return null
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(decode)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, decode(field ?? null)]))
}

/** Errors come with 200: of operations in an object, of queries in the only cell of the only row. */
const inBody: readonly FaultRule[] = ['Result.ResponseStatus', '0.0.Result.ResponseStatus'].flatMap((status): FaultRule[] => {
  const code = `${status}.MsgCode`
  const message = `${status}.Errors`
  return [
    { path: code, in: [1], then: 'reauth', code: 'session-lost', message },
    { path: code, in: [13], then: 'retry', code: 'network-control', message },
    { path: code, in: [14], then: 'retry', code: 'call-limit', message },
    { path: code, in: [2], then: 'reject', code: 'no-permission', message },
    { path: `${status}.IsSuccess`, in: [false], then: 'reject', code: 'refused', message },
  ]
})
const faults: readonly FaultRule[] = [
  { status: [519], path: 'errcode', in: [4002, 4006], then: 'reauth', code: 'gateway-refused' },
  { status: [519], then: 'retry', code: 'gateway' },
  ...inBody,
]

const login = (method: string, parameters: Json): Call => ({
  method: 'POST',
  path: `/Kingdee.BOS.WebApi.ServicesStub.AuthService.${method}.common.kdsvc`,
  name: method,
  json: { parameters },
})
const session = (call: Call): Auth => ({
  kind: 'session',
  login: call,
  headers: (answer) => {
    const { LoginResultType, KDSVCSessionId } = answer as JsonObject
    if (LoginResultType !== 1 || typeof KDSVCSessionId !== 'string') throw new TypeError('LoginResultType is not 1')
    return { 'kdservice-sessionid': KDSVCSessionId, cookie: `kdservice-sessionid=${KDSVCSessionId}` }
  },
})
const dialect = (auth: Auth): Dialect => ({ auth, faults, call: (call) => call, answer: '' })
const language = 2052

/** 金蝶云星空 (K/3 Cloud, Galaxy) over its WebAPI: purchases, goods, payables, materials and suppliers of one organisation. */
const kingdee: Connector = {
  name: 'kingdee',
  title: 'Kingdee Cloud Galaxy',
  docs: 'https://openapi.open.kingdee.com/ApiDoc',
  setup: {
    credentials: [
      'in 系统管理, 第三方系统登录授权: make an entry for the hub with an integration user; it shows AppID and AppSecret, and the id of the account (数据中心)',
      '`login` signature (the default) sends no session and needs version 7.3.1310.2 or later; app-secret logs in with AppID and AppSecret; password with `user` and `password`, for older servers',
      '`url` is the address of the server up to and with `/k3cloud`',
      'give the numbering rules of the documents that the hub makes (采购订单, 采购入库单, 销售订单) leave to write the number: it is how they are known again',
    ],
    permissions: [
      'query of 采购订单, 采购入库单, 应付单, 销售订单, 销售出库单, 销售退货单, 即时库存, 物料, 物料单位换算, 供应商, 客户 and 仓库, for the one organisation',
      'for what the hub makes: save, submit, audit, un-audit and void (作废) of 采购订单 and 销售订单; save, submit and audit of 采购入库单',
      'no approval flow on these three, or one that lets the integration user pass: an audit that waits for a person fails',
    ],
    unproved: [
      "the signed headers are held against answers computed by another program from the rule that five public clients share, with made-up keys: no answer of the vendor's was found. The SDKs differ: Python's sends seconds, which is done here, Java's milliseconds",
      'requests and answers of the conformance tests were made by us, with the simulator, in the shapes that public transcriptions of the SDKs, clients and field lists show; nothing was sent to a Kingdee',
      'from memory are the numbers of the preset currencies (PRE001 and so on), the operations Cancel (作废) and CancelAssign, FCloseDate and FForbidDate, that FBillNo is taken as it is sent, and that BD_MATERIALUNITCONVERT and the source line (FSOEntryId) of SAL_RETURNSTOCK are asked for by these names, which their tables have',
      'receipts are saved with the links that a push (下推) by the rule PUR_PurchaseOrder-STK_InStock would make, since a push takes whole lines and gives a number of its own; whether a server computes all it computes after a push was not seen',
      'FOrderEntryID of payables and FReceiveAddress and FNote of sales are from code of public clients and a list of fields, not from an answer',
    ],
  },
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'account', 'user', 'organisation', 'timeZone'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the server, with /k3cloud' },
      login: { enum: ['signature', 'app-secret', 'password'], title: 'signature (the default), app-secret or password' },
      account: { type: 'string', minLength: 1, title: 'Id of the account (数据中心)' },
      user: { type: 'string', minLength: 1, title: 'Integration user' },
      appId: { type: 'string', pattern: '^[^_]+_.+$', title: 'AppID', writeOnly: true },
      appSecret: { type: 'string', minLength: 1, title: 'AppSecret', writeOnly: true },
      password: { type: 'string', minLength: 1, title: 'Password of the user', writeOnly: true },
      organisation: { type: 'string', minLength: 1, title: 'Number of the organisation' },
      timeZone: { type: 'string', title: 'Time zone of the server (IANA name)' },
      warehouse: { type: 'string', minLength: 1, title: 'Number of the warehouse whose stock is read' },
      quarantine: {
        type: 'string',
        minLength: 1,
        title: 'Number of the warehouse for goods that are not fit: what a receipt brings there is rejected',
      },
      customer: { type: 'string', minLength: 1, title: 'Number of the customer that shop sales are booked on' },
      chargeMaterial: { type: 'string', minLength: 1, title: 'Number of the material that freight and fees of shop orders are sold as' },
    },
    if: { required: ['login'], properties: { login: { const: 'password' } } },
    then: { required: ['password'], properties: { password: true } },
    else: { required: ['appId', 'appSecret'], properties: { appId: true, appSecret: true } },
  },
  http: {
    baseUrl: '{config.url}',
    auth: { kind: 'sign', sign },
    codec: { contentTypes: ['application/json', 'text/json'], decode },
    timeoutMs: 120_000,
    concurrency: 2,
    faults,
    dialects: {
      field: 'login',
      of: {
        'app-secret': dialect(
          session(login('LoginByAppSecret', ['{config.account}', '{config.user}', '{config.appId}', '{config.appSecret}', language])),
        ),
        password: dialect(session(login('ValidateUser', ['{config.account}', '{config.user}', '{config.password}', language]))),
      },
    },
  },
  check: query({
    form: 'BD_STOCK',
    fields: ['FNumber'],
    filter: ["FUseOrgId.FNumber='{config.organisation|quoted}'"],
    order: '',
    limit: 1,
  }),
  streams: {
    warehouses,
    suppliers,
    customers,
    'customer-links': customerLinks,
    products,
    'product-links': productLinks,
    stock,
    purchases,
    receipts,
    payables,
    sales,
    'order-responses': orderResponses,
    shipments,
    returns,
  },
  actions: { purchase, sale, 'purchase-as-sale': purchaseAsSale, receive },
}

export default kingdee
