import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isObject, type Json } from '../../model/json.ts'
import { createFaultBoard } from '../faults.ts'
import { type Erp, startErp } from './erp.ts'
import { type Bound, differences, filled, parsed, type Step, valueAt, withoutNumbers } from './replay.ts'

const { steps }: { readonly steps: readonly Step[] } = JSON.parse(
  readFileSync(new URL('fixtures/conversation.json', import.meta.url), 'utf8'),
)

const user = 'admin'
const password = 'adminpw-1234'
const basic = (text: string): string => Buffer.from(text).toString('base64')

const expectError = (step: Step, answer: Json): void => {
  const error = isObject(answer) ? (answer.error ?? null) : null
  expect(isObject(answer) && Object.keys(answer).sort(), step.name).toEqual(['error', 'id'])
  if (step.only !== 'shape') expect(differences(withoutNumbers(step.error ?? null), withoutNumbers(error)), step.name).toEqual([])
  else expect(differences(['<text>', ''], error), step.name).toEqual([])
}

describe('a conversation with a real Tryton, repeated with the simulator', () => {
  let erp: Erp
  let session = ''
  const bound: Bound = new Map()

  const post = (step: Step, id: number): Promise<Response> => {
    const path = step.at === 'root' ? '/' : step.at === 'nosuch' ? '/nosuch/' : '/erp/'
    const authorization = step.auth === 'dead' ? `Session ${basic('admin:1:deadbeef')}` : step.auth === 'none' ? '' : session
    return fetch(erp.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) },
      body: JSON.stringify({ id, method: step.method, params: filled([...step.params], bound) }),
    })
  }

  beforeAll(async () => {
    erp = await startErp({ name: 'erp', companyName: 'Hub Test GmbH', currency: 'EUR', faults: createFaultBoard(1), user, password })
    const login: Step = {
      name: 'login',
      method: 'common.db.login',
      params: [user, { password }, 'en'],
      auth: 'none',
      status: 200,
      type: '',
    }
    const answer = parsed(await (await post(login, 0)).text())
    session = `Session ${basic(`${user}:${String(valueAt(answer, ['result', 0]))}:${String(valueAt(answer, ['result', 1]))}`)}`
  })
  afterAll(() => erp.close())

  it('was recorded whole', () => {
    expect(steps.length).toBeGreaterThan(200)
  })

  it.each(steps.map((step, index) => ({ step, index, name: step.name })))('$index $name', async ({ step, index }) => {
    const response = await post(step, index)
    const text = await response.text()
    expect(response.status).toBe(step.status)
    expect(response.headers.get('content-type')?.split(';')[0]).toBe(step.type)
    if (step.type !== 'application/json') return
    const answer = parsed(text)
    expect(valueAt(answer, ['id'])).toBe(index)
    for (const [name, path] of Object.entries(step.bind ?? {})) bound.set(name, valueAt(answer, ['result', ...path]))
    if (step.only === 'status') return
    if (step.error !== undefined) return expectError(step, answer)
    expect(differences(step.result ?? null, valueAt(answer, ['result']))).toEqual([])
    expect(isObject(answer) && 'error' in answer).toBe(false)
  })
})
