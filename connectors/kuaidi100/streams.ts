import type { DocumentPart, Stream } from '../../src/connector/types.ts'

const told = (leg: string, item: string, mapping: string): DocumentPart => ({
  document: 'tracking-event',
  mapping: `kuaidi100/${mapping}`,
  mode: 'replace',
  identity: { kind: 'fact', of: ['tracking', 'sourceCarrier', 'sourceTime', 'sourceStatus', 'sourceCode', 'text'] },
  each: [
    { of: leg, as: 'leg' },
    { of: item, as: 'event' },
  ],
})

/** Only with `resultv2` has each scan a status of its own; without it the state of the parcel is that of its newest one. */
const bare = 'has(leg.state) && !has(event.statusCode) && !has(event.status)'

export const parcels: Stream = {
  title: 'Parcels, with every scan of their carriers, at home and abroad',
  schema: {
    type: 'object',
    required: ['key', 'lastResult'],
    properties: {
      key: { type: 'string', minLength: 1 },
      status: { type: 'string' },
      lastResult: {
        type: 'object',
        required: ['com', 'nu'],
        properties: { com: { type: 'string' }, nu: { type: 'string' }, data: { type: ['array', 'null'] } },
      },
      destResult: { type: ['object', 'null'] },
    },
  },
  key: 'key',
  version: { kind: 'additive' },
  call: null,
  records: '',
  page: { kind: 'single' },
  cursor: null,
  byKey: {
    method: 'POST',
    path: '/poll/query.do',
    json: { parcel: '{key}', phone: '{config.phone}', resultv2: '4' },
    records: '',
    already: { path: 'returnCode', in: ['500'] },
  },
  parts: [
    told('lastResult', 'data', 'tracking-event'),
    told('destResult', 'data', 'tracking-event'),
    { ...told('lastResult', 'data.0', 'latest'), when: bare },
  ],
  blindSpots: [
    'a scan that the carrier corrects stays, and the corrected one stands beside it',
    'a subscription that Kuaidi100 gives up (abort: three days without a result, or sixty days without a change) is no event',
    'there is no list of subscribed numbers: what a push lost is only read again by its key, not more often than every half hour',
  ],
}
