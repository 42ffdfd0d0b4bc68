import type { StateAction } from '../../src/connector/types.ts'

/** -18019901: registered before, which is what is wanted. -18019907 and -18019908: no quota left, today or altogether. Partial success is normal, so each number has its own outcome. */
export const register: StateAction = {
  kind: 'state',
  title: 'Parcels of a shipment to be watched',
  document: 'shipment',
  mapping: 'track17/register',
  input: {
    type: 'object',
    additionalProperties: false,
    required: ['parcels'],
    properties: {
      parcels: {
        type: 'array',
        maxItems: 40,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['number'],
          properties: {
            number: { type: 'string', minLength: 1, maxLength: 50 },
            carrier: { type: 'integer' },
            tag: { type: 'string', maxLength: 100 },
          },
        },
      },
    },
  },
  call: { method: 'POST', path: '/register', json: '{input.parcels}' },
  results: {
    accepted: 'data.accepted',
    rejected: 'data.rejected',
    name: 'number',
    of: 'parcels',
    sent: 'number',
    code: 'error.code',
    message: 'error.message',
    done: [-18019901],
    retry: [-18010003, -18019907, -18019908],
  },
  once: { kind: 'natural', why: 'a number that is registered before is told as that, and takes no quota' },
}
