import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { resolveReferences } from './secret-reference.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'references-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const env = (text: string) => `\${env:${text}}`
const file = (name: string) => `\${file:${name}}`

test('a variable and a file are taken in, and remembered as secrets', () => {
  writeFileSync(join(folder, 'key.txt'), 'from-file\n')
  const found = resolveReferences({ a: env('KEY'), b: { c: [file('key.txt')] }, d: 'plain' }, { folder, env: { KEY: 'from-env' } })
  expect(found.value).toEqual({ a: 'from-env', b: { c: ['from-file'] }, d: 'plain' })
  expect(found.secrets).toEqual(['from-env', 'from-file'])
  expect(found.missing).toEqual([])
})

test('the text after :- stands in for a variable that is not set or empty, and is no secret', () => {
  const url = env('URL:-http://127.0.0.1:4611')
  expect(resolveReferences({ url }, { folder, env: {} })).toEqual({
    value: { url: 'http://127.0.0.1:4611' },
    secrets: [],
    opened: [],
    sealed: [],
    missing: [],
  })
  expect(resolveReferences({ url }, { folder, env: { URL: '' } }).value).toEqual({ url: 'http://127.0.0.1:4611' })
  expect(resolveReferences({ url }, { folder, env: { URL: 'https://erp.example' } })).toEqual({
    value: { url: 'https://erp.example' },
    secrets: ['https://erp.example'],
    opened: [],
    sealed: [],
    missing: [],
  })
})

test('what is not there is named with its place, never with a value', () => {
  const { missing, value } = resolveReferences({ a: env('KEY'), b: [file('none.txt')] }, { folder, env: { toString: 'x' } })
  expect(value).toEqual({ a: env('KEY'), b: [file('none.txt')] })
  expect(missing.map(({ code, path, message }) => [code, path.join('.'), message])).toEqual([
    ['missing-reference', 'a', 'the environment variable KEY is not set'],
    ['missing-reference', 'b.0', 'the file none.txt cannot be read or is empty'],
  ])
  expect(resolveReferences({ a: env('toString') }, { folder, env: {} }).missing).toHaveLength(1)
})

test('a reference inside a text, or of an unknown kind, is a fault', () => {
  for (const text of [`Bearer ${env('KEY')}`, `\${vault:key}`, '$' + '{KEY}'])
    expect(resolveReferences({ a: text }, { folder, env: { KEY: 'x' } }).missing.map(({ code }) => code)).toEqual(['bad-reference'])
})

const sealed = (name: string) => `\${sealed:${name}}`

test('a sealed secret is looked up by its name; why one cannot be had is told', () => {
  const lookup = (name: string) =>
    name === 'SHOP' ? 'opened-value' : ({ code: 'sealed-missing', message: `no ${name}`, suggestion: 'set it' } as const)
  const found = resolveReferences({ a: sealed('SHOP'), b: [sealed('ERP.x-1')] }, { folder, env: {}, sealed: lookup })
  expect(found).toEqual({
    value: { a: 'opened-value', b: [sealed('ERP.x-1')] },
    secrets: ['opened-value'],
    opened: ['opened-value'],
    sealed: ['SHOP', 'ERP.x-1'],
    missing: [{ code: 'sealed-missing', message: 'no ERP.x-1', suggestion: 'set it', path: ['b', '0'] }],
  })
  for (const text of [sealed(''), sealed('1ABC'), sealed('A B'), sealed('a/b'), sealed('x'.repeat(65))])
    expect(resolveReferences({ a: text }, { folder, env: {}, sealed: () => 'x' }).missing.map(({ code }) => code)).toEqual([
      'bad-reference',
    ])
})

test('without a store sealed secrets are named, and nothing is wrong with them', () => {
  const found = resolveReferences({ a: sealed('SHOP') }, { folder, env: {} })
  expect(found.missing.map(({ code }) => code)).toEqual(['sealed-unseen'])
  expect(found.sealed).toEqual(['SHOP'])
})

test("the hub's own keys go to no partner", () => {
  for (const name of ['CROSSDOCK_KEK', 'CROSSDOCK_API_KEY']) {
    const { value, missing } = resolveReferences({ a: env(name) }, { folder, env: { [name]: 'the-key-itself' } })
    expect(missing.map(({ code }) => code)).toEqual(['bad-reference'])
    expect(JSON.stringify({ value, missing })).not.toContain('the-key-itself')
  }
})
