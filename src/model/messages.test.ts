import { describe, expect, test } from 'vitest'
import { en } from './messages/en.ts'
import { zh } from './messages/zh.ts'
import { languageOf, type MessageKey, speaker } from './messages.ts'

const keys = Object.keys(en) as MessageKey[]
const names = (text: string): readonly string[] => [...text.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name).sort()

describe('the two languages say the same', () => {
  test('with the same keys in the same order', () => {
    expect(Object.keys(zh)).toEqual(keys)
  })
  test('with the same parameters', () => {
    expect(keys.filter((key) => names(zh[key]).join() !== names(en[key]).join())).toEqual([])
  })
  test('and Chinese where there are words', () => {
    const alike = keys.filter((key) => zh[key] === en[key])
    // a line of parameters only, and lists of words the API knows
    expect(alike.filter((key) => /[A-Za-z]{3,} [a-z]{2,}/.test(zh[key]))).toEqual([])
  })
})

test('parameters are filled in, and a text that holds braces stays as it is', () => {
  expect(speaker('en')('pull.asked', { connection: 'shop', stream: '{connection}' })).toBe('shop {connection}: asked for a run')
  expect(speaker('zh')('check.good', { errors: 0, warnings: 2 })).toBe('工作区有效。错误 0，警告 2。')
})

describe('the language', () => {
  test.each([
    [undefined, {}, 'en'],
    [undefined, { LANG: 'zh_CN.UTF-8' }, 'zh'],
    [undefined, { LANG: 'de_DE.UTF-8' }, 'en'],
    [undefined, { LANG: 'C' }, 'en'],
    [undefined, { LANG: 'zh_TW.UTF-8', LC_ALL: 'en_GB.UTF-8' }, 'en'],
    [undefined, { LANG: 'en_GB.UTF-8', CROSSDOCK_LANG: 'zh' }, 'zh'],
    ['en', { CROSSDOCK_LANG: 'zh' }, 'en'],
    ['zh-CN', {}, 'zh'],
    ['zha', {}, 'en'],
    ['', { LANG: 'zh_CN' }, 'zh'],
  ] as const)('%s over %j is %s', (flag, env, language) => {
    expect(languageOf(flag, env)).toBe(language)
  })
})
