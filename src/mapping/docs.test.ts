import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Json } from '../model/json.ts'
import type { CasesFile } from '../testing/mapping-kit.ts'
import { generatePage } from '../testing/mapping-page/tables.ts'
import { compileMapping } from './compile.ts'
import { converters } from './converters.ts'
import { functions } from './functions.ts'
import { fileKeys } from './parse.ts'
import { ruleKeys } from './parse-rule.ts'
import { readTable, type SharedTable } from './table.ts'
import { context } from './testbed.ts'
import type { CompileOptions } from './types.ts'
import { converterWords, functionWords } from './words.ts'

const file = `${import.meta.dirname}/../../docs/mapping.md`
const page = readFileSync(file, 'utf8')

/** Blocks of the page by example and part: `<!-- example: pull source -->`. */
const examples = new Map<string, Map<string, string>>()
const tables = new Map<string, SharedTable>()
for (const [, name = '', part = '', text = ''] of page.matchAll(/<!-- example: (\w+) ([\w@ ]+) -->\n```json\n([\s\S]*?)\n```/g)) {
  const shared = /^table (.*)$/.exec(part)?.[1]
  if (shared !== undefined) tables.set(shared, readTable(shared, text, part).table)
  else examples.set(name, (examples.get(name) ?? new Map<string, string>()).set(part, text))
}

const codes = JSON.parse(/`"codes": (\{.*\})`/.exec(page)?.[1] ?? '') as NonNullable<CompileOptions['codes']>
const here = context({
  config: { company: 1 },
  codes: (kind) => new Map(Object.entries(codes[kind] ?? {})),
  link: (type, ref) => (JSON.stringify(ref).includes('harbour') && type === 'party' ? '41' : type === 'product' ? '9' : undefined),
})
const known: readonly string[] = [
  'mapping',
  'fields',
  'overlay',
  'workspace',
  'cases',
  'source',
  'document',
  'base',
  'result',
  'errors',
  'notes',
]

describe('every example of the page does what the page says', () => {
  it.each([...examples])('%s', (_, parts) => {
    expect([...parts.keys()].filter((part) => !known.includes(part))).toEqual([])
    const read = (part: string): Json | undefined => (parts.has(part) ? (JSON.parse(parts.get(part) ?? '') as Json) : undefined)
    const fields = parts.get('fields')
    const text =
      parts.get('mapping') ?? `{"mapping":"example","version":"1","source":"a","target":"b","direction":"pull","fields":${fields ?? '{}'}}`
    const overlay = parts.get('overlay')
    const { mapping, faults } = compileMapping(text, {
      file: 'page.json',
      tables,
      codes,
      ...(overlay === undefined ? {} : { overlay: { file: 'overlay.json', text: overlay } }),
    })
    expect(faults.filter(({ code }) => code !== 'W_NO_KEY')).toEqual([])
    const cases = parts.get('cases')
    if (cases !== undefined) {
      for (const { name, input, output, errors } of (JSON.parse(cases) as CasesFile).cases) {
        const made = mapping?.pull(input as Json, here)
        if (errors === undefined) expect(made, name).toMatchObject({ ok: true, value: output })
        else expect(made, name).toMatchObject({ ok: false, errors })
      }
      return
    }
    const document = read('document')
    const source = document ?? read('source') ?? null
    const pushes = document !== undefined || mapping?.direction === 'push'
    const result = pushes ? mapping?.push(source, here, read('base')) : mapping?.pull(source, here)
    const errors = read('errors')
    if (errors !== undefined) expect(result).toMatchObject({ ok: false, errors })
    else {
      expect(result).toMatchObject({ ok: true, notes: read('notes') ?? [] })
      expect(result?.ok && result.value).toEqual(read('result'))
    }
  })

  it('and no JSON on the page is none of them', () => {
    const lines = page.split('\n')
    const loose = lines.flatMap((line, i) => (line === '```json' && !lines[i - 1]?.startsWith('<!-- example: ') ? [i + 1] : []))
    expect(loose).toEqual([])
  })

  it('and there are examples from the first path to the last policy', () => {
    expect([...examples.keys()]).toEqual(
      expect.arrayContaining(['first', 'value', 'codes', 'times', 'push', 'both', 'policies', 'overlay']),
    )
  })
})

it('the tables of the page are made from the code (vitest run src/mapping/docs.test.ts --update writes them)', async () => {
  await expect(generatePage(page)).toMatchFileSnapshot(file)
})

it.each([
  ['converters', [...converters.keys()], Object.keys(converterWords)],
  ['functions', [...functions.keys()], Object.keys(functionWords)],
])('the words for %s are those of all, and of no others', (_, names, words) => {
  expect([...words].sort()).toEqual([...names].sort())
})

it.each([
  ['rule keys', ruleKeys],
  ['file keys', fileKeys],
])('the page names all %s', (_, names) => {
  expect(names.length).toBeGreaterThan(5)
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

it('links on the page lead to its own headings or to files beside it', () => {
  const headings = new Set([...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-')))
  const wrong = [...page.matchAll(/\]\(([^)]+)\)/g)]
    .map(([, to = '']) => to)
    .filter((to) => to.startsWith('#') && !headings.has(to.slice(1)))
  expect(wrong).toEqual([])
})
