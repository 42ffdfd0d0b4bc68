import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { JsonObject } from '../model/json.ts'
import { converters } from './converters.ts'
import { functions } from './functions.ts'
import { ruleKeys } from './parse-rule.ts'
import { compiled, context } from './testbed.ts'

const page = readFileSync(`${import.meta.dirname}/../../docs/mapping.md`, 'utf8')
const sources = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8'))
  .join('\n')

function example(name: string): JsonObject {
  const block = new RegExp(`<!-- example: ${name} -->\\n\`\`\`json\\n([\\s\\S]*?)\\n\`\`\``).exec(page)?.[1]
  if (block === undefined) throw new Error(`docs/mapping.md has no example '${name}'`)
  return JSON.parse(block) as JsonObject
}

const here = context({
  config: { company: 1 },
  link: (type, ref) => (JSON.stringify(ref).includes('harbour') && type === 'party' ? '41' : type === 'product' ? '9' : undefined),
})

it('the pull of the page makes what the page says', () => {
  const mapping = compiled(JSON.stringify(example('pull mapping')))
  expect(mapping.pull(example('pull source'), here)).toEqual({ ok: true, value: example('pull result'), notes: [] })
})

it('the push of the page makes what the page says', () => {
  const mapping = compiled(JSON.stringify(example('push mapping')))
  expect(mapping.push(example('push source'), here)).toEqual({ ok: true, value: example('push result'), notes: [] })
})

it.each([
  ['rule keys', ruleKeys],
  ['converters', [...converters.keys()]],
  ['faults', [...new Set(sources.match(/(?<=')[EW]_[A-Z_]+(?=')/g))].filter((code) => code !== 'W_')],
  ['run-time errors', [...new Set(sources.match(/(?<=\| ')[A-Z_]{4,}(?=')/g))].filter((code) => code !== 'PULL_ONLY')],
])('the page names all %s', (_, names) => {
  expect(names.length).toBeGreaterThan(5)
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

it('the page names all functions', () => {
  expect([...functions.keys()].filter((name) => !page.includes(`\`${name}(`))).toEqual([])
})
