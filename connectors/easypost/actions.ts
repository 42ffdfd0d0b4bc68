import type { StateAction } from '../../src/connector/types.ts'

const text = { type: 'string', minLength: 1 }

/** A tracker that is asked for again is the one there is: https://docs.easypost.com/docs/trackers says that the same code and carrier give the original for three months. */
export const createTracker: StateAction = {
  kind: 'state',
  title: 'Parcels of a shipment to be watched',
  document: 'shipment',
  mapping: 'easypost/tracker',
  input: {
    type: 'object',
    additionalProperties: false,
    required: ['parcels'],
    properties: {
      parcels: {
        type: 'array',
        maxItems: 1000,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['tracking_code'],
          properties: { tracking_code: text, carrier: text },
        },
      },
    },
  },
  each: 'parcels',
  call: {
    method: 'POST',
    path: '/trackers',
    json: { tracker: { tracking_code: '{item.tracking_code}', carrier: '{item.carrier}' } },
  },
  once: { kind: 'natural', why: 'the same number and carrier give the tracker there is' },
}
