import { isObject, type JsonObject } from '../../model/json.ts'
import { follow } from './openapi-read.ts'

export interface DraftedAuth {
  readonly auth: JsonObject
  /** fields of the config it needs */
  readonly fields: Readonly<Record<string, JsonObject>>
  readonly questions: readonly string[]
}

const field = (title: string, zh: string, description: string, descriptionZh: string, secret = true): JsonObject => ({
  type: 'string',
  minLength: 1,
  ...(secret ? { writeOnly: true } : {}),
  title,
  'x-title-zh': zh,
  description,
  'x-description-zh': descriptionZh,
})
const token = field('Access token', '访问令牌', 'Made at the vendor.', '在对方系统中创建。')

/** How requests prove who asks, from `securitySchemes`: the first that needs no person. */
export function draftAuth(spec: JsonObject): DraftedAuth {
  const components = follow(spec, spec.components)
  const named = Object.entries(isObject(components?.securitySchemes) ? components.securitySchemes : {})
  const drafted = named.flatMap(([name, value]) => {
    const scheme = follow(spec, value)
    const made = scheme === undefined ? undefined : draftOne(scheme)
    return made === undefined ? [] : [{ name, made }]
  })
  const [first, ...others] = drafted
  if (first === undefined)
    return {
      auth: { kind: 'none' },
      fields: {},
      questions: [
        `http.auth: how do requests prove who asks? ${named.length === 0 ? 'The description names no security scheme.' : `None of its schemes (${named.map(([name]) => name).join(', ')}) can be used as it is.`}`,
      ],
    }
  return {
    ...first.made,
    questions: [
      ...first.made.questions,
      ...(others.length === 0
        ? []
        : [`http.auth: is ${first.name} the right scheme? There are ${others.map(({ name }) => name).join(', ')} too.`]),
    ],
  }
}

function draftOne(scheme: JsonObject): DraftedAuth | undefined {
  if (scheme.type === 'http' && String(scheme.scheme).toLowerCase() === 'basic')
    return {
      auth: { kind: 'basic', username: '{config.username}', password: '{config.password}' },
      fields: {
        username: field('User', '用户名', 'User of the API.', '接口用户名。', false),
        password: field('Password', '密码', 'Its password or key.', '其密码或密钥。'),
      },
      questions: [],
    }
  if (scheme.type === 'http' && String(scheme.scheme).toLowerCase() === 'bearer')
    return { auth: { kind: 'header', name: 'Authorization', value: 'Bearer {config.token}' }, fields: { token }, questions: [] }
  if (scheme.type === 'apiKey' && scheme.in === 'header' && typeof scheme.name === 'string')
    return { auth: { kind: 'header', name: scheme.name, value: '{config.token}' }, fields: { token }, questions: prefixed(scheme.name) }
  const flows = isObject(scheme.flows) ? scheme.flows : {}
  const own = isObject(flows.clientCredentials) ? flows.clientCredentials : undefined
  const code = isObject(flows.authorizationCode) ? flows.authorizationCode : undefined
  const flow = own ?? code
  if (scheme.type !== 'oauth2' || flow === undefined || typeof flow.tokenUrl !== 'string') return undefined
  return {
    auth: {
      kind: 'oauth2',
      tokenUrl: flow.tokenUrl.replaceAll(/[{}]/g, ''),
      clientId: '{config.clientId}',
      clientSecret: '{config.clientSecret}',
      client: 'form',
      ...(own === undefined ? { refreshToken: '{config.refreshToken}' } : {}),
    },
    fields: {
      clientId: field('Client id', '客户端标识', 'Of the application made at the vendor.', '在对方系统中登记的应用标识。', false),
      clientSecret: field('Client secret', '客户端密钥', 'Of that application.', '该应用的密钥。'),
      ...(own === undefined
        ? { refreshToken: field('Refresh token', '刷新令牌', 'The first one, from a login of a person.', '首个刷新令牌，由人工登录取得。') }
        : {}),
    },
    questions: [
      'http.auth.client: does the client prove itself in fields of the form ("form", as drafted) or by HTTP Basic ("basic")?',
      'http.auth.scope: which scopes are to be asked for?',
    ],
  }
}

const prefixed = (header: string): readonly string[] =>
  header.toLowerCase() === 'authorization' ? ['http.auth.value: does a word such as Bearer stand before the key?'] : []
