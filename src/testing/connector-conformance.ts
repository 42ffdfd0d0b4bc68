import type { Connector } from '../connector/types.ts'
import { type Claim, claim } from './connector-claims.ts'
import { actionClaims } from './connector-claims-action.ts'
import { checkClaims, definitionClaims, secretClaims } from './connector-claims-check.ts'
import { streamClaims } from './connector-claims-stream.ts'
import { webhookClaims } from './connector-claims-webhook.ts'
import type { ConnectorFixtures } from './connector-fixtures.ts'

/** Everything a connector has to do, over its recordings, through the real engine and a partner on the loopback interface. */
export function connectorClaims(connector: Connector, fixtures: ConnectorFixtures): readonly Claim[] {
  const claims = [
    ...definitionClaims(connector, fixtures),
    ...checkClaims(connector, fixtures),
    ...secretClaims(connector, fixtures),
    ...streamClaims(connector, fixtures),
    ...actionClaims(connector, fixtures),
    ...webhookClaims(connector, fixtures),
  ]
  const names = new Set(claims.map(({ name }) => name))
  const stale = Object.keys(fixtures.waivers ?? {}).filter((name) => !names.has(name))
  return [
    ...claims.map((one) => waived(one, fixtures)),
    ...(stale.length === 0
      ? []
      : [{ name: 'waivers: name tests that exist', run: async () => claim(false, `no such test: ${stale.join(', ')}`) }]),
  ]
}

/** A waived test must fail: a waiver that is not needed any more hides the next fault. */
function waived(one: Claim, { waivers }: ConnectorFixtures): Claim {
  const reason = waivers !== undefined && Object.hasOwn(waivers, one.name) ? waivers[one.name] : undefined
  if (reason === undefined) return one
  return {
    name: `${one.name} (waived: ${reason})`,
    run: async () => {
      const passes = await one.run().then(
        () => true,
        () => false,
      )
      claim(!passes && reason.trim().length > 10, passes ? 'the waived test passes; remove the waiver' : 'a waiver needs a reason')
    },
  }
}

export interface ClaimFailure {
  readonly name: string
  readonly message: string
}

/** Runs the claims outside a test runner until `most` of them failed; empty when the connector conforms. */
export async function connectorFailures(
  connector: Connector,
  fixtures: ConnectorFixtures,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly ClaimFailure[]> {
  const failures: ClaimFailure[] = []
  for (const one of connectorClaims(connector, fixtures)) {
    if (failures.length >= most) break
    try {
      await one.run()
    } catch (error) {
      failures.push({ name: one.name, message: error instanceof Error ? error.message : String(error) })
    }
  }
  return failures
}
