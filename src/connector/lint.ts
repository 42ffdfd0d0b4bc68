import type { Fault } from '../model/errors.ts'
import { isObject } from '../model/json.ts'
import { lintAction } from './lint-action.ts'
import { baseScope, fieldsOf, isRequired, lintCall, lintTemplates, type Scope } from './lint-calls.ts'
import { openReport, type Report } from './lint-report.ts'
import { lintSchema } from './lint-schema.ts'
import { lintSecret } from './lint-secret.ts'
import { lintSignedForm } from './lint-signed-form.ts'
import { lintStream } from './lint-stream.ts'
import { lintWebhook } from './lint-webhook.ts'
import type { Auth, Connector, Csrf, Dialect, FaultRule, Http, OAuth2 } from './types.ts'

export interface LintOptions {
  readonly file?: string
  /** names of the canonical documents that exist; not checked when left out */
  readonly documents?: readonly string[]
}

const secretName = /secret|passw|token|api[-_]?key|private[-_]?key|credential/i

/** Everything wrong with a connector that can be known without talking to anybody. All faults at once; none that is an error: the engine can run it. */
export function lintConnector(connector: Connector, options: LintOptions = {}): readonly Fault[] {
  const report = openReport(options.file ?? `connectors/${connector.name}/connector.ts`)
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(connector.name)) report.error('name', 'bad-name', `"${connector.name}" is no kebab-case name`)
  if (connector.title.trim() === '') report.error('title', 'no-title', 'the connector has no title')
  if (!URL.canParse(connector.docs) || !connector.docs.startsWith('https://'))
    report.error('docs', 'no-docs', 'docs must be the address of the vendor documentation it was written from')
  lintConfig(report, connector)
  lintHttp(report, connector)
  lintCall(report, 'check', connector.check, baseScope(connector))
  for (const [name, stream] of Object.entries(connector.streams)) {
    lintName(report, `streams.${name}`, name)
    lintStream(report, connector, name, stream, options.documents)
  }
  for (const [name, action] of Object.entries(connector.actions)) {
    lintName(report, `actions.${name}`, name)
    lintAction(report, connector, name, action, options.documents)
  }
  if (connector.webhook !== undefined) lintWebhook(report, connector, connector.webhook)
  return report.faults()
}

function lintName(report: Report, path: string, name: string): void {
  if (!/^[a-z][A-Za-z0-9]*(-[a-z0-9]+)*$/.test(name))
    report.error(path, 'bad-name', `"${name}" is no name: letters and digits, beginning with a small letter`)
}

function lintConfig(report: Report, { config }: Connector): void {
  lintSchema(report, 'config', config)
  if (!isObject(config.properties)) {
    report.error('config', 'no-properties', 'the config lists no properties')
    return
  }
  for (const [name, field] of Object.entries(config.properties))
    if (secretName.test(name) && isObject(field) && field.writeOnly !== true)
      report.error(
        `config.properties.${name}`,
        'open-secret',
        `"${name}" looks like a secret and is not marked writeOnly: it would be shown`,
      )
}

function lintHttp(report: Report, connector: Connector): void {
  const { http } = connector
  const scope = { config: baseScope(connector).config ?? [] }
  lintNeeded(report, 'http.baseUrl', connector, http.baseUrl)
  if (http.headers !== undefined) lintTemplates(report, 'http.headers', { ...http.headers }, scope)
  lintAuth(report, 'http.auth', connector, http.auth, scope)
  lintRules(report, 'http.faults', http.faults)
  lintAnnounces(report, http.announces, scope)
  if (http.csrf !== undefined) lintCsrf(report, connector, http.csrf)
  for (const [name, dialect] of Object.entries(http.dialects?.of ?? {})) lintDialect(report, `http.dialects.of.${name}`, connector, dialect)
  const field = http.dialects?.field
  if (field !== undefined && !(fieldsOf(connector.config) ?? []).includes(field))
    report.error('http.dialects.field', 'unknown-field', `the config has no field "${field}" to choose the protocol by`)
}

function lintCsrf(report: Report, connector: Connector, { fetch, header, ask }: Csrf): void {
  lintCall(report, 'http.csrf.fetch', fetch, baseScope(connector))
  if ((fetch.method ?? 'GET') !== 'GET' || fetch.json !== undefined || fetch.form !== undefined || fetch.graphql !== undefined)
    report.error('http.csrf.fetch', 'csrf-by-read', 'the token is fetched by a read: a write would need one itself')
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(header)) report.error('http.csrf.header', 'bad-header', `"${header}" is no name of a header`)
  if (ask.trim() === '') report.error('http.csrf.ask', 'nothing-asked', 'say what the header has to say for the token to come: Fetch')
}

function lintAnnounces(report: Report, { deprecated, version }: NonNullable<Http['announces']> = {}, scope: Scope): void {
  for (const [path, header] of [
    ['http.announces.deprecated', deprecated],
    ['http.announces.version.header', version?.header],
  ] as const)
    if (header !== undefined && !/^[A-Za-z][A-Za-z0-9-]*$/.test(header))
      report.error(path, 'bad-header', `"${header}" is no name of a header`)
  if (version !== undefined) lintTemplates(report, 'http.announces.version.asked', version.asked, scope)
}

function lintAuth(report: Report, path: string, connector: Connector, auth: Auth, scope: Scope): void {
  if (auth.kind === 'basic') {
    lintNeeded(report, `${path}.username`, connector, auth.username)
    lintSecret(report, `${path}.password`, connector, auth.password)
    lintNeeded(report, `${path}.password`, connector, auth.password)
  } else if (auth.kind === 'header') {
    lintNeeded(report, `${path}.value`, connector, auth.value)
    lintSecret(report, `${path}.value`, connector, auth.value)
  } else if (auth.kind === 'oauth2') lintOAuth2(report, path, connector, auth)
  else if (auth.kind === 'signed-form') lintSignedForm(report, path, connector, auth)
  else if (auth.kind === 'session') {
    lintCall(report, `${path}.login`, auth.login, scope)
    for (const [name, value] of Object.entries(auth.instead ?? {})) lintSecret(report, `${path}.instead.${name}`, connector, value)
    if (typeof auth.headers === 'function') return
    const found = lintTemplates(report, `${path}.headers`, { ...auth.headers }, { ...scope, login: true, answered: true })
    if (!found.some(({ root }) => root === 'login' || root === 'answered'))
      report.error(
        `${path}.headers`,
        'login-not-sent',
        'no header carries anything of {login…} or {answered…}: later requests would not be proved',
      )
  }
}

/** A dialect is tried on the check: what its envelope names must exist. */
function lintDialect(report: Report, path: string, connector: Connector, dialect: Dialect): void {
  const scope = { config: baseScope(connector).config ?? [] }
  lintAuth(report, `${path}.auth`, connector, dialect.auth, scope)
  if (dialect.headers !== undefined) lintTemplates(report, `${path}.headers`, { ...dialect.headers }, scope)
  lintRules(report, `${path}.faults`, dialect.faults)
  lintCall(report, `${path}.call`, dialect.call(connector.check), {
    ...baseScope(connector),
    ...(dialect.auth.kind === 'session' ? { login: true as const } : {}),
  })
  if (connector.http.codec?.parse !== undefined && dialect.answer !== '')
    report.error(`${path}.answer`, 'parsed-envelope', 'a codec that parses whole bodies takes the envelope away itself; leave answer empty')
}

function lintRules(report: Report, path: string, rules: readonly FaultRule[] = []): void {
  for (const [place, rule] of rules.entries()) {
    const here = `${path}.${place}`
    if (rule.status === undefined && rule.path === undefined)
      report.error(here, 'rule-fits-all', 'the rule names neither a status nor a path: it would make a fault of every answer')
    if (rule.path === undefined && (rule.in !== undefined || rule.not !== undefined))
      report.error(here, 'rule-without-path', 'the rule compares a value but does not say where it stands')
    if (rule.waitMs !== undefined && (rule.then !== 'retry' || !(rule.waitMs >= 1 && rule.waitMs <= 900_000)))
      report.error(
        `${here}.waitMs`,
        'bad-wait',
        'only a rule that asks for another try says how long to wait, from a millisecond to 15 minutes',
      )
    if (rule.status?.some((status) => status >= 200 && status < 300) && rule.path === undefined)
      report.error(here, 'rule-fits-all', 'the rule makes a fault of every good answer')
  }
}

function lintOAuth2(report: Report, path: string, connector: Connector, auth: OAuth2): void {
  lintNeeded(report, `${path}.tokenUrl`, connector, auth.tokenUrl)
  for (const name of ['clientSecret', 'refreshToken', 'accessToken'] as const)
    if (auth[name] !== undefined) lintSecret(report, `${path}.${name}`, connector, auth[name])
  if (auth.accessToken === undefined)
    for (const name of ['clientId', 'clientSecret'] as const) lintNeeded(report, `${path}.${name}`, connector, auth[name])
  const scope = { config: baseScope(connector).config ?? [] }
  if (auth.scope !== undefined) lintTemplates(report, `${path}.scope`, auth.scope, scope)
  if (auth.header === undefined) return
  const found = lintTemplates(report, `${path}.header`, auth.header.value, { ...scope, token: true })
  if (!found.some(({ root }) => root === 'token'))
    report.error(`${path}.header`, 'token-not-sent', 'the header never carries {token}: no request would be proved')
}

/** A template whose values every connection must have. */
function lintNeeded(report: Report, path: string, connector: Connector, template: string): void {
  for (const { path: variable, root } of lintTemplates(report, path, template, { config: baseScope(connector).config ?? [] }))
    if (root === 'config' && !isRequired(connector.config, variable.split('.').slice(1).join('.')))
      report.error(path, 'config-optional', `{${variable}} must be required by the config: without it nothing can be sent`)
}
