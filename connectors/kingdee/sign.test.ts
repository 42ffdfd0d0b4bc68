import { expect, test } from 'vitest'
import { clientSecret, sign, signedHeaders } from './sign.ts'

/** Computed from the rule as five public clients have it, by another program and with made-up keys: no answer of the vendor's was found. */
const config = {
  appId: 'testclient_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4',
  appSecret: 'testsecret',
  account: 'acct1',
  user: 'user1',
  organisation: '0',
}
const path = '/k3cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.ExecuteBillQuery.common.kdsvc'

test("the client's secret stands masked in the AppID", () => {
  expect(clientSecret(config.appId)).toBe('UVJWUANVXl8KXFlfWV1YSBNCShcUQRNL')
  expect(clientSecret('of another shape')).toBe('')
})
test('the request is signed by method, path, nonce and time', () => {
  expect(signedHeaders(path, config, 1_700_000_000)).toMatchObject({
    'x-api-clientid': 'testclient',
    'x-api-timestamp': '1700000000',
    'x-api-signature': 'YTVmYjk2NDNhZDNhOTM2ZTk5M2E1YzhiYWIzOWE2YzFjYzNhMDczZDM5NzRiZmUxZGI4YmJkNjM0Nzk5NzE0Ng==',
  })
})
test('application, account, user, language and organisation are signed by the AppSecret', () => {
  const headers = signedHeaders(path, config, 1_700_000_000)
  expect(Buffer.from(headers['x-kd-appdata'] ?? '', 'base64').toString()).toBe('acct1,user1,2052,0')
  expect(headers['x-kd-signature']).toBe('M2RmYTNjZDA2ODlmNWIwMjQ5YjJkNjE5MmNiYzJlOGFlOTJmYTQzNTg4NGJlM2U3M2ExMjAxNDFjOWM0ZTBkMA==')
})
test('the time is that of the request, in seconds, and its body stays as it is', () => {
  const body = new TextEncoder().encode('{"data":{}}')
  const signed = sign(
    { method: 'POST', url: `https://erp.example${path}`, headers: { accept: 'application/json' }, body },
    config,
    new Date(1_700_000_000_999),
  )
  expect(signed.headers).toMatchObject({ accept: 'application/json', ...signedHeaders(path, config, 1_700_000_000) })
  expect(signed.body).toBe(body)
})
