import type { Stream } from '../../src/connector/types.ts'
import { at, type Json } from '../../src/model/json.ts'

/** The last tracker of a page, while the partner says that there are more: https://docs.easypost.com/docs/pagination */
function lastOf(answer: Json): { readonly before: string } | undefined {
  const rows = at(answer, 'trackers')
  const last = Array.isArray(rows) ? at(rows.at(-1) ?? null, 'id') : undefined
  return at(answer, 'has_more') === true && typeof last === 'string' ? { before: last } : undefined
}

export const trackers: Stream = {
  title: 'Trackers, with every scan of their parcels',
  schema: {
    type: 'object',
    required: ['id', 'tracking_code', 'status'],
    properties: {
      id: { type: 'string' },
      tracking_code: { type: 'string', minLength: 1 },
      status: { type: 'string' },
      carrier: { type: ['string', 'null'] },
      tracking_details: { type: ['array', 'null'] },
    },
  },
  key: 'id',
  version: { kind: 'additive' },
  call: { path: '/trackers', query: { page_size: '{page.size}', before_id: '{page.before}' } },
  records: 'trackers',
  page: { kind: 'custom', size: 100, next: (answer) => lastOf(answer) },
  cursor: null,
  byKey: { path: '/trackers/{key}', records: '' },
  parts: [
    {
      document: 'tracking-event',
      mapping: 'easypost/tracking-event',
      mode: 'replace',
      identity: { kind: 'fact', of: ['tracking', 'sourceCarrier', 'sourceTime', 'sourceStatus', 'sourceCode', 'text', 'place'] },
      each: [{ of: 'tracking_details', as: 'event' }],
    },
  ],
  blindSpots: [
    'a scan that the carrier corrects stays, and the corrected one stands beside it',
    'where EasyPost does not know the place of a scan well enough, it tells the local time of the carrier as if it were UTC',
  ],
}
