import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { en } from '../model/messages/en.ts'
import { openSlicer } from '../model/slicer.ts'
import { faultExamples } from '../testing/mapping-page/fault-examples.ts'
import { errorExamples, itemExamples, noteExamples } from '../testing/mapping-page/run-examples.ts'
import { faultsOf, resultOf } from '../testing/mapping-page/tables.ts'
import { runStream } from './stream-run.ts'

const sources = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8'))
  .join('\n')
const inCode = (pattern: RegExp): readonly string[] => [...new Set(sources.match(pattern))].sort()
const codes = (examples: readonly { readonly code: string }[]): readonly string[] => examples.map(({ code }) => code).sort()
const union = (name: string): readonly string[] =>
  [...(new RegExp(`export type ${name} =([^\\n]*(?:\\n\\s+\\|[^\\n]*)*)`).exec(sources)?.[1] ?? '').matchAll(/'([A-Z_]+)'/g)]
    .map(([, code = '']) => code)
    .sort()

describe('every code has an example and words in both languages', () => {
  it.each([
    ['faults of a file', codes(faultExamples), inCode(/(?<=')[EW]_[A-Z_]+(?=')/g).filter((code) => code !== 'W_'), 'fault.'],
    ['errors of a document', codes(errorExamples), union('MapErrorCode'), 'mapError.'],
    ['notes', codes(noteExamples), union('NoteCode'), 'mapNote.'],
    ['faults of an item', codes(itemExamples), inCode(/(?<=code: ')(NOT|TOO)_[A-Z0-9_]+(?=')/g), 'mapError.'],
  ])('%s', (_, examples, known, prefix) => {
    expect(known.length).toBeGreaterThan(3)
    expect(examples).toEqual(known)
    expect(known.filter((code) => !Object.hasOwn(en, `${prefix}${code}`))).toEqual([])
  })
})

describe('an example gives exactly its code', () => {
  it.each(faultExamples.map((example) => [example.code, example] as const))('%s', (code, example) => {
    const faults = faultsOf(example)
    expect(faults.map((fault) => fault.code)).toEqual([code])
    expect(faults[0]).toMatchObject({
      file: 'example.json',
      line: 1,
      column: expect.any(Number),
      severity: code.startsWith('W_') ? 'warning' : 'error',
    })
  })

  it.each(errorExamples.map((example) => [example.code, example] as const))('%s', (code, example) => {
    const result = resultOf(example)
    expect(result.ok ? [] : result.errors.map((error) => error.code)).toEqual([code])
  })

  it.each(noteExamples.map((example) => [example.code, example] as const))('%s', (code, example) => {
    const result = resultOf(example)
    expect(result.ok && result.notes.map((note) => note.code)).toEqual([code])
  })

  it.each(itemExamples.map((example) => [example.code, example] as const))('%s', async (code, { bytes }) => {
    const told: string[] = []
    const chunks = (async function* () {
      yield bytes()
    })()
    const slicer = openSlicer({ shape: 'any' })
    await runStream(chunks, slicer, () => ({ kind: 'left-out', notes: [] }), {
      written: async () => {},
      reported: ({ errors }) => void told.push(...errors.map((error) => error.code)),
    })
    expect(told).toEqual([code])
  })
})
