import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { merged } from './openapi-schema.ts'

export interface DraftedPaging {
  readonly page: JsonObject
  readonly query: Readonly<Record<string, string>>
  readonly questions: readonly string[]
}
interface Asked {
  readonly name: string
  readonly schema: JsonObject
}

const names = {
  size: /^(per_?page|page_?size|limit|count|page_?limit|\$top|max_?results|take|size|rows)$/i,
  number: /^(page|page_?(no|num|number|index)|p)$/i,
  offset: /^(offset|skip|\$skip|start|start_?(at|index)|from)$/i,
  token: /^(cursor|after|page_?token|starting_?after|next_?(token|cursor)|continuation_?token|marker|bookmark)$/i,
  next: /(^|\.)(next_?(cursor|token|page_?token)|cursor|after|end_?cursor|continuation_?token|next)$/i,
  link: /(^|\.)(next_?link|next_?(page_?)?ur[il]|@odata\.nextLink|next)$/i,
}
const usualSize = 100

/** How the next page is asked for, from the parameters of a list and the fields around its rows. */
export function draftPaging(
  spec: JsonObject,
  parameters: readonly Asked[],
  { envelope, headers, place }: { readonly envelope?: JsonObject | undefined; readonly headers: readonly string[]; readonly place: string },
): DraftedPaging {
  const find = (pattern: RegExp) => parameters.find(({ name }) => pattern.test(name))
  const size = find(names.size)
  const most = [size?.schema.maximum, size?.schema.default].find((value) => typeof value === 'number' && value > 0)
  const rows = typeof most === 'number' ? Math.min(most, 1000) : usualSize
  const sized = size === undefined ? {} : { [size.name]: '{page.size}' }
  const sizeQuestion =
    size === undefined
      ? [`${place}.page.size: how many rows has a full page? A shorter one is taken for the last.`]
      : typeof most === 'number'
        ? []
        : [`${place}.page.size: how large may ${size.name} be? ${usualSize} is drafted.`]
  const around = fieldsAround(spec, envelope)
  const token = find(names.token)
  const link = around.find(({ path, format }) => names.link.test(path) && (format === 'uri' || /link|ur[il]/i.test(path)))
  const next = around.find(({ path }) => names.next.test(path))
  if (link !== undefined && token === undefined)
    return {
      page: { kind: 'nextLink', size: rows, path: link.path.replaceAll(/\.(?=nextLink$)/g, '\\.') },
      query: sized,
      questions: sizeQuestion,
    }
  if (token !== undefined && next !== undefined)
    return {
      page: { kind: 'token', next: next.path },
      query: { ...sized, [token.name]: '{page.token}', ...(size === undefined ? {} : { [size.name]: String(rows) }) },
      questions: [],
    }
  if (token !== undefined)
    return {
      page: { kind: 'single' },
      query: {},
      questions: [`${place}.page: ${token.name} asks for the next page, but where does an answer tell its value? (kind token)`],
    }
  if (headers.some((name) => name.toLowerCase() === 'link'))
    return { page: { kind: 'link', size: rows }, query: sized, questions: sizeQuestion }
  const number = find(names.number)
  if (number !== undefined) {
    const least = [number.schema.minimum, number.schema.default].find((value) => value === 0 || value === 1)
    return {
      page: { kind: 'number', first: least === 0 ? 0 : 1, size: rows },
      query: { [number.name]: '{page.number}', ...sized },
      questions: [...(least === undefined ? [`${place}.page.first: is the first page 0 or 1? 1 is drafted.`] : []), ...sizeQuestion],
    }
  }
  const offset = find(names.offset)
  if (offset !== undefined)
    return { page: { kind: 'offset', size: rows }, query: { [offset.name]: '{page.offset}', ...sized }, questions: sizeQuestion }
  return {
    page: { kind: 'single' },
    query: {},
    questions: [`${place}.page: does one answer hold the whole list, as drafted, or how is the next page asked for?`],
  }
}

/** Scalar fields beside the rows, one level down too: `meta.next_cursor`. */
function fieldsAround(
  spec: JsonObject,
  envelope: JsonObject | undefined,
): readonly { readonly path: string; readonly format: Json | undefined }[] {
  const fields = (
    schema: JsonObject | undefined,
    head: string,
    depth: number,
  ): readonly { readonly path: string; readonly format: Json | undefined }[] =>
    Object.entries(isObject(schema?.properties) ? schema.properties : {}).flatMap(([name, value]) => {
      const field = merged(spec, value)
      if (field === undefined || field.type === 'array') return []
      return field.properties !== undefined && depth < 1
        ? fields(field, `${head}${name}.`, depth + 1)
        : [{ path: `${head}${name}`, format: field.format }]
    })
  return fields(envelope, '', 0)
}
