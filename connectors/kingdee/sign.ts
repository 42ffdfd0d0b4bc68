import { createHmac } from 'node:crypto'
import type { Config, HttpRequest } from '../../src/connector/types.ts'

/** Of the published SDKs: the second half of an AppID is the client's secret, masked with this text. */
const mask = Buffer.from('0054f397c6234378b09ca7d3e5debce7', 'ascii')

/** Base64 of the lower-case hex digits, not of the bytes. */
const hmac = (secret: string, text: string): string =>
  Buffer.from(createHmac('sha256', secret).update(text, 'utf8').digest('hex'), 'ascii').toString('base64')

/** The client's secret behind the `_` of an AppID; an AppID of another shape has an empty one, and is refused by the server. */
export function clientSecret(appId: string): string {
  const masked = Buffer.from(appId.split('_')[1] ?? '', 'base64')
  return Buffer.from(masked.map((byte, place) => byte ^ (mask[place % mask.length] ?? 0))).toString('base64')
}

/**
 * The headers of an open-platform request, version 2.0: one signature over method, path, nonce and time by the client's secret, one over application, account, user, language and organisation by the AppSecret.
 * `seconds`: since 1970, and the nonce, as the official SDK for Python has it; the one for Java sends milliseconds.
 * Sources: transcription of the official Python SDK 8.2.0, Xueyu334/kingdee-k3cloud-open-api, leoluonet/k3cloud-webapi-sdk.
 */
export function signedHeaders(pathname: string, config: Config, seconds: number): Readonly<Record<string, string>> {
  const appId = String(config.appId ?? '')
  const time = String(seconds)
  const account = [config.account, config.user, config.language ?? 2052, config.organisation].map((value) => String(value ?? '')).join(',')
  const path = encodeURIComponent(pathname)
  return {
    'x-api-clientid': appId.split('_')[0] ?? '',
    'x-api-auth-version': '2.0',
    'x-api-timestamp': time,
    'x-api-nonce': time,
    'x-api-signheaders': 'x-api-timestamp,x-api-nonce',
    'x-api-signature': hmac(clientSecret(appId), `POST\n${path}\n\nx-api-nonce:${time}\nx-api-timestamp:${time}\n`),
    'x-kd-appkey': appId,
    'x-kd-appdata': Buffer.from(account, 'utf8').toString('base64'),
    'x-kd-signature': hmac(String(config.appSecret ?? ''), appId + account),
  }
}

export const sign = (request: HttpRequest, config: Config, now: Date): HttpRequest => ({
  ...request,
  headers: { ...request.headers, ...signedHeaders(new URL(request.url).pathname, config, Math.floor(now.getTime() / 1000)) },
})
