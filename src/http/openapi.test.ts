import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isObject, type Json, parseJson } from '../model/json.ts'
import { compileSchemas, readSchemas } from '../model/schema.ts'
import { readingRoom } from './body.ts'
import { openapiText } from './openapi.ts'
import { parameterWords, tagWords } from './openapi-words.ts'
import { routeTable } from './routes.ts'

const folder = join(import.meta.dirname, '..', '..')
const { schemas } = compileSchemas(await readSchemas(join(folder, 'schemas')))
const routes = routeTable(readingRoom(1))
const text = openapiText(routes, schemas)

test('docs/openapi.json is what the route table says (vitest -u writes it)', async () => {
  await expect(text).toMatchFileSnapshot(join(folder, 'docs', 'openapi.json'))
})

test('every reference leads to something', () => {
  const document = parseJson(text)
  const missing = references(document).filter((reference) => resolve(document, reference) === undefined)
  expect(missing).toEqual([])
})

test('operations are named once, and every parameter of a path is described', () => {
  expect(new Set(routes.map(({ id }) => id)).size).toBe(routes.length)
  expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(routes.length)
  for (const { path, params } of routes)
    expect(Object.keys(params), path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))
})

test('every operation has words in both languages and a scope that fits its method', () => {
  for (const { id, method, path, scope, summary, effect, effects, handle } of routes) {
    expect(summary.zh, id).toMatch(/\p{Script=Han}/u)
    expect(summary.en, id).not.toMatch(/\p{Script=Han}/u)
    if (path.startsWith('/v1/')) expect(scope, id).not.toBe('open')
    if (method !== 'GET') expect(scope, id).not.toBe('read')
    expect([effect, effects, handle].filter(Boolean), id).toHaveLength(1)
  }
})

test('every group and every parameter is told in both languages', () => {
  const words = routes.flatMap(({ id, tag, params, query }) => [
    [tag, tagWords[tag]] as const,
    ...[...Object.keys(params), ...Object.keys(query), 'Idempotency-Key'].map(
      (name) => [`${id}.${name}`, parameterWords(id, name)] as const,
    ),
  ])
  expect(words.filter(([, told]) => told === undefined).map(([name]) => name)).toEqual([])
  expect(words.filter(([, told]) => !/\p{Script=Han}/u.test(told?.zh ?? '') || /\p{Script=Han}/u.test(told?.en ?? ''))).toEqual([])
})

function references(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, field]) => (name === '$ref' && typeof field === 'string' ? [field] : references(field)))
}

function resolve(document: Json, reference: string): Json | undefined {
  let here: Json | undefined = document
  for (const name of reference.replace(/^#\//, '').split('/')) here = isObject(here) && Object.hasOwn(here, name) ? here[name] : undefined
  return here
}
