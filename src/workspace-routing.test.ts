import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packageRoot } from './package-root.ts'
import { loadWorkspace } from './workspace.ts'

async function demoWith(more: object) {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-routing-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(packageRoot, 'workspaces', 'demo'), folder, { recursive: true })
  const file = join(folder, 'crossdock.json')
  const workspace = JSON.parse(readFileSync(file, 'utf8'))
  const routes = workspace.routes.map((route: { document: string }) =>
    route.document === 'sales-order' ? { ...route, to: 'decided' } : route,
  )
  writeFileSync(file, JSON.stringify({ ...workspace, routes, ...more }))
  return loadWorkspace(folder, { env: {} })
}
const rules = [{ id: 'lamps', to: 'harbour-erp', priority: 5, match: { categories: ['lamps'] } }]

test('a route to what was decided is one for each account, and rules are read as they stand', async () => {
  const returns = { autoApprove: [{ id: 'small-money', when: "kind == 'refund-only' && amount <= 20" }] }
  const { catalogue, faults } = await demoWith({ routing: { rules, fallback: 'ningbo-erp' }, returns })
  expect(faults.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(catalogue?.routes.filter(({ decided }) => decided).map(({ id, to }) => [id, to])).toEqual([
    ['order-to-sale@harbour-erp', 'harbour-erp'],
    ['order-to-sale@ningbo-erp', 'ningbo-erp'],
  ])
  expect(catalogue?.routing).toMatchObject({
    rules: [{ id: 'lamps', weight: 1, match: { categories: ['lamps'] } }],
    fallback: 'ningbo-erp',
  })
  const approve = (amount: string) => catalogue?.returns?.autoApprove({ type: 'return', kind: 'refund-only', amount })
  expect([approve('20.00'), approve('20.01'), approve('9')]).toEqual(['small-money', undefined, 'small-money'])
})

test.each<[string, object, string]>([
  ['an account that is no connection', { routing: { rules: [{ id: 'a', to: 'nowhere' }] } }, 'unknown-connection'],
  ['a rule that stands twice', { routing: { rules: [...rules, ...rules] } }, 'duplicate-rule'],
  ['a route to what nothing decides', {}, 'nothing-decided'],
])('a fault: %s', async (_, more, code) => {
  const { faults } = await demoWith(more)
  expect(faults.map((fault) => fault.code)).toContain(code)
})
