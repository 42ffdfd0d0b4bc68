import { readXlsx } from 'hucre/xlsx'
import { expect, test } from 'vitest'
import { aLine, ofLines, paper, readZip, someLines, whole } from './paper-kit.ts'
import { statementXlsx } from './statement-xlsx.ts'

const rowsOf = async (bytes: Buffer) => (await readXlsx(bytes)).sheets[0]?.rows ?? []
const sheetOf = (bytes: Buffer) => readZip(bytes).get('xl/worksheets/sheet1.xml') ?? ''

test('has the head, the sums and every line; amounts are numbers, days are days', async () => {
  const stated = { ...paper, lineCount: 2, closing: '13000.49', totals: { goods: '1000.50', return: '-500.01' } }
  const lines = [aLine(1, { amount: '1000.50' }), aLine(2, { kind: 'return', amount: '-500.01', document: null })]
  const bytes = await whole(statementXlsx(stated, ofLines(lines), 'en'))
  const rows = await rowsOf(bytes)
  const said = (name: string) => rows.find(([first]) => first === name)
  expect(said('Number')?.[2]).toBe('ST-2026-00017')
  expect(said('Status')?.[2]).toBe('confirmed')
  expect(said('For')?.[2]).toBe('宁波明亮灯具有限公司 (N-100)')
  expect(said('Hash (SHA-256)')?.[2]).toBe(paper.hash)
  expect(said('Made')?.[2]).toBe('2026-12-01 01:15 Asia/Shanghai')
  expect([said('Opening balance')?.[6], said('Goods')?.[6], said('Closing balance')?.[6]]).toEqual([12500, 1000.5, 13000.49])
  const [names, ...table] = rows.slice(-3)
  expect(names).toEqual(['No.', 'Date', 'Description', 'Document type', 'Document', 'Line', 'Amount', 'Balance', 'Currency'])
  expect(table).toEqual([
    [1, new Date('2026-11-23T00:00:00Z'), 'Goods', 'Goods receipt', 'erp/GR-1', '1', 1000.5, 13500.5, 'CNY'],
    [2, new Date('2026-11-23T00:00:00Z'), 'Goods returned', null, null, null, -500.01, 13000.49, 'CNY'],
  ])
  const chinese = await rowsOf(await whole(statementXlsx(stated, ofLines(lines), 'zh')))
  expect(chinese[0]?.[0]).toBe('对账单')
  expect(chinese.at(-1)?.[2]).toBe('退货款')
})

test('an amount with more digits than a spreadsheet keeps is a text with all of them', async () => {
  const lines = [aLine(1, { amount: '99999999999.9999' }), aLine(2, { amount: '123456789012.3456' })]
  const rows = await rowsOf(await whole(statementXlsx({ ...paper, lineCount: 2 }, ofLines(lines), 'en')))
  expect(rows.slice(-2).map((row) => row[6])).toEqual([99999999999.9999, '123456789012.3456'])
})

test('what came from others never begins a formula', async () => {
  const lines = ['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '_x003D_1'].map((key, place) =>
    aLine(place + 1, { document: { type: 'payment', key, line: null } }),
  )
  const party = { key: 'N', name: '=HYPERLINK("https://evil.example")' }
  const bytes = await whole(statementXlsx({ ...paper, party, lineCount: lines.length }, ofLines(lines), 'en'))
  const sheet = sheetOf(bytes)
  expect(sheet).not.toMatch(/<f[ >]/)
  for (const text of ['=1+1', '+1', '-1', '@SUM(1)', ' =1', '_x005F_x003D_1'])
    expect(sheet).toMatch(new RegExp(`t="inlineStr"[^>]*><is><t[^>]*>${text.replace(/[+()]/g, '\\$&')}</t>`))
  expect((await rowsOf(bytes)).slice(-6).map((row) => row[4])).toContain('=1+1')
})

test('the same version is the same file, and lines are asked for as it is taken', async () => {
  const make = () => whole(statementXlsx({ ...paper, lineCount: 3 }, someLines(3), 'en'))
  expect((await make()).equals(await make())).toBe(true)
  const taken = { lines: 0 }
  const pieces = statementXlsx({ ...paper, lineCount: 500_000 }, someLines(500_000, taken), 'en')
  await pieces.next()
  await pieces.next()
  expect(taken.lines).toBeLessThan(50_000)
  await pieces.return(undefined)
})
