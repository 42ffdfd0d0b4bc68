import type { Stream } from '../../src/connector/types.ts'

export const parcels: Stream = {
  title: 'Parcels, with every scan of their carriers',
  schema: {
    type: 'object',
    required: ['number'],
    properties: {
      number: { type: 'string', minLength: 1 },
      carrier: { type: 'integer' },
      track_info: { type: ['object', 'null'] },
    },
  },
  key: 'number',
  version: { kind: 'additive' },
  call: null,
  records: 'data.accepted',
  page: { kind: 'single' },
  cursor: null,
  byKey: { method: 'POST', path: '/gettrackinfo', json: [{ number: '{key}' }], records: 'data.accepted' },
  parts: [
    {
      document: 'tracking-event',
      mapping: 'track17/tracking-event',
      mode: 'replace',
      identity: { kind: 'fact', of: ['tracking', 'sourceCarrier', 'sourceTime', 'sourceStatus', 'text', 'place'] },
      each: [
        { of: 'track_info.tracking.providers', as: 'provider' },
        { of: 'events', as: 'event' },
      ],
    },
  ],
  blindSpots: [
    'a scan that the carrier corrects stays, and the corrected one stands beside it',
    'a number that is registered under two carriers is one parcel here',
    'a number whose tracking 17TRACK ends (TRACKING_STOPPED) tells nothing more, and that is no event',
  ],
}

/** The list has no scans: each row only says which number to ask for again. */
export const registered: Stream = {
  title: 'Registered numbers, which say what to read again',
  schema: {
    type: 'object',
    required: ['number'],
    properties: { number: { type: 'string', minLength: 1 }, latest_event_time: { type: ['string', 'null'] } },
  },
  key: 'number',
  version: { kind: 'none' },
  call: { method: 'POST', path: '/gettracklist', json: { page_no: '{page.number}', page_size: '{page.size}' } },
  records: 'data.accepted',
  page: { kind: 'number', first: 1, size: 40 },
  cursor: null,
  parts: [],
  pokes: { stream: 'parcels', key: 'number' },
  blindSpots: [],
}
