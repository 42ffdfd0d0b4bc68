import type { JsonObject } from '../model/json.ts'
import { ProblemError } from './problem.ts'
import { type Call, route } from './route.ts'
import { anything, described, fields, flag, list, oneOf, optional, type Shape, text } from './shape.ts'
import { name } from './values.ts'

const tag = 'connectors'

const rule: Shape<JsonObject> = { schema: { type: 'object' } }

const formField = fields({
  name: described(text(), 'of the field in the `config` of the connection'),
  title: text(),
  help: text(),
  required: flag,
  secret: described(flag, 'never shown again once it is entered; kept sealed or behind a reference'),
  examples: list(anything),
  rule: described(rule, 'what a value must be, as JSON Schema: type, format, pattern, enum, bounds'),
})

const known = ({ desk }: Call) => {
  const { forms } = desk.options
  if (forms === undefined) throw new ProblemError(404, 'no-connectors', 'This hub was started without connectors to show.')
  return forms
}

export const connectorRoutes = [
  route({
    id: 'listConnectors',
    method: 'GET',
    path: '/v1/connectors',
    tag,
    scope: 'read',
    summary: { en: 'Systems that can be connected', zh: '可连接的系统' },
    answer: fields({ items: list(fields({ name: text(), title: text(), docs: described(text(), "the vendor's documentation") })) }),
    handle: async (call) => ({ body: { items: await known(call).list() } }),
  }),
  route({
    id: 'getConnectionForm',
    method: 'GET',
    path: '/v1/connectors/{connector}/form',
    tag,
    scope: 'read',
    summary: { en: 'What a person fills in to connect a system', zh: '连接某系统需填写的表单' },
    params: { connector: name },
    query: { lang: optional(oneOf<'en' | 'zh'>('en', 'zh')) },
    answer: fields({ connector: text(), title: text(), language: oneOf<'en' | 'zh'>('en', 'zh'), fields: list(formField) }),
    handle: async (call) => {
      const form = await known(call).of(call.params.connector, call.query.lang ?? 'en')
      if (form === undefined)
        throw new ProblemError(
          404,
          'not-found',
          `There is no connector '${call.params.connector}', or it has a fault (\`crossdock check\`). GET /v1/connectors has those there are.`,
        )
      return { body: form }
    },
  }),
]
