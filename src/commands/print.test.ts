import { expect, test } from 'vitest'
import { shown } from './print.ts'

test('what a partner wrote is shown without what a terminal would obey', () => {
  expect(shown('a\u001b[31mb\u009b2J\r\u0000\u007fc')).toBe('a\ufffd[31mb\ufffd2J\ufffd\ufffd\ufffdc')
  expect(shown(['\u009b2J'])).toBe('["\ufffd2J"]')
  expect(shown('one\n\ttwo 世界')).toBe('one\n\ttwo 世界')
})
