import { createHash } from 'node:crypto'
import type { Config, HttpRequest } from '../../src/connector/types.ts'
import { at, isObject, type Json, type JsonObject } from '../../src/model/json.ts'

const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase()

/**
 * The JSON of a call becomes the field `param` of a form. A question is proved by `sign`, upper case MD5 of param, key and customer together; a subscription has the key inside. Key of a parcel here: `yuantong/12345678`,
 * because the vendor knows a parcel by carrier and number.
 */
export function signForm(request: HttpRequest, config: Config, _now: Date): HttpRequest {
  const asked = JSON.parse(Buffer.from(request.body ?? new Uint8Array()).toString('utf8')) as JsonObject
  const form = request.url.endsWith('/query.do') ? question(asked, config) : subscription(asked, config)
  return {
    ...request,
    headers: { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new TextEncoder().encode(new URLSearchParams(form).toString()),
  }
}

function question({ parcel, ...rest }: JsonObject, config: Config): Record<string, string> {
  const [com, num] =
    typeof parcel === 'string' ? [parcel.slice(0, parcel.indexOf('/')), parcel.slice(parcel.indexOf('/') + 1)] : [rest.com, rest.num]
  const param = JSON.stringify({ ...rest, com, num })
  const customer = String(config.customer)
  return { customer, param, sign: md5(`${param}${String(config.key)}${customer}`) }
}

function subscription(asked: JsonObject, config: Config): Record<string, string> {
  const [salt] = String(config.salt).split(' ')
  const parameters = isObject(asked.parameters) ? asked.parameters : {}
  return { schema: 'json', param: JSON.stringify({ ...asked, key: config.key, parameters: { ...parameters, salt } }) }
}

/** The answer to a question is what a push has as `lastResult`; both get the key by which a parcel is known here. */
export function decode(value: Json): Json {
  if (!isObject(value)) return value
  const whole: JsonObject = value.lastResult === undefined && Array.isArray(value.data) ? { status: 'query', lastResult: value } : value
  const [com, nu] = [at(whole, 'lastResult.com'), at(whole, 'lastResult.nu')]
  return typeof com === 'string' && typeof nu === 'string' ? { ...whole, key: `${com}/${nu}` } : whole
}
