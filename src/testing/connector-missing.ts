import { spoken } from '../connector/dialect.ts'
import type { Connector } from '../connector/types.ts'
import type { ConnectorFixtures } from './connector-fixtures.ts'

/** Something a recording has to hold, and does not. */
export interface MissingRecording {
  /** `action set-stock` */
  readonly what: string
  /** where it belongs in `fixtures/conversation.json` */
  readonly where: string
}

/** What of a connector nobody has recorded, in the order of its definition. */
export function missingRecordings(connector: Connector, fixtures: Partial<ConnectorFixtures>): readonly MissingRecording[] {
  const streams = Object.entries(connector.streams)
  const readings = (name: string) => fixtures.streams?.[name] ?? []
  const faults = fixtures.config === undefined ? connector.http.faults : spoken(connector.http, fixtures.config).http.faults
  return [
    ...(['config', 'now', 'check'] as const).flatMap((word) => (fixtures[word] === undefined ? [{ what: word, where: word }] : [])),
    ...(connector.http.auth.kind === 'session' && fixtures.login === undefined && connector.http.dialects === undefined
      ? [{ what: 'the login', where: 'login' }]
      : []),
    ...streams.flatMap(([name, { call }]) =>
      call !== null && readings(name).length === 0 ? [{ what: `stream ${name}`, where: `streams.${name}` }] : [],
    ),
    ...streams.flatMap(([name, { call, cursor }]) =>
      call !== null && cursor !== null && readings(name).every(({ from }) => from === null)
        ? [{ what: `a reading of ${name} from a checkpoint`, where: `streams.${name}` }]
        : [],
    ),
    ...streams.flatMap(([name, { byKey }]) =>
      byKey !== undefined && fixtures.byKey?.[name] === undefined ? [{ what: `${name} by its key`, where: `byKey.${name}` }] : [],
    ),
    ...Object.entries(connector.actions).flatMap(([name, action]) => {
      const recorded = fixtures.actions?.[name]
      if (recorded === undefined) return [{ what: `action ${name}`, where: `actions.${name}` }]
      if (action.kind === 'state' || !('create' in recorded)) return []
      return (['change', 'cancel'] as const).flatMap((operation) =>
        action[operation] !== undefined && recorded[operation] === undefined
          ? [{ what: `action ${name} ${operation}`, where: `actions.${name}.${operation}` }]
          : [],
      )
    }),
    ...(connector.webhook !== undefined && !fixtures.webhooks?.length ? [{ what: 'a signed webhook', where: 'webhooks' }] : []),
    ...(faults ?? []).flatMap(({ code }) =>
      fixtures.faults?.[code] === undefined ? [{ what: `an answer that is the fault ${code}`, where: `faults.${code}` }] : [],
    ),
  ]
}
