import type { CutRecord, PageRead } from '../connector/access.ts'
import { cutPage } from '../connector/cut.ts'
import type { Connector, Stream } from '../connector/types.ts'
import { whyCutAtOnce } from '../connector/uncut.ts'
import { type Claim, claimEqual } from './connector-claims.ts'
import type { ConnectorFixtures, StreamReading } from './connector-fixtures.ts'
import { placeAfter, readAll, replay } from './connector-replay.ts'

/** A page may be kept as it came and cut later: then nothing may get lost on the way. Rows at the edge of two pages are shown by both. */
export function uncutClaims(
  connector: Connector,
  fixtures: ConnectorFixtures,
  [name, stream]: readonly [string, Stream],
  reading: StreamReading,
  label: string,
): readonly Claim[] {
  if (whyCutAtOnce(stream, connector.http.codec) !== undefined) return []
  const setup = { name: 'replay', connector, config: fixtures.config }
  const read = (whole: boolean): Promise<readonly PageRead[]> =>
    replay(connector, fixtures, reading.exchanges, ({ access }) => readAll(access, [name, stream], reading.from, { whole }))
  return [
    {
      name: `stream ${label}: pages that are kept as they came give the same place and the same records`,
      run: async () => {
        const [now, later] = [await read(false), await read(true)]
        claimEqual(placeAfter(stream, later), placeAfter(stream, now), 'checkpoint')
        claimEqual(
          later.map(({ uncut }) => uncut),
          now.map(({ records }) => records.filter((record) => record.stream === name).length),
          'rows of the pages',
        )
        const cut: CutRecord[] = []
        for (const { bodies, asOf } of later) for (const { bytes } of bodies) cut.push(...(await cutPage(setup, name, bytes, asOf)))
        claimEqual(differing(cut), differing(now.flatMap(({ records }) => records)), 'records')
      },
    },
  ]
}

const differing = (records: readonly CutRecord[]): readonly string[] => [
  ...new Set(records.map(({ value: _value, ...record }) => JSON.stringify(record))),
]
