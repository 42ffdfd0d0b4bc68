import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/** The schema of schemas (JSON Schema 2020-12) as a function: to compile it takes longer than most schemas that it judges, so in what is published the compiled code stands in the place of this file (`build.ts`). */
export const metaSchemaId = 'https://json-schema.org/draft/2020-12/schema'

/** ajv with nothing but that schema, which tells everything that is wrong. `source`: it keeps the code that it makes. */
export function openMetaSchema(source = false): Ajv2020 {
  const code = { optimize: false, source, esm: true }
  const ajv = new Ajv2020({ allErrors: true, verbose: true, logger: false, inlineRefs: false, code })
  formats.default(ajv)
  return ajv
}

let compiled: ValidateFunction | undefined

/** Answers true for a schema; `errors` of it say what is wrong with another value. */
export function metaSchema(): ValidateFunction {
  compiled ??= openMetaSchema().getSchema(metaSchemaId)
  if (compiled === undefined) throw new Error(`ajv does not know ${metaSchemaId}`)
  return compiled
}
