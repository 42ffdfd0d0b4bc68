import { expect, test } from 'vitest'
import { aLine, ofLines, paper, readPdf, someLines, whole } from './paper-kit.ts'
import { statementPdf } from './statement-pdf.ts'

const ofCount = async (count: number) => readPdf(await whole(statementPdf({ ...paper, lineCount: count }, someLines(count), 'en')))

test('has parties, period, version, status, hash, sums and every line with its document, in English and Chinese', async () => {
  const stated = { ...paper, lineCount: 2, closing: '1012000.49', totals: { goods: '1000000.50', return: '-500.01' } }
  const lines = [
    aLine(1, { amount: '1000000.50' }),
    aLine(2, { kind: 'return', amount: '-500.01', businessDate: '2026-11-24', document: { type: 'return', key: 'erp/R-7', line: null } }),
  ]
  const [english = []] = readPdf(await whole(statementPdf(stated, ofLines(lines), 'en')))
  for (const text of [
    'Statement of account',
    'ST-2026-00017',
    'Version 2 · confirmed',
    'Harbour Trading',
    '宁波明亮灯具有限公司',
    paper.hash,
  ])
    expect(english).toContain(text)
  for (const text of ['2026-11-01 – 2026-11-30', '2026-12-01 01:15 Asia/Shanghai', '12,500.00 CNY', '1,000,000.50 CNY', '1,012,000.49 CNY'])
    expect(english).toContain(text)
  const first = english.indexOf('1', english.indexOf('Balance'))
  expect(english.slice(first - 2)).toEqual([
    ...['Opening balance', '12,500.00'],
    ...['1', '2026-11-23', 'Goods', 'Goods receipt erp/GR-1 #1', '1,000,000.50', '1,012,500.50'],
    ...['2', '2026-11-24', 'Goods returned', 'Return erp/R-7', '-500.01', '1,012,000.49'],
    ...['Closing balance', '1,012,000.49'],
    ...[`ST-2026-00017 · Version 2 · ${paper.hash}`, 'Page 1 of 1'],
  ])
  const [chinese = []] = readPdf(await whole(statementPdf(stated, ofLines(lines), 'zh')))
  for (const text of ['对账单', '版本 2 · 已确认', '货款', '退货款', '收货单 erp/GR-1 #1', '期末余额', '1,012,000.49', '第 1 页，共 1 页'])
    expect(chinese).toContain(text)
  expect(chinese).toContain('正数为应付宁波明亮灯具有限公司的款项。金额单位：CNY。')
})

test('the same version is the same file, another status is another', async () => {
  const make = (more = {}) => whole(statementPdf({ ...paper, lineCount: 3, ...more }, someLines(3), 'zh'))
  expect((await make()).equals(await make())).toBe(true)
  expect((await make()).equals(await make({ status: 'paid' }))).toBe(false)
})

// lines that fill the first page to its last row, and the page after it
test.each([0, 1, 27, 28, 29, 72, 73, 74, 2500])(
  'of %i lines every page says how many there are, and every line is there once',
  async (count) => {
    const pages = await ofCount(count)
    expect(pages.map((texts) => texts.at(-1))).toEqual(pages.map((_, page) => `Page ${page + 1} of ${pages.length}`))
    const documents = pages.flat().filter((text) => text.startsWith('Goods receipt'))
    expect(documents).toEqual(Array.from({ length: count }, (_, line) => `Goods receipt erp/GR-${line + 1} #1`))
    expect(pages.every((texts) => texts.includes('Balance'))).toBe(true)
    expect(pages.at(-1)).toContain('Closing balance')
  },
)

test('a figure is never cut, a key that is too long loses its middle', async () => {
  const amount = '-922337203685477.5807'
  const key = `erp/${'long-'.repeat(20)}end`
  const line = aLine(1, { amount, document: { type: 'payment', key, line: null } })
  const [texts = []] = readPdf(
    await whole(statementPdf({ ...paper, opening: '0.00', closing: amount, lineCount: 1 }, ofLines([line]), 'en')),
  )
  expect(texts.filter((text) => text === '-922,337,203,685,477.5807')).toHaveLength(3)
  expect(texts.find((text) => text.startsWith('Payment'))).toMatch(/^Payment erp\/.*\.\.\..*-end$/)
})

test('a word that nobody translated, a line end and a letter that the font does not have are no obstacle', async () => {
  const party = { key: 'N', name: 'Lamp\nworks 🏮' }
  const line = aLine(1, { kind: 'levy', account: 'frozen', document: null })
  const texts = readPdf(await whole(statementPdf({ ...paper, party, lineCount: 1 }, ofLines([line]), 'en'))).flat()
  expect(texts).toContain('levy · frozen')
  expect(texts.some((text) => text.startsWith('Lamp works'))).toBe(true)
})

test('lines are asked for as the file is taken, not before', async () => {
  const taken = { lines: 0 }
  const pieces = statementPdf({ ...paper, lineCount: 50_000 }, someLines(50_000, taken), 'en')
  await pieces.next()
  expect(taken.lines).toBeLessThanOrEqual(1000)
  await pieces.return(undefined)
})
