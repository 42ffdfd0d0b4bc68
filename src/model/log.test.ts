import { expect, test } from 'vitest'
import { openLog } from './log.ts'
import { redact } from './redact.ts'

test('a secret never reaches a line, however it is written', () => {
  const secret = 'cs_5f"€/secret'
  const lines: string[] = []
  const log = openLog(
    'debug',
    () => [secret],
    (line) => lines.push(line),
  )
  log.info({ connection: 'shop', header: `Basic ${Buffer.from(secret).toString('base64')}` }, `asked ${encodeURIComponent(secret)}`)
  log.error({ error: new Error(`refused ${secret}`) }, secret)
  const text = lines.join('')
  for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), JSON.stringify(secret).slice(1, -1)])
    expect(text).not.toContain(form)
  expect(text).toContain('[secret]')
  expect(text).toContain('"connection":"shop"')
})

test('short values are left alone: they would tear words apart', () => {
  expect(redact('a cat sat', ['at'])).toBe('a cat sat')
})
