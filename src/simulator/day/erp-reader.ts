import { retry } from '../../model/errors.ts'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { hubUser } from './world-erps.ts'

/** Reads records of an ERP the way its own people do at the end of the day: over its interface, beside the hub and without it. */
export type ErpReader = {
  /** All records that the domain names, in the order of their ids. Decimals come as text, related records under `name.`. */
  all(model: string, domain: Json, fields: readonly string[]): Promise<readonly JsonObject[]>
}

const pageSize = 500
const mostPages = 200

const plain = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(plain)
  if (!isObject(value)) return value
  if (value.__class__ === 'Decimal') return String(value.decimal)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field ?? null)]))
}

/** `password` is the one of the hub's account, which the ERP also takes without a session. */
export const createErpReader = (url: string, database: string, password: string): ErpReader => {
  const authorization = `Basic ${Buffer.from(`${hubUser}:${password}`).toString('base64')}`
  const call = async (method: string, params: readonly Json[]): Promise<readonly JsonObject[]> => {
    const answer = await fetch(`${url}/${database}/`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ id: 1, method, params: [...params, {}] }),
    })
    const text = await answer.text()
    const body: Json = answer.status === 200 && text.startsWith('{') ? JSON.parse(text) : null
    if (!isObject(body) || !Array.isArray(body.result)) {
      throw retry(
        'unreadable-records',
        `${method} of ${database} answered ${answer.status}: ${text.slice(0, 200)}; disarm the faults and read again`,
      )
    }
    return body.result.map(plain).filter(isObject)
  }
  return {
    async all(model, domain, fields) {
      const rows: JsonObject[] = []
      for (let page = 0; page < mostPages; page += 1) {
        const part = await call(`model.${model}.search_read`, [domain, page * pageSize, pageSize, [['id', 'ASC']], [...fields]])
        rows.push(...part)
        if (part.length < pageSize) return rows
      }
      throw retry(
        'too-many-records',
        `${model} of ${database} has more than ${mostPages * pageSize} records; raise the limit of the reader`,
      )
    },
  }
}
