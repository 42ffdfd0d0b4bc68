import { retry } from '../model/errors.ts'
import { at, isObject, type Json, parseTwins } from '../model/json.ts'
import { formField } from './form.ts'
import { checkUtf8 } from './json-walk.ts'
import { findValue, maxRecords, parseRecord, parseSlice, type Range, sliceRecords } from './slice.ts'
import type { Codec, Connector, Webhook } from './types.ts'

/** Where a row stands in a body: bytes of a JSON text, or the number of its node, counted from the root in document order, for other codecs. */
export type Place = { readonly from: number; readonly to: number } | { readonly index: number }

/** One row of an answer. */
export interface Row {
  readonly bytes: Uint8Array
  readonly place: Place
  /** parsed and decoded */
  readonly value: Json
  /** an object in it has one name twice; here the last counts, the record as a whole is refused when it is read for its mapping */
  readonly twin?: true | undefined
}

/** An answer's body, read as far as somebody asks. */
export interface Body {
  readonly bytes: Uint8Array
  /** the whole body, decoded. @throws HubError `bad-shape` */
  value(): Json
  /** value at a path before it is decoded; undefined when there is none or the body cannot be read: for looking whether it says something */
  peek(path: string): Json | undefined
  /** rows at a path; an object there is one row. `asked`: a row of JSON is parsed when its value is asked for, and throws then. @throws HubError `bad-shape` */
  rows(path: string, parsed?: 'now' | 'asked'): readonly Row[]
  /** what `rows` has not found out, for whoever does not parse them. @throws HubError `bad-shape` (retry) */
  check(): void
}

/** `root`: where in a JSON body its paths begin. */
export function openBody(bytes: Uint8Array, codec: Codec | undefined, root = ''): Body {
  const decode = codec?.decode ?? ((value: Json) => value)
  const parse = codec?.parse
  const under = (path: string): string => (root === '' || path === '' ? root + path : `${root}.${path}`)
  if (parse !== undefined) return parsedBody(bytes, () => parse(bytes), decode)
  let whole: { readonly value: Json } | undefined
  return {
    bytes,
    value: () => {
      whole ??= { value: decode(parseSlice(bytes, findValue(bytes, root) ?? { from: 0, to: 0 })) }
      return whole.value
    },
    peek: (path) => {
      try {
        const found = findValue(bytes, under(path))
        return found === undefined ? undefined : parseSlice(bytes, found)
      } catch {
        return undefined
      }
    },
    rows: (path, parsed = 'now') => {
      const found = codec?.nullLists ? findValue(bytes, under(path)) : undefined
      if (found !== undefined && isNull(bytes, found)) return []
      const row = parsed === 'now' ? rowOf : rowWhenAsked
      return sliceRecords(bytes, under(path)).map((place) => row(bytes, place, decode))
    },
    check: () => checkUtf8(bytes),
  }
}

/** The body of a webhook request: where it is a form, the JSON in its field. */
export const openHookBody = ({ form }: Pick<Webhook, 'form'>, bytes: Uint8Array, codec: Codec | undefined): Body =>
  openBody(bytes, form === undefined ? codec : formCodec(form, codec))

/** How records of a connector are read from their bytes again: of answers by its own codec, of webhooks that are forms by their field. Only forms, and what its own codec parses, have places by number. */
export const keptCodec = ({ http, webhook }: Pick<Connector, 'http' | 'webhook'>): Codec | undefined =>
  webhook?.form === undefined ? http.codec : formCodec(webhook.form, http.codec)

const formCodec = (field: string, codec: Codec | undefined): Codec => ({
  ...codec,
  contentTypes: codec?.contentTypes ?? [],
  parse: (bytes) => {
    const text = formField(bytes, field)
    if (text !== undefined) return withoutTwins(text)
    if (codec?.parse !== undefined) return codec.parse(bytes)
    throw new SyntaxError(`the form has no field "${field}", or has it twice`)
  },
})

/** Other readers of a text with one name twice may take the other value. */
function withoutTwins(text: string): Json {
  const { value, twin } = parseTwins(text)
  if (twin !== undefined) throw new SyntaxError(`an object in it has the name ${JSON.stringify(twin)} twice`)
  return value
}

function rowOf(bytes: Uint8Array, place: Range, decode: (value: Json) => Json): Row {
  const { value, twin } = parseRecord(bytes, place)
  return { bytes, place, value: decode(value), ...(twin === undefined ? {} : { twin: true }) }
}

function rowWhenAsked(bytes: Uint8Array, place: Range, decode: (value: Json) => Json): Row {
  let row: Row | undefined
  const read = (): Row => {
    row ??= rowOf(bytes, place, decode)
    return row
  }
  return {
    bytes,
    place,
    get value() {
      return read().value
    },
    get twin() {
      return read().twin
    },
  }
}

const nothing = 'null'
const textDecoder = new TextDecoder()
const isNull = (bytes: Uint8Array, { from, to }: Range): boolean =>
  to - from === nothing.length && textDecoder.decode(bytes.subarray(from, to)) === nothing

/** Rows that stand inside another one, where a path leads from it; `*` is each item of a list. None where the path ends, or at null. @throws HubError `bad-shape` */
export function rowsInside(
  { bytes, place }: { readonly bytes: Uint8Array; readonly place: Place },
  path: string,
  codec: Codec | undefined,
): readonly Row[] {
  if ('index' in place) return []
  const decode = codec?.decode ?? ((value: Json) => value)
  const [own = '', ...deeper] = path.split('.*.')
  const cut = bytes.subarray(place.from, place.to)
  const found = findValue(cut, own)
  if (found === undefined || isNull(cut, found)) return []
  const ranges = sliceRecords(cut, own).map(({ from, to }) => ({ from: from + place.from, to: to + place.from }))
  return deeper.length === 0
    ? ranges.map((range) => rowOf(bytes, range, decode))
    : ranges.flatMap((range) => rowsInside({ bytes, place: range }, deeper.join('.*.'), codec))
}

/** A body that is not JSON: the codec makes the whole of it JSON once, rows are its nodes. */
function parsedBody(bytes: Uint8Array, parse: () => Json, decode: (value: Json) => Json): Body {
  let whole: { readonly raw: Json; readonly value: Json; readonly nodes: ReadonlyMap<Json, number> } | undefined
  const read = () => {
    if (whole !== undefined) return whole
    try {
      const raw = parse()
      whole = { raw, value: decode(raw), nodes: new Map(nodesOf(raw).map((node, index) => [node, index])) }
      return whole
    } catch (cause) {
      throw retry('bad-shape', "the connector's codec cannot read the answer", { sent: true, cause })
    }
  }
  return {
    bytes,
    value: () => read().value,
    peek: (path) => {
      try {
        return at(read().raw, path)
      } catch {
        return undefined
      }
    },
    check: () => void read(),
    rows: (path) => {
      const { raw, nodes } = read()
      const found = at(raw, path)
      if (found === undefined || found === null || typeof found !== 'object')
        throw retry('bad-shape', `"${path}" of the answer, where the records should be, does not exist`, { sent: true })
      const list: readonly Json[] = Array.isArray(found) ? found : [found as Json]
      if (list.length > maxRecords) throw retry('bad-shape', `more than ${maxRecords} records in one answer`, { sent: true })
      return list.map((value) => ({ bytes, place: { index: nodes.get(value) ?? 0 }, value: decode(value) }))
    },
  }
}

/** All objects and lists in document order: the numbers that {@link Place} counts by. */
export function nodesOf(value: Json): readonly Json[] {
  const nodes: Json[] = []
  const walk = (node: Json | undefined) => {
    if (node === null || typeof node !== 'object') return
    nodes.push(node)
    for (const child of Array.isArray(node) ? node : isObject(node) ? Object.values(node) : []) walk(child)
  }
  walk(value)
  return nodes
}
