import { isHubError } from '../model/errors.ts'
import { isObject, type Json, type JsonObject, type JsonSchema, namesOf } from '../model/json.ts'
import { bodyOf } from './call.ts'
import { nearest, type Report } from './lint-report.ts'
import { type Placeholder, parseTemplate, placeholders } from './template.ts'
import type { Call, Connector, Page } from './types.ts'

/** What the placeholders of one call may name, root by root: `true` for a value as it comes, a list for the fields it has. */
export type Scope = Readonly<Record<string, true | readonly string[]>>

/** Roots that every call knows. */
export function baseScope(connector: Connector): Scope {
  return { config: fieldsOf(connector.config) ?? [], ...(connector.http.auth.kind === 'session' ? { login: true as const } : {}) }
}

/** Fields of the `page` root of each kind of paging. */
export function pageScope(page: Page): Scope {
  switch (page.kind) {
    case 'single':
      return {}
    case 'number':
    case 'reverse':
    case 'link':
    case 'nextLink':
      return { page: ['number', 'size'] }
    case 'offset':
      return { page: ['offset', 'size'] }
    case 'token':
      return { page: ['token'] }
    case 'keyset':
      return {
        page: [
          'after',
          'size',
          ...(page.rowKey === undefined ? [] : ['afterRow']),
          ...(page.cursor === undefined ? [] : ['below', 'order']),
        ],
      }
    case 'custom':
      return { page: true }
  }
}

/** Names of a schema's properties; undefined when it does not list them. */
export const fieldsOf = (schema: JsonSchema): readonly string[] | undefined =>
  isObject(schema.properties) ? Object.keys(schema.properties) : undefined

/** Roots of an action's calls. */
export const inputScope = (input: JsonSchema): Scope => ({ input: fieldsOf(input) ?? true, effectKey: true })

/** Checks every template of a call and gives its placeholders. */
export function lintCall(report: Report, path: string, call: Call, scope: Scope): readonly Placeholder[] {
  if (call.path !== '' && !call.path.startsWith('/'))
    report.error(`${path}.path`, 'bad-path', `the path "${call.path}" does not begin with a slash`)
  if ([call.json, call.form, call.graphql].filter((body) => body !== undefined).length > 1)
    report.error(path, 'two-bodies', 'a call has a JSON body, a form or a GraphQL operation, only one of them')
  if (call.graphql !== undefined) lintOperation(report, `${path}.graphql`, call.graphql, call.method)
  const method = call.method ?? (call.graphql === undefined ? 'GET' : 'POST')
  if (method === 'GET' && (call.json !== undefined || call.form !== undefined))
    report.error(`${path}.method`, 'body-on-get', 'a GET has no body; say the method')
  if (call.name !== undefined && !/^[\w.:/ -]{1,100}$/.test(call.name))
    report.error(`${path}.name`, 'bad-name', 'the name of a call is 1 to 100 letters, digits, spaces and . : / _ -')
  if (call.cost !== undefined && !(Number.isSafeInteger(call.cost) && call.cost >= 1 && call.cost <= 1_000_000))
    report.error(`${path}.cost`, 'bad-cost', 'the cost of a call is a whole number of points, from 1 to 1,000,000')
  lintHeaders(report, `${path}.headers`, call)
  const { query, headers } = call
  return lintTemplates(report, path, { path: call.path, query: { ...query }, headers: { ...headers }, body: bodyOf(call) }, scope)
}

/** What the engine sends itself, and what proves who we are, is not said by a call; a write that overwrites whatever stands there is no compare-and-set. */
function lintHeaders(report: Report, path: string, { headers = {} }: Call): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) report.error(path, 'bad-header', `"${name}" is no name of a header`)
    if (ownHeaders.has(name.toLowerCase())) report.error(path, 'own-header', `the header ${name} is sent by the engine, no call says it`)
    if (name.toLowerCase() === 'if-match' && value.trim() === '*')
      report.error(
        path,
        'blind-overwrite',
        'If-Match: * overwrites what others wrote; send the tag that was read: {before…}, {row…} or {shown}',
      )
  }
}
const ownHeaders = new Set(['authorization', 'cookie', 'host', 'content-length', 'content-type', 'accept', 'accept-encoding', 'user-agent'])

/** Every variable an operation declares is sent, and no other one: a misspelt one would be null in silence, or refused at the first call. */
function lintOperation(
  report: Report,
  path: string,
  { query, variables = {} }: NonNullable<Call['graphql']>,
  method: Call['method'],
): void {
  if (method !== undefined && method !== 'POST') report.error(path, 'graphql-method', 'a GraphQL operation goes by POST')
  const head = /^\s*(?:query|mutation)\s+\w+\s*(?:\(([^)]*)\))?/.exec(query)
  if (head === null)
    report.error(path, 'no-operation', 'the text begins with "query Name" or "mutation Name": the name tells requests apart')
  if (/^\s*mutation\b[\s\S]*\.\.\.\s*on\b/.test(query) && !/\berrorCode\b/.test(query))
    report.error(
      path,
      'refusal-not-asked',
      'the mutation answers one of several types, and a refusal would be none of those it asks for: ask for errorCode and message of the others too',
    )
  const declared = [...(head?.[1] ?? '').matchAll(/\$(\w+)\s*:/g)].map(([, name = '']) => name)
  const sent = isObject(variables) ? Object.keys(variables) : []
  for (const name of declared.filter((name) => !sent.includes(name)))
    report.error(path, 'variable-not-sent', `the operation declares $${name}, which is never sent`, nearest(name, sent))
  for (const name of sent.filter((name) => !declared.includes(name)))
    report.error(path, 'variable-not-declared', `$${name} is sent, but the operation does not declare it`, nearest(name, declared))
}

/** Checks the templates in a value: their form, and that what they name exists. */
export function lintTemplates(report: Report, path: string, template: Json, scope: Scope): readonly Placeholder[] {
  let found: readonly Placeholder[]
  try {
    found = placeholders(template)
  } catch (error) {
    if (!isHubError(error)) throw error
    report.error(path, 'bad-template', error.message)
    return []
  }
  for (const placeholder of found) lintPlaceholder(report, path, placeholder, scope)
  lintQuotes(report, path, template)
  return found
}

const fromOutside: ReadonlySet<string> = new Set(['config', 'input', 'key', 'page', 'record', 'item', 'row'])

/** A value between single quotes, in a condition that the partner reads, could end the text with a quote of its own and ask for something else. */
function lintQuotes(report: Report, path: string, template: Json | undefined): void {
  if (Array.isArray(template)) for (const item of template as readonly Json[]) lintQuotes(report, path, item)
  else if (isObject(template)) for (const field of Object.values(template)) lintQuotes(report, path, field)
  if (typeof template !== 'string') return
  const pieces = parseTemplate(template)
  for (const [place, piece] of pieces.entries()) {
    const [before, after] = [pieces[place - 1], pieces[place + 1]]
    const quoted = typeof before === 'string' && before.endsWith("'") && typeof after === 'string' && after.startsWith("'")
    if (quoted && typeof piece === 'object' && fromOutside.has(piece.root) && piece.filter !== 'quoted')
      report.error(path, 'unquoted-value', `{${piece.path}} stands between quotes of a condition: write {${piece.path}|quoted}`)
  }
}

function lintPlaceholder(report: Report, path: string, { path: variable, root }: Placeholder, scope: Scope): void {
  const fields = Object.hasOwn(scope, root) ? scope[root] : undefined
  if (fields === undefined) {
    report.error(
      path,
      'unknown-variable',
      `{${variable}} is not known here; this call may use ${Object.keys(scope).join(', ')}`,
      nearest(root, Object.keys(scope)),
    )
    return
  }
  const field = variable.split('.')[1]
  if (fields === true) return
  if (field === undefined)
    report.error(path, 'unknown-variable', `{${variable}} is an object; name one of its fields: ${fields.join(', ')}`)
  else if (!fields.includes(field))
    report.error(
      path,
      'unknown-variable',
      `{${variable}} does not exist; ${root} has ${fields.join(', ') || 'no fields'}`,
      nearest(field, fields),
    )
}

/** Checks that paging is really sent: a list whose page is never asked for is its first page for ever. */
export function lintPaging(report: Report, path: string, call: Call, page: Page, found: readonly Placeholder[]): void {
  const uses = (name: string) => found.some((placeholder) => placeholder.path === name)
  for (const place of sentBy(page))
    if (!uses(place)) report.error(path, 'page-not-sent', `paging by ${page.kind} is declared, but the call never sends {${place}}`)
  if (page.kind === 'reverse' && !found.some(({ root }) => root === 'until'))
    report.error(
      path,
      'reverse-unbounded',
      'a list that is read from its end must have one: send {until}, so that a row that changes meanwhile leaves it instead of pushing the others over a page border',
    )
  if (page.kind === 'custom' && !found.some(({ root }) => root === 'page'))
    report.error(path, 'page-not-sent', 'custom paging is declared, but the call never sends anything of {page…}')
  if (!('size' in page)) return
  if (!Number.isInteger(page.size) || page.size < 1) report.error(path, 'bad-page-size', `a page of ${page.size} rows cannot be`)
  const literal = Object.values({ ...call.query, ...call.form }).includes(String(page.size))
  if (!uses('page.size') && !literal)
    report.error(
      path,
      'page-size-not-sent',
      `the list is taken to end with a page of fewer than ${page.size} rows, but the call does not ask for pages of that size; send {page.size}`,
    )
}

function sentBy(page: Page): readonly string[] {
  if (page.kind === 'keyset')
    return [
      'page.after',
      ...(page.rowKey === undefined ? [] : ['page.afterRow']),
      ...(page.cursor === undefined ? [] : ['page.below', 'page.order']),
    ]
  if (page.kind === 'reverse') return ['page.number', 'page.size']
  return page.kind === 'number' || page.kind === 'offset' || page.kind === 'token' ? [`page.${page.kind}`] : []
}

/** Whether the schema makes a value at that path certain. */
export function isRequired(schema: JsonSchema, path: string): boolean {
  let here: JsonObject | undefined = schema
  for (const name of namesOf(path)) {
    if (here === undefined) return false
    if (!/^\d+$/.test(name) && !(Array.isArray(here.required) && here.required.includes(name))) return false
    const next: Json | undefined = /^\d+$/.test(name) ? here.items : isObject(here.properties) ? here.properties[name] : undefined
    here = isObject(next) ? next : undefined
  }
  return true
}
