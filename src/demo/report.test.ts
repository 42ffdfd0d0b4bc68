import { expect, test } from 'vitest'
import { reportJson } from './report.ts'

test('--json has these names in this order, and nothing else: scripts read them', () => {
  const json = reportJson({
    counts: {
      envelopes: { applied: 2 },
      documents: { 'sales-order': 1 },
      deliveries: { delivered: 1 },
      retries: 3,
      open: { 'dead-letter': 2 },
    },
    foots: { 'pieces.closing': { ledger: 14950, systems: 14949 } },
    faults: { '503': 6 },
    lost: 1,
    doubled: 0,
    outOfOrder: 0,
    leftOut: [],
    problems: ['pieces.closing: ledger 14950, systems 14949'],
    elapsedMs: 12,
  })
  expect(JSON.stringify(json)).toBe(
    '{"envelopes":{"applied":2},"documents":{"sales-order":1},"deliveries":{"delivered":1},"retries":3,"faults":{"503":6},' +
      '"foots":{"pieces.closing":{"ledger":14950,"systems":14949}},"open":{"dead-letter":2},"lost":1,"doubled":0,"outOfOrder":0,"elapsedMs":12}',
  )
})
