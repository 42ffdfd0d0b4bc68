import { baseScope, isRequired, lintCall, lintTemplates } from './lint-calls.ts'
import type { Report } from './lint-report.ts'
import { lintSecret } from './lint-secret.ts'
import type { Connector, SignedForm } from './types.ts'

/** Every call must be a form, or nothing would be signed; the fields that prove must reach it. */
export function lintSignedForm(report: Report, path: string, connector: Connector, { fields, signature, tokens }: SignedForm): void {
  const config = baseScope(connector).config ?? []
  const found = lintTemplates(report, `${path}.fields`, { ...fields }, { config, token: true, seconds: true, nonce: true })
  for (const { path: variable, root } of found)
    if (root === 'config' && !isRequired(connector.config, variable.split('.').slice(1).join('.')))
      report.error(`${path}.fields`, 'config-optional', `{${variable}} must be required by the config: without it nothing can be signed`)
  lintSecret(report, `${path}.signature.secret`, connector, signature.secret)
  for (const { path: variable } of lintTemplates(report, `${path}.signature.secret`, signature.secret, { config }))
    if (!isRequired(connector.config, variable.split('.').slice(1).join('.')))
      report.error(`${path}.signature.secret`, 'config-optional', `{${variable}} must be required by the config: it signs every request`)
  const named: readonly string[] = signature.text.match(/\{[^}]*\}/g) ?? []
  const keyed = signature.algorithm.startsWith('hmac')
  if (named.filter((name) => name === '{fields}').length !== 1 || named.some((name) => name !== '{fields}' && name !== '{secret}'))
    report.error(`${path}.signature.text`, 'bad-text', 'the text that is hashed has {fields} once, and besides it only {secret}')
  if (keyed === named.includes('{secret}'))
    report.error(
      `${path}.signature.text`,
      'secret-in-text',
      'a plain hash has {secret} in its text; for an HMAC the secret is its key, and not in the text',
    )
  if (Object.hasOwn(fields, signature.field))
    report.error(`${path}.fields`, 'field-twice', `the field "${signature.field}" is the signature, it has no other value`)
  if (tokens !== undefined) {
    if (!found.some(({ root }) => root === 'token'))
      report.error(`${path}.fields`, 'token-not-sent', 'no field carries {token}: the partner would not know the connection')
    lintCall(report, `${path}.tokens.first`, tokens.first, { config, nonce: true })
    if (tokens.refresh !== undefined) {
      const sent = lintCall(report, `${path}.tokens.refresh`, tokens.refresh, { config, nonce: true, refresh: true })
      if (!sent.some(({ root }) => root === 'refresh'))
        report.error(`${path}.tokens.refresh`, 'refresh-not-sent', 'the call that renews a token never sends {refresh}')
    }
    if (tokens.given !== undefined) lintSecret(report, `${path}.tokens.given`, connector, tokens.given)
  }
  const calls = [connector.check, ...Object.values(connector.streams).flatMap(({ call, byKey }) => [call, byKey])]
  if (calls.some((call) => call !== undefined && call !== null && call.form === undefined))
    report.error(path, 'unsigned-call', 'only forms are signed: every call has a form, if need be an empty one')
}
