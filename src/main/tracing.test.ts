import { afterEach, describe, expect, test } from 'vitest'
import { isObject, type Json, type JsonObject, parseJson } from '../model/json.ts'
import { silentLog } from '../model/log.ts'
import { openReceiver } from '../pipeline/receive.ts'
import { knowLamp } from '../testing/bed-questions.ts'
import { startPartner } from '../testing/loopback-partner.ts'
import { type Bed, openBed } from '../testing/pipeline-bed.ts'
import { tinyOrder } from '../testing/tiny-partner.ts'
import { openTracing, type Tracing } from './tracing.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A collector that keeps what it is sent. */
async function collector() {
  const server = await startPartner(() => ({ status: 200, body: {} }))
  ends.push(server.close)
  return {
    url: server.url,
    spans: (): readonly JsonObject[] =>
      server.requests
        .filter(({ path }) => path === '/v1/traces')
        .flatMap(({ body }) => under(parseJson(body), 'spans'))
        .filter(isObject),
  }
}

/** Everything in lists under a key, wherever it stands. */
function under(value: Json | undefined, key: string): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => under(item, key))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, field]) => (name === key && Array.isArray(field) ? field : under(field, key)))
}

const fact = (span: JsonObject, key: string): string | undefined => {
  const found = under(span, 'attributes').find((one) => isObject(one) && one.key === key)
  const value = isObject(found) && isObject(found.value) ? Object.values(found.value)[0] : undefined
  return value === undefined ? undefined : String(value)
}

async function tracedBed(env: Record<string, string>): Promise<{ readonly bed: Bed; readonly tracing: Tracing }> {
  const tracing = await openTracing(env, 'serve')
  if (tracing === undefined) throw new Error('tracing is off')
  const bed = await openBed()
  ends.push(bed.close)
  return { bed, tracing }
}

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const parent = `00-${trace}-00f067aa0ba902b7-00`

describe('from the partner’s request to the last try', () => {
  test.each([true, false])('there is one trace (header sent to the partner: %s)', async (sendTrace) => {
    const { url, spans } = await collector()
    const { bed, tracing } = await tracedBed({ OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/` })
    bed.change({ setups: [{ name: 'erp', sendTrace }] })
    await knowLamp(bed)
    const context = { ...bed.context, tracer: tracing.tracer }
    const body = JSON.stringify(tinyOrder(1))
    let refusals = 1
    bed.partner.intercept = ({ method, path }, usual) =>
      method === 'POST' && path === '/erp/sales' && refusals-- > 0 ? { status: 429, body: {} } : usual()
    await openReceiver(context).receive('shop', { ...bed.signed(body, 'order'), traceparent: parent }, Buffer.from(body), bed.clock.now)
    // another process works on from the rows alone
    const other = { ...bed.another(), tracer: tracing.tracer }
    await bed.drain(other)
    bed.clock.now += 10_000
    await bed.drain(other)
    await tracing.close()

    const own = spans().filter(({ traceId }) => traceId === trace)
    const byName = (name: string) => own.filter((span) => span.name === name)
    const [webhook] = byName('webhook')
    const [apply] = byName('apply')
    const attempts = byName('attempt')
    expect(webhook?.parentSpanId).toBe('00f067aa0ba902b7')
    expect(apply?.parentSpanId).toBe(webhook?.spanId)
    expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual([apply?.spanId, apply?.spanId])
    expect(attempts.map((span) => fact(span, 'crossdock.outcome'))).toEqual(['retry', 'delivered'])
    expect(attempts.map((span) => fact(span, 'crossdock.try'))).toEqual(['1', '2'])
    const delivery = await bed.database.read.selectFrom('delivery').select('id').where('connection', '=', 'erp').executeTakeFirst()
    expect(fact(attempts[0] ?? {}, 'crossdock.delivery')).toBe(delivery?.id)
    const sent = bed.partner.requests
      .filter(({ method, path }) => method === 'POST' && path === '/erp/sales')
      .map(({ headers }) => headers.traceparent)
    expect(sent).toEqual(attempts.map(({ spanId }) => (sendTrace ? `00-${trace}-${spanId}-01` : undefined)))
  })

  test('where nothing is traced the rows carry nothing', async () => {
    const bed = await openBed()
    ends.push(bed.close)
    const body = JSON.stringify(tinyOrder(1))
    await openReceiver(bed.context).receive('shop', { ...bed.signed(body, 'order'), traceparent: parent }, Buffer.from(body), bed.clock.now)
    expect(await bed.database.read.selectFrom('receipt').select('trace').execute()).toEqual([{ trace: null }])
  })
})

describe('settings', () => {
  test('no collector, no traces', async () => {
    expect(await openTracing({}, 'serve')).toBeUndefined()
    expect(await openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, 'serve')).toBeUndefined()
  })

  test.each([
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_TRACES_SAMPLER_ARG: '2' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_TRACES_SAMPLER_ARG: 'often' },
  ])('%j is refused', async (env) => {
    await expect(openTracing(env, 'serve')).rejects.toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ code: 'tracing', recovery: 'reject' }) }),
    )
  })

  test('a partner does not decide what is kept, and what it sends is not believed', async () => {
    const { url, spans } = await collector()
    const none = await openTracing({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`, OTEL_TRACES_SAMPLER_ARG: '0' }, 'serve')
    const span = none?.tracer.begin('webhook', { kind: 'server', parent: `00-${trace}-00f067aa0ba902b7-01`, from: 'partner' })
    expect(span?.traceparent).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-00$`))
    span?.end()
    await none?.close()
    expect(spans()).toEqual([])
    const all = await openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: url }, 'serve')
    for (const wrong of [
      '',
      'x',
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `ff-${trace}-00f067aa0ba902b7-01`,
      `00-${trace}-${'0'.repeat(16)}-01`,
      `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
    ])
      expect(all?.tracer.begin('webhook', { kind: 'server', parent: wrong, from: 'partner' }).traceparent).not.toContain(trace)
    await all?.close()
  })

  test('a collector that is gone holds nobody up', async () => {
    const said: string[] = []
    const log = { ...silentLog, warn: (_: object, message: string) => void said.push(message) }
    const tracing = await openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }, 'serve', log)
    tracing?.tracer.begin('webhook', { kind: 'server' }).end()
    const began = performance.now()
    await tracing?.close()
    expect(performance.now() - began).toBeLessThan(8000)
    expect(said.join()).toContain('traces')
  })
})
