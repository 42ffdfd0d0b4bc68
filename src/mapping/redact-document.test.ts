import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compileSchemas, readSchemas } from '../model/schema.ts'
import { packageRoot } from '../package-root.ts'
import { openDocument } from './redact-document.ts'

const { schemas } = compileSchemas(await readSchemas(join(packageRoot, 'schemas')))

test('texts that a schema calls sensitive are hidden, wherever it leads, and the rest is as it was', () => {
  const body = {
    number: '1001',
    currency: 'USD',
    note: 'ring twice',
    shipTo: {
      name: 'Ada Lovelace',
      lines: ['12 Byron Street'],
      city: 'London',
      country: 'GB',
      email: 'ada@example.com',
      phone: '555-0100',
    },
    lines: [{ key: '1', quantity: '2', name: 'Lamp' }],
    totals: { grandTotal: '29.35' },
  }
  const shown = openDocument('sales-order', body, schemas)
  expect(shown).toMatchObject({ number: '1001', currency: 'USD', note: '***', lines: [{ key: '1', quantity: '2', name: 'Lamp' }] })
  expect(shown).toMatchObject({ shipTo: { country: 'GB' }, totals: { grandTotal: '29.35' } })
  expect(JSON.stringify(shown)).not.toMatch(/Ada|Byron|ada@|555|ring/)
})

test('what the schema does not know is left out, and nothing is shown of a type without one', () => {
  expect(
    openDocument('sales-order', { number: '1', customer: { passport: 'X1' }, shipTo: { secret: 'Y2', country: 'GB' } }, schemas),
  ).toEqual({
    number: '1',
    shipTo: { country: 'GB' },
  })
  expect(openDocument('dossier', { number: '1' }, schemas)).toBeUndefined()
})
