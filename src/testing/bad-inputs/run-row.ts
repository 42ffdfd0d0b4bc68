import { connect } from 'node:net'
import { expect } from 'vitest'
import { requestPull } from '../../pipeline/schedule.ts'
import { readPosition } from '../../store/cursor.ts'
import type { Bed } from './bed.ts'
import { goodId } from './bed.ts'
import { connectionOf } from './bed-workspace.ts'
import type { AddressRow, AskRow, FilesRow, KeptRow, PartnerRow, RefusedRow, Row } from './row.ts'

/** Nothing of ours that a stranger should not see: no secret, no file of the program, no stack. */
const ours = /secret-of|\.ts\b|\bat \w+ \(/

/** Does what the row says, looks at what it must leave behind, and has a good order applied after it. */
export async function runRow(bed: Bed, row: Row): Promise<void> {
  switch (row.kind) {
    case 'kept':
      await runKept(bed, row)
      break
    case 'refused':
      await runRefused(bed, row)
      break
    case 'partner':
      await runPartner(bed, row)
      break
    case 'address':
      await runAddress(bed, row)
      break
    case 'files':
      await runFiles(bed, row)
      break
    case 'ask':
      await runAsk(bed, row)
      break
    case 'wire':
      expect(await statusOf(bed.port, row.bytes)).toBe(row.status)
      break
    case 'play':
      await row.play(bed)
  }
  await bed.goodOneIsApplied()
}

async function runKept(bed: Bed, row: KeptRow): Promise<void> {
  const { door = 'shop', body, headers, topic, order } = row
  const answer = await bed.send(door, body, { ...(topic === undefined ? {} : { 'x-topic': topic }), ...headers })
  expect(answer.status).toBe(202)
  const { state, reason, detail } = await bed.settled(body)
  expect({ state, reason, detail }).toMatchObject({
    state: row.state,
    reason: row.reason ?? null,
    ...(row.says === undefined ? {} : { detail: expect.stringMatching(row.says) }),
  })
  if (order === undefined) expect(await bed.orderOf(`${door}/${row.absent ?? '7'}`)).toBeUndefined()
  else expect(await bed.orderOf(`${door}/${order[0]}`)).toMatchObject(order[1])
}

async function runRefused(bed: Bed, { send, status, code }: RefusedRow): Promise<void> {
  const before = await bed.receipts()
  const answer = await send(bed)
  await expectProblem(answer, status, code)
  expect(await bed.receipts()).toBe(before)
}

async function expectProblem(answer: Response, status: number, code: string): Promise<void> {
  const text = await answer.text()
  expect({ status: answer.status, type: answer.headers.get('content-type') }, text).toEqual({ status, type: 'application/problem+json' })
  expect(JSON.parse(text)).toMatchObject({ type: `urn:crossdock:problem:${code}`, status })
  expect(text).not.toMatch(ours)
}

async function runAsk(bed: Bed, row: AskRow): Promise<void> {
  const answer = await bed.ask(row.method, row.path, { body: row.body, headers: row.headers })
  const text = await answer.clone().text()
  if (row.says !== undefined) expect(text).toMatch(row.says)
  if (row.code === undefined) expect(answer.status, text).toBe(row.status)
  else await expectProblem(answer, row.status, row.code)
}

async function runPartner(bed: Bed, row: PartnerRow): Promise<void> {
  const name = connectionOf(row)
  const schedule = () => bed.scheduleOf(name)
  const first = await bed.until(`the end of the first run of ${name}`, async () => {
    const found = await schedule()
    return found.last_ended_at === null ? undefined : found
  })
  for (const id of row.kept ?? []) await bed.until(`the order ${name}/${id}`, () => bed.orderOf(`${name}/${id}`))
  const asked = bed.requestsOf(name).length
  expect(asked).toBeLessThanOrEqual(row.asks ?? 3)
  if (row.holds !== undefined) expect(await bed.bytesOf(name)).toContain(row.holds)
  if (row.error === undefined) {
    expect(first).toMatchObject({ last_error: null, fails: 0 })
    return
  }
  const waitMs = first.next_at - (first.last_ended_at ?? 0)
  expect(first.last_error).toMatch(row.error)
  expect(first.last_error).not.toMatch(ours)
  expect(first.last_error?.length).toBeLessThan(2001)
  const [leastMs, mostMs] = row.waitsMs ?? [1, 100_000]
  expect(waitMs).toBeGreaterThanOrEqual(leastMs)
  expect(waitMs).toBeLessThan(mostMs)
  const position = await bed.hub.context.database.write((tx) => readPosition(tx, 'default', name, row.stream))
  const time = position === null ? null : (JSON.parse(position) as { time: string | null }).time
  expect(time === null ? null : Date.parse(time)).toBe(row.checkpoint === undefined ? null : Date.parse(row.checkpoint))

  bed.well.add(name)
  expect(await requestPull(bed.hub.context, name, row.stream)).toBe(true)
  if (row.next !== undefined) {
    const again = await bed.until(`the next run of ${name}`, async () => {
      const found = await schedule()
      return found.fails > 1 ? found : undefined
    })
    expect(again.last_error).toMatch(row.next)
    expect(bed.requestsOf(name)).toHaveLength(asked)
    return
  }
  await bed.until(`the order ${name}/${goodId}`, () => bed.orderOf(`${name}/${goodId}`))
  await bed.until(`the good end of ${name}`, async () => {
    const found = await schedule()
    return found.last_error === null && found.fails === 0 ? found : undefined
  })
}

async function runAddress(bed: Bed, row: AddressRow): Promise<void> {
  const name = connectionOf(row)
  const { last_error } = await bed.until(`the failure of ${name}`, async () => {
    const found = await bed.scheduleOf(name)
    return found.last_ended_at === null ? undefined : found
  })
  expect(last_error).toMatch(row.error)
  expect(bed.requestsOf(name)).toEqual([])
}

async function runFiles(bed: Bed, { files, code, says }: FilesRow): Promise<void> {
  const before = bed.hub.context.catalogue().revision
  const faults = await bed.tryFiles(files)
  const found = faults.filter((fault) => fault.code === code)
  expect(found.length, JSON.stringify(faults.slice(0, 5))).toBeGreaterThan(0)
  if (says !== undefined) expect(found.map(({ message }) => message).join('\n')).toMatch(says)
  expect(bed.hub.context.catalogue().revision).toBe(before)
}

/** Status that the server answers to these bytes; 0 when it says nothing and ends the connection. */
export function statusOf(port: number, bytes: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)))
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)))
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no end of the answer, so far: ${text.slice(0, 200)}`)))
  })
}
