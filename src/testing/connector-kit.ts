import { describe, it } from 'vitest'
import type { Connector } from '../connector/types.ts'
import { connectorClaims } from './connector-conformance.ts'
import type { ConnectorFixtures } from './connector-fixtures.ts'

export { type ClaimFailure, connectorClaims, connectorFailures } from './connector-conformance.ts'

/** The conformance tests of a connector: its whole test file is this call. */
export function testConnector(connector: Connector, fixtures: ConnectorFixtures): void {
  describe(`connector ${connector.name}`, () => {
    for (const one of connectorClaims(connector, fixtures)) it(one.name, one.run)
  })
}
