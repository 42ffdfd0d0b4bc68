import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../package-root.ts'
import { demoBreaks, mutants } from './list.ts'
import { mutate } from './mutant.ts'
import { invariants } from './table.ts'

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8')

describe('every mutant', () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s fits the code and names its test', (_, mutant) => {
    for (const file of new Set(mutant.edits.map((edit) => edit.file ?? mutant.file)))
      expect(mutate(mutant, join(packageRoot, file), read(file))).not.toBe(read(file))
    expect(invariants.map(({ id }) => id)).toContain(mutant.invariant)
    expect(read(mutant.test.file)).toMatch(/\b(test|it|\w+Kit)\(/)
  })

  test('has a name of its own', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  })
})

test('every invariant has a mutant', () => {
  expect(invariants.filter(({ id }) => !mutants.some(({ invariant }) => invariant === id))).toEqual([])
})

test('the demo offers mutants that exist', () => {
  expect(demoBreaks.filter((name) => !mutants.some((mutant) => mutant.name === name))).toEqual([])
})
