import { reject } from '../../model/errors.ts'
import { at, isObject, type Json, type JsonObject, parseJson } from '../../model/json.ts'

/** Most text of all samples together, in UTF-16 units. */
export const maxSampleText = 10 * 1024 * 1024
/** Most records of all samples together. */
export const maxRecords = 1_000

/** A sample file as it was read. */
export interface SampleText {
  readonly file: string
  readonly text: string
}

/**
 * The records of all samples: a file holds one record, a list of them, or one a line (JSON lines). `path` leads to the record or list inside each
 * document (`data.orders`), `''` takes the document itself.
 * @throws HubError reject `sample-limit`, `sample-json`, `sample-record`, each with the file
 */
export function recordsOf(samples: readonly SampleText[], path = ''): readonly JsonObject[] {
  const length = samples.reduce((sum, { text }) => sum + text.length, 0)
  if (length > maxSampleText)
    throw reject('sample-limit', `the samples are larger than ${maxSampleText / 1024 / 1024} MB together; a handful of records is enough`)
  const records = samples.flatMap((sample) => recordsIn(sample, path))
  if (records.length > maxRecords)
    throw reject('sample-limit', `the samples have more than ${maxRecords} records (${records.length}); a handful is enough`)
  if (records.length === 0) throw reject('sample-record', 'the samples have no record; give at least one')
  return records
}

function recordsIn({ file, text }: SampleText, path: string): readonly JsonObject[] {
  return documentsIn(file, text).flatMap((document) => {
    const value = at(document, path)
    if (value === undefined) throw reject('sample-record', `${file} has nothing at '${path}'`)
    const records = Array.isArray(value) ? (value as readonly Json[]) : [value]
    return records.map((record) => {
      if (isObject(record)) return record
      throw reject(
        'sample-record',
        `${file}: a record is an object, this is ${JSON.stringify(record).slice(0, 60)}; lead to the records with --at`,
      )
    })
  })
}

function documentsIn(file: string, text: string): readonly Json[] {
  try {
    return [parseJson(text.replace(/^\uFEFF/, ''))]
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (lines.length < 2) throw notJson(file, error)
    return lines.map((line, index) => {
      try {
        return parseJson(line)
      } catch (inLine) {
        // a broken document of many lines is told as a whole: its first line alone is never JSON
        throw index === 0 ? notJson(file, error) : notJson(`${file}, line ${index + 1}`, inLine)
      }
    })
  }
}

const notJson = (place: string, cause: unknown) =>
  reject('sample-json', `${place} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
