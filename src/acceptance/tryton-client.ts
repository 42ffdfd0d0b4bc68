import { isObject, type Json, type JsonObject } from '../model/json.ts'

/** One user's session at one Tryton database, over its JSON-RPC. It shares no code with the connector: what it reads proves what the connector wrote. */
export interface TrytonClient {
  /** calls `model.<model>.<method>` with the session's context as last argument. @throws Error with Tryton's words when it refuses */
  call(model: string, method: string, ...args: readonly Json[]): Promise<Json>
  /** the same with more in the context */
  callWith(context: JsonObject, model: string, method: string, ...args: readonly Json[]): Promise<Json>
  raw(method: string, params: readonly Json[]): Promise<Json>
  create(model: string, values: JsonObject): Promise<number>
  write(model: string, ids: readonly number[], values: JsonObject): Promise<void>
  /** presses a button; Tryton passes over one that the state does not allow, so read the state back */
  press(model: string, button: string, ids: readonly number[]): Promise<void>
  /** every row of a domain in the order of the ids */
  rows(model: string, domain: readonly Json[], fields: readonly string[], context?: JsonObject): Promise<readonly JsonObject[]>
  /** id of the first row. @throws Error when there is none */
  find(model: string, domain: readonly Json[]): Promise<number>
  /** reads the preferences again: a new company becomes part of the context */
  refresh(): Promise<void>
}

const requestLimitMs = 120_000
const pageSize = 500

export async function loginToTryton(address: string, database: string, user: string, password: string): Promise<TrytonClient> {
  let count = 0
  let session: string | undefined
  let context: JsonObject = {}

  const raw = async (method: string, params: readonly Json[]): Promise<Json> => {
    const answer = await fetch(`${address}/${database}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(session === undefined ? {} : { authorization: `Session ${session}` }) },
      body: JSON.stringify({ id: ++count, method, params }),
      signal: AbortSignal.timeout(requestLimitMs),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${database} answered ${method} with ${answer.status}: ${text.slice(0, 300)}`)
    const body = JSON.parse(text) as { readonly result?: Json; readonly error?: Json }
    if (body.error !== undefined) throw new Error(`${database} refused ${method}: ${JSON.stringify(body.error).slice(0, 600)}`)
    return body.result ?? null
  }
  const callWith = (more: JsonObject, model: string, method: string, ...args: readonly Json[]) =>
    raw(`model.${model}.${method}`, [...args, { ...context, ...more }])
  const call = (model: string, method: string, ...args: readonly Json[]) => callWith({}, model, method, ...args)

  const [id, token] = (await raw('common.db.login', [user, { password }, 'en'])) as readonly [number, string]
  session = Buffer.from(`${user}:${id}:${token}`).toString('base64')
  const client: TrytonClient = {
    call,
    callWith,
    raw,
    async create(model, values) {
      const [made] = (await call(model, 'create', [values])) as readonly number[]
      if (made === undefined) throw new Error(`${database} made no ${model}`)
      return made
    },
    async write(model, ids, values) {
      await call(model, 'write', [...ids], values)
    },
    async press(model, button, ids) {
      if (ids.length > 0) await call(model, button, [...ids])
    },
    async rows(model, domain, fields, more = {}) {
      const all: JsonObject[] = []
      for (;;) {
        const page = await callWith(more, model, 'search_read', [...domain], all.length, pageSize, [['id', 'ASC']], [...fields])
        const rows = Array.isArray(page) ? page.filter(isObject) : []
        all.push(...rows)
        if (rows.length < pageSize) return all
      }
    },
    async find(model, domain) {
      const found = await call(model, 'search', [...domain], 0, 1, [['id', 'ASC']])
      const [first] = Array.isArray(found) ? found : []
      if (typeof first !== 'number') throw new Error(`${database} has no ${model} where ${JSON.stringify(domain)}`)
      return first
    },
    async refresh() {
      const preferences = await raw('model.res.user.get_preferences', [true, {}])
      if (isObject(preferences)) context = preferences
    },
  }
  await client.refresh()
  return client
}
