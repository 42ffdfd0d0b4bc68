import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { spoken } from '../connector/dialect.ts'
import { lintConnector } from '../connector/lint.ts'
import { secretValues } from '../connector/secrets.ts'
import type { Connector } from '../connector/types.ts'
import { isHubError } from '../model/errors.ts'
import { packageRoot } from '../package-root.ts'
import { type Claim, claim, claimEqual, faultOf } from './connector-claims.ts'
import type { ConnectorFixtures } from './connector-fixtures.ts'
import { missingRecordings } from './connector-missing.ts'
import { answerOf, replay } from './connector-replay.ts'
import type { PartnerAnswer, PartnerRequest } from './loopback-partner.ts'

/** Definition and recording fit together. */
export function definitionClaims(connector: Connector, fixtures: ConnectorFixtures): readonly Claim[] {
  return [
    {
      name: 'definition: no faults',
      run: async () => {
        const documents = (await readdir(join(packageRoot, 'schemas')))
          .filter((name) => name.endsWith('.json'))
          .map((name) => name.replace('.json', ''))
        const errors = lintConnector(connector, { documents }).filter((fault) => fault.severity === 'error')
        claim(
          errors.length === 0,
          errors
            .map((fault) => `${fault.path}: ${fault.message}${fault.suggestion === undefined ? '' : ` (${fault.suggestion})`}`)
            .join('\n'),
        )
      },
    },
    {
      name: 'definition: everything is recorded',
      run: async () => {
        const missing = missingRecordings(connector, fixtures).map(({ what }) => what)
        claim(missing.length === 0, `not recorded: ${missing.join(', ')}`)
      },
    },
  ]
}

type Check = (answer: PartnerAnswer, timeoutMs?: number) => Promise<unknown>

/** What the connector makes of its check call answered so. After a 401 a session logs in once more and asks again. */
const checker =
  (connector: Connector, fixtures: ConnectorFixtures): Check =>
  (answer, timeoutMs = 5_000) =>
    replay(
      connector,
      fixtures,
      spoken(connector.http, fixtures.config).http.auth.kind === 'session' ? [fixtures.check, fixtures.check] : [fixtures.check],
      ({ access }) => access.check(),
      {
        timeoutMs,
        twist: (_, recorded) => (recorded === fixtures.check ? answer : undefined),
      },
    )

export function checkClaims(connector: Connector, fixtures: ConnectorFixtures): readonly Claim[] {
  const check = checker(connector, fixtures)
  const becomes = (name: string, answer: PartnerAnswer, expected: object, timeoutMs?: number): Claim => ({
    name: `check: ${name}`,
    run: async () => {
      const { detail } = await faultOf(() => check(answer, timeoutMs))
      for (const [field, value] of Object.entries(expected))
        claimEqual(detail[field as keyof typeof detail], value, `${field} of the fault ${detail.code}`)
    },
  })
  const anything = connector.http.codec?.contentTypes.includes('*/*') === true
  const html = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><html><body>maintenance</body></html>' }
  return [
    {
      name: 'check: succeeds',
      run: () =>
        replay(connector, fixtures, [fixtures.check], async ({ access, strange }) => {
          try {
            await access.check()
          } catch (error) {
            claim(
              false,
              `${isHubError(error) ? error.message : String(error)}${strange.length > 0 ? `; not recorded: ${strange.join(' ')}` : ''}`,
            )
          }
        }),
    },
    becomes('401 asks for a login', { status: 401 }, { recovery: 'reauth' }),
    becomes('400 is refused', { status: 400, body: {} }, { recovery: 'reject' }),
    becomes(
      '429 waits as long as the partner says',
      { status: 429, headers: { 'retry-after': '7' }, body: {} },
      { recovery: 'retry', retryAfterMs: 7_000 },
    ),
    becomes('500 is tried again', { status: 500 }, { recovery: 'retry' }),
    becomes('503 is tried again', { status: 503, ...html }, { recovery: 'retry' }),
    becomes('a dropped line is tried again', 'lost', { recovery: 'retry' }),
    becomes('silence is tried again', 'hang', { recovery: 'retry' }, 150),
    ...(anything
      ? []
      : [
          becomes('a web page with 200 is tried again', { status: 200, ...html }, { recovery: 'retry' }),
          becomes('no JSON is tried again', { headers: { 'content-type': 'text/csv' }, body: 'a;b' }, { recovery: 'retry' }),
        ]),
    ...(spoken(connector.http, fixtures.config).http.faults ?? []).map(
      (rule): Claim => ({
        name: `check: the rule ${rule.code} fires`,
        run: async () => {
          const answer = fixtures.faults?.[rule.code]
          claim(answer !== undefined, `no answer is recorded for ${rule.code}`)
          const { detail } = await faultOf(() => check(answerOf({ headers: { 'content-type': 'application/json' }, ...answer }, '')))
          claimEqual([detail.code, detail.recovery], [rule.code, rule.then], 'the fault')
        },
      }),
    ),
  ]
}

/** No secret of the config comes out, although the partner repeats everything it was sent. */
export function secretClaims(connector: Connector, fixtures: ConnectorFixtures): readonly Claim[] {
  const secrets = secretValues(connector.config, fixtures.config).filter((secret) => secret.length >= 4)
  const echo =
    (status: number) =>
    (request: PartnerRequest): PartnerAnswer => ({
      status,
      body: { message: [JSON.stringify(request.headers), request.query.toString(), request.body, ...secrets].join(' ') },
    })
  return [
    {
      name: 'secrets: never in an error',
      run: async () => {
        for (const status of [400, 401, 500]) {
          const error = await faultOf(() =>
            replay(
              connector,
              fixtures,
              spoken(connector.http, fixtures.config).http.auth.kind === 'session' ? [fixtures.check, fixtures.check] : [fixtures.check],
              ({ access }) => access.check(),
              {
                twist: (request, recorded) => (recorded === fixtures.login && recorded !== undefined ? undefined : echo(status)(request)),
              },
            ),
          )
          const shown = [error.message, error.stack, JSON.stringify(error.detail), String(error.cause), String(error.detail.cause)].join(
            ' ',
          )
          const seen = [...secrets, ...encoded(secrets)].filter((secret) => shown.includes(secret))
          claim(seen.length === 0, `${seen.length} secret(s) of the config appear in the error of an answer ${status}`)
        }
      },
    },
  ]
}

const encoded = (secrets: readonly string[]): readonly string[] =>
  secrets.flatMap((secret) => [Buffer.from(secret).toString('base64'), encodeURIComponent(secret)])
