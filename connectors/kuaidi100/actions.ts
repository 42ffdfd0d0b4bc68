import type { StateAction } from '../../src/connector/types.ts'

const text = { type: 'string', minLength: 1 }

/** 501 here: subscribed before, which is what is wanted (the same code in an answer to a question: busy). */
export const subscribe: StateAction = {
  kind: 'state',
  title: 'Parcels of a shipment to be watched',
  document: 'shipment',
  mapping: 'kuaidi100/subscribe',
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
          required: ['number', 'autoCom'],
          properties: { company: text, number: text, phone: text, autoCom: { enum: ['0', '1'] } },
        },
      },
    },
  },
  each: 'parcels',
  call: {
    method: 'POST',
    path: '/poll',
    json: {
      company: '{item.company}',
      number: '{item.number}',
      parameters: { callbackurl: '{config.callbackUrl}', resultv2: '4', autoCom: '{item.autoCom}', phone: '{item.phone}' },
    },
    already: { path: 'returnCode', in: ['501'] },
  },
  once: { kind: 'natural', why: 'a number that is subscribed before is told as that (501)' },
}
