import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { packageRoot } from '../package-root.ts'
import { smallConnector } from '../testing/small-connector.ts'
import { testShell } from '../testing/test-shell.ts'
import { connectionForm, formFaults, readFormTexts } from './form.ts'

const { connectors } = await loadCatalog()

test.each([...connectors.values()].map((connector) => [connector.name, connector] as const))(
  'every field of %s has a title and help in English and Chinese (connectors/<name>/form.json)',
  async (name, connector) => {
    const texts = await readFormTexts(join(packageRoot, 'connectors', name))
    expect(formFaults(connector, texts)).toEqual([])
    const form = connectionForm(connector, texts, 'zh')
    expect(form.fields.filter(({ title, help }) => !/\p{Script=Han}/u.test(title + help)).map((field) => field.name)).toEqual([])
    // an example is one that the rule takes; secrets show how they begin at most
    for (const { examples, rule, secret, name: field } of form.fields)
      for (const example of secret ? [] : examples) {
        if (typeof rule.pattern === 'string')
          expect({ field, fits: new RegExp(rule.pattern).test(String(example)) }).toEqual({ field, fits: true })
        if (Array.isArray(rule.enum)) expect(rule.enum).toContain(example)
        if (rule.type === 'integer') expect(Number.isInteger(example)).toBe(true)
      }
    expect(form.fields.filter(({ secret, examples }) => secret && examples.some((example) => !/…$/.test(String(example))))).toEqual([])
  },
)

test('what is missing is named, and so are texts of fields that are gone', () => {
  const texts = { url: { title: { en: 'Address', zh: '地址' }, help: { en: 'Of the shop.', zh: ' ' } }, gone: {} }
  const faults = formFaults(smallConnector(), texts)
  expect(faults).toContain('url has no help in zh')
  expect(faults).toContain('token has no title in zh')
  expect(faults).toContain('gone is no field of the config')
  expect(faults).not.toContain('token has no title in en')
})

test("a form says what the schema says, in the person's language", async () => {
  const { out, code } = await testShell({ language: 'zh' }).run('connection form woocommerce --json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    connector: 'woocommerce',
    language: 'zh',
    fields: expect.arrayContaining([
      expect.objectContaining({ name: 'url', title: '店铺地址', required: true, secret: false, rule: { type: 'string', format: 'uri' } }),
      expect.objectContaining({ name: 'consumerSecret', secret: true }),
      expect.objectContaining({ name: 'seller', required: false }),
    ]),
  })
  expect((await testShell().run('connection form tryton')).out).toMatch(/^stockLocation +Stock location +optional/m)
  expect((await testShell().run('connection form nothing')).code).toBe(4)
})
