import { Ajv2020, type Options } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { checkTypes } from '../../src/mapping/check.ts'
import { compileMapping } from '../../src/mapping/compile.ts'
import { collectFaults } from '../../src/mapping/faults.ts'
import { parseMapping } from '../../src/mapping/parse.ts'
import { planReverse } from '../../src/mapping/reverse.ts'
import { readSourceText } from '../../src/mapping/source-text.ts'
import { context, type Job } from './job.ts'
import { alternate } from './measure.ts'

export interface CompileCost {
  /** from the text of the file to the last fault */
  readonly checkMs: number
  /** the rest: code, functions and their first run over a document */
  readonly compileMs: number
  /** Ajv with its defaults making a function of the target schema, and its first run */
  readonly ajvMs: number
  /** the same for the least it can do: the schema not checked, the code not optimised */
  readonly leanAjvMs: number
}

/** Medians of CPU time, the engine warm. Each text is another one, so that no cache of the engine answers. */
export async function compileCost(job: Job, rounds: number): Promise<CompileCost> {
  const { options, documents } = job
  let edition = 0
  const text = (): string => job.text.replace('"UNKNOWN"', `"UNKNOWN-${edition++}"`)
  const check = (): unknown => {
    const { source } = readSourceText(text(), options.file)
    const faults = collectFaults(options.file, () => ({ line: 1, column: 1 }))
    const program = source === undefined ? undefined : parseMapping(source.value, faults, options)
    if (program === undefined) throw new Error('the mapping of the job must parse')
    checkTypes(program, faults, options, planReverse(program, faults, options))
    return faults.list()
  }
  const whole = (): unknown => compileMapping(text(), options).mapping?.pull(documents[0] ?? {}, context)
  const ajv = (given: Options) => (): unknown => {
    const engine = new Ajv2020(given)
    formats.default(engine)
    engine.addFormat('decimal', true)
    engine.addKeyword('x-scale')
    return engine.compile({ ...options.targetSchema })({})
  }
  const contenders = [
    { name: 'check', run: check },
    { name: 'whole', run: whole },
    { name: 'ajv', run: ajv({}) },
    { name: 'lean', run: ajv({ validateSchema: false, code: { optimize: false } }) },
  ]
  const times = await alternate(contenders, { documents: 1, rounds })
  const ms = (name: string): number => times.us(name) / 1_000
  return { checkMs: ms('check'), compileMs: ms('whole') - ms('check'), ajvMs: ms('ajv'), leanAjvMs: ms('lean') }
}
