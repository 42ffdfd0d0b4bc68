import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileMapping } from '../mapping/compile.ts'
import type { MapContext, MapResult } from '../mapping/types.ts'
import { interpreter } from './interpret.ts'
import { randomMapping } from './random-mapping.ts'
import { randomRecord, secretSchema } from './random-record.ts'

const units = new Map([
  ['A', 'EA'],
  ['12', 'XBX'],
  ['B', 'EA'],
])
const context: MapContext = {
  connection: 'shop',
  books: 'harbour',
  config: { timeZone: 'Asia/Shanghai', warehouse: 'WH1' },
  zone: 'America/New_York',
  codes: (kind) => (kind === 'unit' ? units : undefined),
  link: (type, ref) => (JSON.stringify(ref).length % 3 === 0 ? undefined : `${type}-${JSON.stringify(ref).length}`),
}

/** Everything of a result: fields, errors and notes in their order. */
const text = (result: MapResult): string =>
  JSON.stringify(result.ok ? [result.value, result.notes, result.choices] : result.errors, null, 1)

describe('generated code does with a random mapping and random documents what the interpreter does', () => {
  it.each(['pull', 'push'] as const)('%s', (mode) => {
    const seen = { refused: 0, failed: 0, made: 0 }
    const runs = 90
    fc.assert(
      fc.property(fc.gen(), fc.boolean(), (g, secrets) => {
        const file = randomMapping(g, mode)
        const options = secrets ? { sourceSchema: secretSchema, targetSchema: secretSchema } : {}
        const { mapping } = compileMapping(file, { file: 'random.json', ...options })
        if (mapping === undefined) {
          seen.refused++
          return
        }
        const oracle = interpreter(file, options)
        for (let i = 0; i < 4; i++) {
          const document = randomRecord(g)
          const base = mode === 'push' && i > 1 ? randomRecord(g, 1) : undefined
          const compiled = mode === 'pull' ? mapping.pull(document, context, { choices: true }) : mapping.push(document, context, base)
          const interpreted = mode === 'pull' ? oracle.pull(document, context) : oracle.push(document, context, base)
          seen[compiled.ok ? 'made' : 'failed']++
          if (text(compiled) !== text(interpreted))
            throw new Error(`${file}\n${JSON.stringify(document)}\ncompiled ${text(compiled)}\ninterpreted ${text(interpreted)}`)
        }
      }),
      { numRuns: runs, endOnFailure: true },
    )
    expect(seen.refused).toBeLessThan(runs / 2)
    expect(Math.min(seen.made, seen.failed)).toBeGreaterThan(runs / 5)
  })
})
