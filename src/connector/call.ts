import { reject } from '../model/errors.ts'
import { at, type Json, type JsonObject } from '../model/json.ts'
import { compileJson, compilePath, compileString, compileText, parseTemplate, type Roots } from './template.ts'
import type { Call, Codec, FormField, HttpRequest, Method } from './types.ts'

/** A call whose templates are read once. */
export interface CompiledCall {
  readonly method: Method
  /** `GET /orders/{key}`, `model.sale.sale.read (POST /acme/)`: for messages */
  readonly label: string
  readonly path: (roots: Roots) => string
  readonly query: readonly (readonly [string, (roots: Roots) => Json | undefined])[]
  readonly headers: (roots: Roots) => Record<string, string>
  readonly body: ((roots: Roots) => RequestBody | undefined) | undefined
  readonly cost?: number
  readonly graphql?: 'query' | 'mutation'
  readonly already?: NonNullable<Call['already']>
}
export interface RequestBody {
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** `config`: what of the connection's config may be told in messages. @throws HubError `bad-template` (bug) */
export function compileCall(call: Call, codec: Codec | undefined, config: JsonObject = {}): CompiledCall {
  const method = call.method ?? (call.graphql === undefined ? 'GET' : 'POST')
  return {
    method,
    label: labelOf(method, call, config),
    path: compilePath(call.path),
    query: Object.entries(call.query ?? {}).map(([name, template]) => [name, compileText(template)] as const),
    headers: compileHeaders(call.headers),
    body: compileBody(call, codec),
    ...(call.cost === undefined ? {} : { cost: call.cost }),
    ...(call.already === undefined ? {} : { already: call.already }),
    ...(call.graphql === undefined ? {} : { graphql: operationOf(call.graphql.query).kind }),
  }
}

const longestLabel = 200

/** All templates of a call's body. */
export function bodyOf({ json, graphql, form }: Call): Json {
  const fields = Object.entries(form ?? {}).map(([name, field]) => [name, typeof field === 'string' ? field : field.json] as const)
  return json ?? graphql?.variables ?? Object.fromEntries(fields)
}

/** The path as it is written, with the parts that are the same for every call of the connection filled in. */
function labelOf(method: Method, { path, graphql, name = graphql && operationOf(graphql.query).name }: Call, config: JsonObject): string {
  const told = parseTemplate(path).map((piece) => {
    if (typeof piece === 'string') return piece
    const value = piece.root === 'config' ? at({ config }, piece.path) : undefined
    return typeof value === 'string' || typeof value === 'number' ? String(value) : `{${piece.path}}`
  })
  const address = `${method} ${told.join('') || '/'}`.slice(0, longestLabel)
  return name === undefined ? address : `${name} (${address})`
}

/** What the text of a GraphQL operation is, by its first words. */
export function operationOf(query: string): { readonly kind: 'query' | 'mutation'; readonly name: string | undefined } {
  const [, kind, name] = /^\s*(query|mutation)\b\s*(\w+)?/.exec(query) ?? []
  return { kind: kind === 'mutation' ? 'mutation' : 'query', name }
}

/** JSON in a field is its text: a list of it is no list of values. */
function compileField(field: FormField): (roots: Roots) => Json | undefined {
  if (typeof field === 'string') return compileText(field)
  const render = compileJson(field.json)
  return (roots) => {
    const value = render(roots)
    return value === undefined ? undefined : JSON.stringify(value)
  }
}

function compileBody(call: Call, codec: Codec | undefined): CompiledCall['body'] {
  const encoder = new TextEncoder()
  if (call.form !== undefined) {
    const fields = Object.entries(call.form).map(([name, field]) => [name, compileField(field)] as const)
    return (roots) => ({
      contentType: 'application/x-www-form-urlencoded',
      bytes: encoder.encode(new URLSearchParams(fields.flatMap(([name, render]) => pair(name, render(roots)))).toString()),
    })
  }
  if (call.graphql !== undefined) {
    const { query, variables = {} } = call.graphql
    const render = compileJson(variables)
    return (roots) => ({
      contentType: 'application/json',
      bytes: encoder.encode(JSON.stringify({ query, variables: render(roots) ?? {} })),
    })
  }
  if (call.json === undefined) return undefined
  const render = compileJson(call.json)
  const serialize = codec?.serialize
  const contentType = serialize === undefined ? 'application/json' : (codec?.contentTypes[0] ?? 'application/json')
  return (roots) => {
    const value = render(roots)
    if (value === undefined) return undefined
    return { contentType, bytes: serialize === undefined ? encoder.encode(JSON.stringify(value)) : serialize(value) }
  }
}

/**
 * The request of a call under a base address, whose own path and query are kept.
 * @throws HubError `bad-value` (reject) when a value does not fit its place.
 */
export function buildRequest(base: URL, call: CompiledCall, roots: Roots, headers: Readonly<Record<string, string>>): HttpRequest {
  const url = new URL(base)
  const path = call.path(roots)
  if (path !== '') url.pathname = `${base.pathname.replace(/\/+$/, '')}${path.startsWith('/') ? '' : '/'}${path}`
  const query = call.query.flatMap(([name, render]) => pair(name, render(roots))).map(([name, value]) => `${encode(name)}=${encode(value)}`)
  if (query.length > 0) url.search = [url.search.slice(1), ...query].filter((part) => part !== '').join('&')
  return withBody(call, roots, url.href, headers)
}

/** The same call sent to an address the partner gave for its next page. */
export function followRequest(url: string, call: CompiledCall, roots: Roots, headers: Readonly<Record<string, string>>): HttpRequest {
  return withBody(call, roots, url, headers)
}

function withBody(call: CompiledCall, roots: Roots, url: string, headers: Readonly<Record<string, string>>): HttpRequest {
  const body = call.body?.(roots)
  return {
    method: call.method,
    url,
    headers: body === undefined ? headers : { ...headers, 'content-type': body.contentType },
    ...(body === undefined ? {} : { body: body.bytes }),
  }
}

/** A write that lost its tag on the way would overwrite whatever stands there. */
const preconditions: ReadonlySet<string> = new Set(['if-match', 'if-unmodified-since'])

/** Header values of one request. @throws HubError `bad-value` (reject) for a value that would break the line, `no-tag` (reject) for a precondition without a value. */
export function compileHeaders(headers: Readonly<Record<string, string>> | undefined): (roots: Roots) => Record<string, string> {
  const templates = Object.entries(headers ?? {}).map(([name, template]) => [name.toLowerCase(), compileString(template)] as const)
  return (roots) => {
    const rendered: Record<string, string> = {}
    for (const [name, render] of templates) {
      const value = render(roots)
      if (value !== undefined) rendered[name] = headerValue(name, value)
      else if (preconditions.has(name))
        throw reject(
          'no-tag',
          `not sent: what was read before has no value for the header ${name}, and without it the write would be blind`,
          {
            sent: false,
          },
        )
    }
    return rendered
  }
}

export function headerValue(name: string, value: string): string {
  if (!/^[\t\x20-\x7e]*$/.test(value))
    throw reject('bad-value', `the value of header ${name} has characters that a header cannot carry`, { sent: false })
  return value
}

/** A query or form field; a list becomes `1,2,3`; nothing and null are left out. */
function pair(name: string, value: Json | undefined): [string, string][] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return [[name, value.map(String).join(',')]]
  return [[name, (typeof value === 'object' ? JSON.stringify(value) : String(value)).toWellFormed()]]
}

const encode = (text: string): string => encodeURIComponent(text.toWellFormed())
