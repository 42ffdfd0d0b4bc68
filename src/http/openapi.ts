import { isObject, type Json, type JsonObject, type JsonSchema } from '../model/json.ts'
import { scopes } from './auth.ts'
import { introduction, parameterWords, scopeWords, tagWords } from './openapi-words.ts'
import { problemSchema } from './problem.ts'
import type { Route, Words } from './route.ts'
import { isOptional } from './shape.ts'

/**
 * The OpenAPI 3.1 document of the route table as JSON text, canonical schemas as its components (`sales-order@1` is component `sales-order.v1`). The same table gives the
 * same bytes.
 */
export const openapiText = (routes: readonly Route[], schemas: ReadonlyMap<string, JsonObject>): string =>
  `${JSON.stringify(openapi(routes, schemas), null, 2)}\n`

function openapi(routes: readonly Route[], schemas: ReadonlyMap<string, JsonObject>): JsonObject {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = paths[route.path] ?? {}
    paths[route.path] = path
    path[route.method.toLowerCase()] = operation(route)
  }
  const canonical = [...schemas].filter(([id]) => /^[a-z-]+@\d+$/.test(id)).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Crossdock',
      version: '1',
      ...inBoth(introduction),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name, ...inBoth(tagWords[name]) })),
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: `An API key \`cdk_…\` with scopes out of: ${scopes.join(', ')}.` },
      },
      responses: {
        problem: {
          description: 'Any answer that is no success',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/problem' } } },
        },
      },
      schemas: {
        problem: problemSchema,
        ...Object.fromEntries(canonical.map(([id, schema]) => [componentName(id), component(id, schema)])),
      },
    },
  }
}

function operation(route: Route): JsonObject {
  const { answers, body } = route
  return {
    operationId: route.id,
    summary: route.summary.en,
    'x-summary-zh': route.summary.zh,
    ...(route.scope === 'open' ? {} : inBoth(scopeWords(route.scope, route.openToLoopback === true))),
    tags: [route.tag],
    security: route.scope === 'open' ? [] : [{ key: [] }],
    ...(route.scope === 'open' ? {} : { 'x-scope': route.scope }),
    parameters: parameters(route),
    ...(body
      ? {
          requestBody: {
            required: body.kind === 'bytes' || requiredFields(body.shape.schema).length > 0,
            content:
              body.kind === 'json'
                ? { 'application/json': { schema: body.shape.schema } }
                : Object.fromEntries(body.contentTypes.map((type) => [type, { schema: { type: 'string', maxLength: body.maxBytes } }])),
          },
        }
      : {}),
    responses: {
      [answers.status]: {
        description: 'Success',
        content: 'shape' in answers ? { 'application/json': { schema: answers.shape.schema } } : { [answers.contentType]: {} },
      },
      default: { $ref: '#/components/responses/problem' },
    },
  }
}

function parameters(route: Route): Json[] {
  const isWrite = route.method !== 'GET' && 'shape' in route.answers && route.shownOnce !== true
  const parameter = (place: string, name: string, required: boolean, schema: JsonSchema): JsonObject => ({
    name,
    in: place,
    required,
    ...inBoth(parameterWords(route.id, name)),
    schema,
  })
  return [
    ...Object.entries(route.params).map(([name, { schema }]) => parameter('path', name, true, schema)),
    ...Object.entries(route.query).map(([name, shape]) => parameter('query', name, !isOptional(shape), shape.schema)),
    ...(isWrite ? [parameter('header', 'Idempotency-Key', false, { type: 'string', minLength: 1, maxLength: 190 })] : []),
  ]
}

/** A description in English, with the Chinese one beside it for pages in Chinese. */
const inBoth = (words: Words | undefined): JsonObject => (words ? { description: words.en, 'x-description-zh': words.zh } : {})

const requiredFields = (schema: JsonSchema): readonly Json[] => (Array.isArray(schema.required) ? schema.required : [])

const componentName = (id: string): string => id.replace('@', '.v')

/** A canonical schema as a component: references by `$id` become references to components. */
function component(id: string, schema: JsonObject): Json {
  const { $id: _id, $schema: _schema, ...rest } = schema
  return localised(rest, id)
}

function localised(value: Json, id: string): Json {
  if (Array.isArray(value)) return value.map((item) => localised(item, id))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => {
      if (field === undefined) return []
      return [[name, name === '$ref' && typeof field === 'string' ? reference(field, id) : localised(field, id)]]
    }),
  )
}

function reference(ref: string, id: string): string {
  const [target = '', pointer = ''] = ref.split('#')
  return `#/components/schemas/${componentName(target === '' ? id : target)}${pointer}`
}
