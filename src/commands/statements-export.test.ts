import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testShell } from '../testing/test-shell.ts'

let folder: string
let server: Server
let url: string
const asked: string[] = []
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crossdock-statements-'))
  // a hub that gives the PDF whole and breaks off in the middle of the workbook
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    if (request.url?.includes('/pdf')) return void response.end('%PDF whole')
    response.write('half')
    setImmediate(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})
const run = (...words: string[]) =>
  testShell({ folder, language: 'zh', env: { CROSSDOCK_API_KEY: 'k', CROSSDOCK_URL: url } }).run(['statements', 'export', 'ST-1', ...words])

test('a statement is written as a file in the language of the person, of the content that is meant', async () => {
  expect((await run('--pdf', 'a.pdf', '--hash', 'ab')).code).toBe(0)
  expect(asked).toEqual(['/v1/statements/ST-1/pdf?lang=zh&hash=ab'])
  expect(readFileSync(join(folder, 'a.pdf'), 'utf8')).toBe('%PDF whole')
})

test('a file that breaks off is none, and what was there before stays', async () => {
  const broken = await run('--xlsx', 'a.xlsx')
  expect([broken.code, broken.err]).toEqual([3, expect.stringContaining('a.xlsx 未写入')])
  expect(existsSync(join(folder, 'a.xlsx'))).toBe(false)
  expect((await run('--xlsx', 'a.pdf')).code).toBe(3)
  expect(readFileSync(join(folder, 'a.pdf'), 'utf8')).toBe('%PDF whole')
  expect(readdirSync(folder)).toEqual(['a.pdf'])
})

test('without a file there is nothing to do', async () => {
  expect(await run()).toMatchObject({ code: 2, err: expect.stringContaining('--pdf') })
})
