import type { Connector } from '../../src/connector/types.ts'
import { subscribe } from './actions.ts'
import { decode, signForm } from './signed-form.ts'
import { parcels } from './streams.ts'

const secret = { type: 'string', minLength: 4, writeOnly: true }

/**
 * 快递100: a number is subscribed to, and what its carrier tells is pushed as a form whose field `param` is JSON: https://api.kuaidi100.com/document. Written from the vendor's own demos (kuaidi100-api/java-demo,
 * nodejs-demo).
 */
const kuaidi100: Connector = {
  name: 'kuaidi100',
  title: '快递100 (Kuaidi100)',
  docs: 'https://api.kuaidi100.com/document',
  config: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'customer', 'key', 'salt', 'timeZone'],
    properties: {
      url: { type: 'string', format: 'uri', title: 'Address of the API: https://poll.kuaidi100.com' },
      customer: { type: 'string', minLength: 1, title: 'Number of the company (customer)' },
      key: { ...secret, title: 'Key' },
      salt: {
        ...secret,
        title:
          'Salt of your own that pushes are signed with (old and new, separated by a space, while it is changed; subscriptions get the first)',
      },
      callbackUrl: {
        type: 'string',
        format: 'uri',
        title: "The hub's hook address of this connection (`crossdock connection hook`)",
        writeOnly: true,
      },
      phone: {
        type: 'string',
        title: 'Phone of the sender, or its last four digits: for carriers that ask for one (顺丰, 中通) where a shipment names none',
      },
      timeZone: { type: 'string', title: 'Time zone of the times that carriers tell (IANA name): Asia/Shanghai' },
    },
  },
  setup: {
    credentials: [
      'Take customer and key from the console (企业管理后台, 授权信息), and think of a salt of at least eight characters.',
      'Put the hook address of the connection (`crossdock connection hook`) into `callbackUrl`: each subscription names it, and needs a new one when the address is changed.',
    ],
    permissions: ['实时快递查询 and 快递信息推送 (订阅)'],
  },
  http: {
    baseUrl: '{config.url}',
    auth: { kind: 'sign', sign: signForm },
    codec: { contentTypes: ['application/json', 'text/plain', 'text/html'], decode },
    timeoutMs: 30_000,
    concurrency: 2,
    faults: [
      { path: 'returnCode', in: ['501', '502'], then: 'retry', code: 'busy', message: 'message' },
      { path: 'returnCode', in: ['503', '600', '601'], then: 'reauth', code: 'key-refused', message: 'message' },
      { path: 'result', in: [false], then: 'reject', code: 'refused', message: 'message' },
    ],
  },
  check: {
    method: 'POST',
    path: '/poll/query.do',
    json: { com: 'yuantong', num: '12345678' },
    already: { path: 'returnCode', in: ['400', '408', '500'] },
  },
  streams: { parcels },
  actions: { subscribe },
  webhook: {
    verify: {
      kind: 'hash',
      algorithm: 'md5',
      signature: { field: 'sign' },
      signed: { field: 'param' },
      text: '{signed}{secret}',
      secret: '{config.salt}',
    },
    form: 'param',
    topic: { path: 'status' },
    topics: {
      polling: { stream: 'parcels', carries: 'whole', records: '' },
      shutdown: { stream: 'parcels', carries: 'whole', records: '' },
      abort: { stream: 'parcels', carries: 'whole', records: '' },
      updateall: { stream: 'parcels', carries: 'whole', records: '' },
    },
    ack: { status: 200, contentType: 'application/json', body: '{"result":true,"returnCode":"200","message":"成功"}' },
  },
}

export default kuaidi100
