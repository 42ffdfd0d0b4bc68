import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inherited, namedRoles } from '../ledger/party-roles.ts'
import { partyViews, wholeFields } from '../ledger/party-views.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { compileSchemas, readSchemas } from '../model/schema.ts'
import { readingRoom } from './body.ts'
import { describeParties } from './describe-parties.ts'
import { routeTable } from './routes.ts'

const folder = join(import.meta.dirname, '..', '..')
const { schemas } = compileSchemas(await readSchemas(join(folder, 'schemas')))
const file = join(folder, 'docs', 'parties.md')
const mark = '<!-- made from src/ledger/party-views.ts and the route table: vitest -u src/http/describe-parties.test.ts writes it -->\n\n'

test('docs/parties.md is what the tables say (vitest -u writes it)', async () => {
  const [words = ''] = readFileSync(file, 'utf8').split(mark)
  await expect(`${words}${mark}${describeParties(partyViews, routeTable(readingRoom(1)), schemas)}`).toMatchFileSnapshot(file)
})

const fieldsOf = (type: string): ReadonlySet<string> => {
  const properties: Json | undefined = schemas.get(`${type}@1`)?.properties
  return new Set(Object.keys(isObject(properties) ? (properties as JsonObject) : {}))
}

test('every field that is shown is one of its type', () => {
  const unknown = Object.entries(partyViews).flatMap(([type, roles]) =>
    Object.values(roles).flatMap((shown) =>
      shown.filter((name) => !fieldsOf(type).has(name.replace('[me]', ''))).map((name) => `${type}.${name}`),
    ),
  )
  expect(unknown).toEqual([])
})

test('what sources send beside the model, and what the hub notes, is in no view', () => {
  for (const [type, roles] of Object.entries(partyViews))
    for (const shown of Object.values(roles))
      for (const name of ['ext', 'findings', 'refs', 'origin', 'exchange', 'sourceVersion']) expect(shown, type).not.toContain(name)
})

test('every role a document can give has a view, and no other', () => {
  for (const [type, roles] of Object.entries(partyViews)) {
    const given = new Set<string>(['books', 'self', 'supplier', 'merchant', 'buyer', ...Object.values(namedRoles[type] ?? {})])
    for (const role of Object.keys(roles)) expect(given, type).toContain(role)
    for (const role of Object.values(namedRoles[type] ?? {})) expect(Object.keys(roles), type).toContain(role)
  }
  const heirs = Object.keys(inherited).filter((type) => type !== 'parcel')
  expect(heirs.filter((type) => partyViews[type] === undefined)).toEqual([])
})

test('a customer and its price are shown to the sides of a sale, what is paid to a supplier to the sides of a purchase', () => {
  expect(Object.keys(partyViews['sales-order'] ?? {})).toEqual(['merchant', 'buyer'])
  expect(Object.keys(partyViews['purchase-order'] ?? {})).toEqual(['supplier', 'buyer'])
  for (const shown of Object.values(partyViews.product ?? {})) for (const name of wholeFields) expect(shown).not.toContain(name)
})
