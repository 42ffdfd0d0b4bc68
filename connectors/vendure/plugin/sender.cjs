'use strict'
const { createHmac, randomUUID } = require('node:crypto')

/** Waits before the tries that follow a failed one; then the event is given up, and the hub's poll finds the change. */
const waitsMs = [1_000, 5_000, 30_000, 120_000]
const timeoutMs = 10_000
const mostWaiting = 10_000
const mostAtOnce = 2
const mostKeys = 200

/**
 * Sends events to one address, signed as Standard Webhooks 1.0 says. `tell` puts an event into memory and returns: it does no input or output, and throws nothing. Keys of one topic that wait already
 * are not put there twice, since the hub reads the record when it hears of it. Beyond 10,000 waiting keys the oldest are dropped.
 * @param {{ url: string, secret: string, warn?: (text: string) => void, waitsMs?: readonly number[] }} options `secret`: `whsec_` and the base64 of 24 to 64 bytes
 */
function createSender(options) {
  const key = keyOf(options.secret)
  const url = new URL(options.url)
  const warn = quiet(options.warn ?? (() => {}))
  const waits = options.waitsMs ?? waitsMs
  /** topic -> keys that wait to be sent; a Map keeps their order */
  const waiting = new Map()
  const underWay = new Set()
  const timers = new Set()
  let count = 0
  let dropped = 0
  let closed = false

  const take = () => {
    for (const [topic, keys] of waiting) {
      const some = [...keys].slice(0, mostKeys)
      for (const one of some) keys.delete(one)
      if (keys.size === 0) waiting.delete(topic)
      count -= some.length
      return { topic, keys: some }
    }
    return undefined
  }

  const post = async (id, body) => {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
    await answer.arrayBuffer()
    return answer.status
  }

  const send = async ({ topic, keys }) => {
    const id = `msg_${randomUUID()}`
    const body = JSON.stringify({ type: topic, timestamp: new Date().toISOString(), data: keys.map((one) => ({ id: one })) })
    for (let tries = 0; !closed; tries++) {
      const status = await post(id, body).catch((error) => String(error?.cause?.code ?? error?.name ?? 'no answer'))
      if (typeof status === 'number' && status >= 200 && status < 300) return
      const again = typeof status !== 'number' || status >= 500 || status === 408 || status === 429
      if (!again || tries >= waits.length) {
        warn(`${topic} ${keys.join(' ')} was not taken (${status}) and is given up; the hub finds the change when it polls`)
        return
      }
      await rest(waits[tries])
    }
  }

  /** Does not keep the process alive. */
  const rest = (ms) =>
    new Promise((resolve) => {
      const timer = { end: () => (clearTimeout(timer.id), timers.delete(timer), resolve()) }
      timer.id = setTimeout(timer.end, ms)
      timer.id.unref?.()
      timers.add(timer)
    })

  const work = () => {
    while (!closed && underWay.size < mostAtOnce) {
      const next = take()
      if (next === undefined) return
      const sending = send(next)
        .catch((error) => warn(`an event was lost: ${error?.message ?? error}`))
        .finally(() => {
          underWay.delete(sending)
          work()
        })
      underWay.add(sending)
    }
  }

  const drop = () => {
    const [topic, keys] = waiting.entries().next().value
    keys.delete(keys.values().next().value)
    if (keys.size === 0) waiting.delete(topic)
    count--
    dropped++
    if (dropped % 1000 === 1) warn(`${dropped} events were dropped: more than ${mostWaiting} wait for the hub`)
  }

  return {
    /** @param {string} topic @param {readonly unknown[]} keys */
    tell: (topic, keys) => {
      if (closed) return
      for (const one of keys) {
        if (one === undefined || one === null) continue
        const known = waiting.get(topic) ?? new Set()
        waiting.set(topic, known)
        if (known.has(String(one))) continue
        known.add(String(one))
        count++
        if (count > mostWaiting) drop()
      }
      setImmediate(work)
    },
    /** keys that wait, and requests under way */
    pending: () => count + underWay.size,
    close: () => {
      closed = true
      for (const timer of [...timers]) timer.end()
    },
  }
}

/** @throws TypeError for a secret that is none */
function keyOf(secret) {
  const bytes = Buffer.from(String(secret ?? '').replace(/^whsec_/, ''), 'base64')
  if (bytes.length < 24 || bytes.length > 64)
    throw new TypeError('Crossdock: the secret is "whsec_" and the base64 of 24 to 64 random bytes: openssl rand -base64 32')
  return bytes
}

const quiet = (warn) => (text) => {
  try {
    warn(text)
  } catch {
    // a log that fails must not reach the shop
  }
}

module.exports = { createSender }
