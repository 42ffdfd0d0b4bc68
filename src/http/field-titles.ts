import { isObject, type Json, type JsonSchema } from '../model/json.ts'
import type { Step } from '../model/keyed-difference.ts'
import type { Language } from '../model/messages.ts'

const maxRefs = 32

/** What people call the field at the end of a path, from the titles of its schema, with the objects it stands in from step `from` on; its name in the document where no schema knows it. */
export function fieldTitle(
  schemas: ReadonlyMap<string, JsonSchema> | undefined,
  type: string,
  steps: readonly Step[],
  language: Language,
  from: number,
): string {
  let home: Json | undefined = schemas?.get(`${type}@1`)
  let here: Json | undefined = home
  const titles: string[] = []
  for (const [place, step] of steps.entries()) {
    const name = 'name' in step ? step.name : undefined
    const field = isObject(here) ? (name === undefined ? here.items : ownField(here.properties, name)) : undefined
    if (name !== undefined && place >= from) titles.push(titleOf(field, language) ?? name)
    ;[here, home] = opened(schemas, field, home)
  }
  return titles.join(language === 'zh' ? '·' : ', ')
}

const ownField = (properties: Json | undefined, name: string): Json | undefined =>
  isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined

const titleOf = (field: Json | undefined, language: Language): string | undefined => {
  const title = isObject(field) ? field[language === 'zh' ? 'x-title-zh' : 'title'] : undefined
  return typeof title === 'string' ? title : undefined
}

/** A schema with its `$ref`s opened, and the one that holds it. */
function opened(
  schemas: ReadonlyMap<string, JsonSchema> | undefined,
  schema: Json | undefined,
  root: Json | undefined,
): readonly [Json | undefined, Json | undefined] {
  let [here, home] = [schema, root]
  for (let refs = 0; refs < maxRefs && isObject(here) && typeof here.$ref === 'string'; refs++) {
    const [id = '', pointer = ''] = here.$ref.split('#')
    if (id !== '') home = schemas?.get(id)
    here = pointer
      .split('/')
      .filter((part) => part !== '')
      .reduce<Json | undefined>((at, part) => ownField(at, part), home)
  }
  return [here, home]
}
