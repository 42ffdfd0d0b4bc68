import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Connector } from '../connector/types.ts'
import type { ConnectionForm } from '../model/connection-form.ts'
import { isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import type { Language } from '../model/messages.ts'
import { readTextFile } from '../model/text-file.ts'

/** Texts of the fields of a connector's config, in a file beside it; what stands in the config's own schema (title, description, x-title-zh, x-description-zh, examples) counts where the file is silent. */
export const formFile = 'form.json'

interface FieldTexts {
  readonly title?: Readonly<Partial<Record<Language, string>>>
  readonly help?: Readonly<Partial<Record<Language, string>>>
  readonly examples?: readonly Json[]
}
export type FormTexts = Readonly<Record<string, FieldTexts>>

const rules = ['type', 'format', 'pattern', 'enum', 'minimum', 'maximum', 'minLength', 'maxLength', 'default'] as const

/** The texts of a connector in `folder`; none where it has no such file. @throws SyntaxError when it is not JSON */
export async function readFormTexts(folder: string): Promise<FormTexts> {
  const file = join(folder, formFile)
  if (!existsSync(file)) return {}
  const value = parseJson(await readTextFile(file))
  return isObject(value) ? (value as FormTexts) : {}
}

/** The form of a connection's config. A text that is missing in the language is told in the other one. */
export function connectionForm({ name, title, config }: Connector, texts: FormTexts, language: Language): ConnectionForm {
  const required = Array.isArray(config.required) ? config.required : []
  return {
    connector: name,
    title,
    language,
    fields: fieldsOf(config).map(([field, schema]) => {
      const own = textsOf(schema, texts[field])
      const [first, second]: readonly Language[] = language === 'zh' ? ['zh', 'en'] : ['en', 'zh']
      return {
        name: field,
        title: own.title[first ?? 'en'] ?? own.title[second ?? 'en'] ?? field,
        help: own.help[first ?? 'en'] ?? own.help[second ?? 'en'] ?? '',
        required: required.includes(field),
        secret: schema.writeOnly === true,
        examples: own.examples,
        rule: Object.fromEntries(rules.flatMap((word) => (schema[word] === undefined ? [] : [[word, schema[word]]]))),
      }
    }),
  }
}

/** Texts that a form of the connector lacks, in either language, and texts of fields that it does not have. */
export function formFaults({ config }: Connector, texts: FormTexts): readonly string[] {
  const fields = fieldsOf(config)
  return [
    ...fields.flatMap(([name, schema]) => {
      const { title, help } = textsOf(schema, texts[name])
      return (['en', 'zh'] as const).flatMap((language) => [
        ...(title[language]?.trim() ? [] : [`${name} has no title in ${language}`]),
        ...(help[language]?.trim() ? [] : [`${name} has no help in ${language}`]),
      ])
    }),
    ...Object.keys(texts)
      .filter((name) => !fields.some(([field]) => field === name))
      .map((name) => `${name} is no field of the config`),
  ]
}

const fieldsOf = ({ properties }: JsonObject): readonly (readonly [string, JsonObject])[] =>
  Object.entries(isObject(properties) ? properties : {}).flatMap(([name, schema]) => (isObject(schema) ? [[name, schema] as const] : []))

function textsOf(schema: JsonObject, own: FieldTexts | undefined) {
  const text = (word: string): string | undefined => (typeof schema[word] === 'string' ? schema[word] : undefined)
  return {
    title: { en: own?.title?.en ?? text('title'), zh: own?.title?.zh ?? text('x-title-zh') },
    help: { en: own?.help?.en ?? text('description'), zh: own?.help?.zh ?? text('x-description-zh') },
    examples: own?.examples ?? (Array.isArray(schema.examples) ? schema.examples : []),
  }
}
