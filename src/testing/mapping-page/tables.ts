import { compileMapping } from '../../mapping/compile.ts'
import { functions } from '../../mapping/functions.ts'
import { compileStream } from '../../mapping/stream.ts'
import { context } from '../../mapping/testbed.ts'
import type { Fault, MapResult } from '../../mapping/types.ts'
import { converterWords, functionWords } from '../../mapping/words.ts'
import { isObject, type JsonObject } from '../../model/json.ts'
import { en } from '../../model/messages/en.ts'
import { hubOrder, shopOrder } from './example-schemas.ts'
import { type FaultExample, faultExamples, frame } from './fault-examples.ts'
import { errorExamples, itemExamples, noteExamples, type RunExample } from './run-examples.ts'

const schemas = new Map<string, JsonObject>([
  ['shop/order@1', shopOrder],
  ['hub/order@1', hubOrder],
])

/** All faults of an example. */
export function faultsOf({ file, text, alone, stream }: FaultExample): readonly Fault[] {
  const head = { mapping: 'example', version: '1', source: 'shop/order@1', target: 'hub/order@1', direction: 'pull' }
  const whole = text ?? JSON.stringify({ ...head, ...file })
  const options = { file: 'example.json', codes: {}, ...(alone ? {} : { schemas }) }
  return stream === undefined ? compileMapping(whole, options).faults : compileStream(whole, stream, options).faults
}

/** What running an example gives. @throws Error when its mapping has faults */
export function resultOf({ file, input, push, base }: RunExample): MapResult {
  const whole = JSON.stringify({ mapping: 'example', version: '1', source: 'a', target: 'b', direction: 'pull', ...file })
  const { mapping, faults } = compileMapping(whole, { file: 'example.json' })
  if (mapping === undefined) throw new Error(faults.map(({ code, message }) => `${code} ${message}`).join('; '))
  const here = context({ link: () => undefined })
  return push ? mapping.push(input, here, base) : mapping.pull(input, here)
}

const short = (text: string, most = 150): string => (text.length > most ? `${text.slice(0, most)}…` : text)
/** JSON with room to breathe, as people write it. */
const spaced = (value: unknown): string =>
  JSON.stringify(value, undefined, 1).replaceAll(/\n\s*/g, ' ').replaceAll('[ ', '[').replaceAll(' ]', ']')
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const coded = (text: string): string => `\`${cell(text.replaceAll('`', "'"))}\``
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const words = (key: string): string => en[key as keyof typeof en]

function faultTable(): string {
  const rows = faultExamples.map((example) => {
    const found = faultsOf(example).find(({ code }) => code === example.code)
    const { fields, ...rest } = example.file ?? {}
    const own = isObject(fields) ? Object.fromEntries(Object.entries(fields).filter(([, rule]) => rule !== frame.number)) : {}
    const point = Object.keys(own).length === 0 ? fields : own
    const only = fields === undefined ? rest : Object.keys(rest).length === 0 ? point : { ...rest, fields: point }
    const said = found === undefined ? '' : `${found.message}${found.suggestion === undefined ? '' : ` (${found.suggestion})`}`
    return [`\`${example.code}\``, words(`fault.${example.code}`), coded(short(example.text ?? spaced(only), 200)), cell(short(said, 300))]
  })
  return table(['code', 'what it means and what to do', 'example', 'what it says'], rows)
}

/** One line for each field: the schemas are long otherwise. */
function schemaBlock(): string {
  const lines = [shopOrder, hubOrder].map(({ $id, required, properties }) => {
    const fields = Object.entries(properties as JsonObject).map(([name, schema]) => `  ${JSON.stringify(name)}: ${JSON.stringify(schema)}`)
    return `// ${String($id)}, an object without other fields; required: ${(required as readonly string[]).join(', ')}\n${fields.join('\n')}`
  })
  return `\`\`\`\n${lines.join('\n\n')}\n\`\`\``
}

function errorTable(): string {
  const rows = errorExamples.map((example) => {
    const result = resultOf(example)
    const [error] = result.ok ? [] : result.errors
    const said =
      error === undefined
        ? ''
        : [error.from ?? error.to, error.found === undefined ? '' : `found ${error.found},`, `expected ${error.expected}`]
            .filter((part) => part !== '')
            .join(' ')
    return [`\`${example.code}\``, words(`mapError.${example.code}`), ...shown(example), cell(short(said, 200))]
  })
  const items = itemExamples.map(({ code, shown: text }) => [`\`${code}\``, words(`mapError.${code}`), '', coded(text), ''])
  return table(['code', 'what it means and what to do', 'mapping', 'of this', 'what it says'], [...rows, ...items])
}

function noteTable(): string {
  const rows = noteExamples.map((example) => {
    const result = resultOf(example)
    const [note] = result.ok ? result.notes : []
    return [`\`${example.code}\``, words(`mapNote.${example.code}`), ...shown(example), cell(short(note?.message ?? '', 200))]
  })
  return table(['note', 'what it means', 'mapping', 'of this', 'what it says'], rows)
}

function shown({ file, input, base }: RunExample): readonly [string, string] {
  const { fields, ...rest } = file
  const rules = Object.keys(rest).length === 0 ? fields : fields === undefined ? rest : { ...rest, fields }
  return [coded(spaced(rules)), coded(short(spaced(input), 60)) + (base === undefined ? '' : `, the partner holds ${coded(spaced(base))}`)]
}

const converterTable = (kind: 'value' | 'format'): string =>
  table(
    ['converter', 'partner', 'hub', ''],
    Object.entries(converterWords)
      .filter(([, one]) => one.kind === kind)
      .map(([name, one]) => [[name, ...(one.forms ?? [])].map((form) => `\`${form}\``).join(', '), one.partner, one.hub, one.about]),
  )

const gives: Readonly<Record<string, string>> = { decimal: 'decimal', integer: 'integer', text: 'text', boolean: 'true/false', raw: 'any' }
const functionTable = (): string =>
  table(
    ['function', 'type', 'gives'],
    [...functions].map(([name, { usage, gives: kind }]) => [
      usage
        .split(/ or (?=[a-z]+\()/)
        .map((form) => coded(form.replace(/,? the number of the item.*$/, '')))
        .join(', '),
      gives[kind] ?? kind,
      functionWords[name] ?? '',
    ]),
  )

/** The parts of docs/mapping.md that are made from code, by the name in their marks. */
export const generated: Readonly<Record<string, () => string>> = {
  'converters of values': () => converterTable('value'),
  'converters of formats': () => converterTable('format'),
  functions: functionTable,
  schemas: schemaBlock,
  faults: faultTable,
  errors: errorTable,
  notes: noteTable,
}

/** The page with its generated parts made anew. @throws Error when a mark has no part, or a part no mark */
export function generatePage(page: string): string {
  const met = new Set<string>()
  const made = page.replaceAll(/<!-- generated: ([\w ]+) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const part = generated[name]
    if (part === undefined) throw new Error(`docs/mapping.md marks '${name}', which nothing generates`)
    met.add(name)
    return `<!-- generated: ${name} -->\n${part()}\n<!-- end -->`
  })
  const missing = Object.keys(generated).filter((name) => !met.has(name))
  if (missing.length > 0) throw new Error(`docs/mapping.md has no mark for ${missing.join(', ')}`)
  return made
}
