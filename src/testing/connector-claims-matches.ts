import type { Connector, Matches } from '../connector/types.ts'
import { at, isObject, type Json, type JsonObject } from '../model/json.ts'
import { type Claim, claim, claimEqual, delivered, type Run } from './connector-claims.ts'
import type { CommandFixture, ConnectorFixtures } from './connector-fixtures.ts'
import { replay } from './connector-replay.ts'

/** What was written is known by its content when the partner's people went on before an unanswered try was repeated, and nothing else is taken for it. */
export function matchesClaim(
  connector: Connector,
  fixtures: ConnectorFixtures,
  label: string,
  matches: Matches,
  recorded: CommandFixture,
  run: Run,
): Claim {
  return {
    name: `${label}: an unanswered try is known by its content when the partner went on`,
    run: async () => {
      const { wentOn, input, exchanges } = recorded
      const effect = exchanges[recorded.effect ?? 0]
      claim(wentOn !== undefined, "record what `requires` reads once the partner's people went on (wentOn)")
      // what is read before and what is read back may be one request
      await replay(connector, fixtures, [wentOn, wentOn, ...exchanges], async (partner) => {
        delivered(await run(partner, true), partner)
        claim(effect !== undefined && partner.unused().includes(effect), 'the effect was asked for again')
      })
      for (const place of placesOf(matches, input)) {
        await replay(connector, fixtures, [wentOn, wentOn, ...exchanges], async (partner) =>
          claimEqual((await run(partner, true, altered(input, place))).kind, 'reject', `outcome for another "${place.join('.')}"`),
        )
      }
    },
  }
}

/** Where the values stand in the recorded input that are compared: each once, for lists in the first row that has it. */
function placesOf({ lists = [], ...pairs }: Matches, input: JsonObject): readonly (readonly string[])[] {
  const recorded = (paths: readonly string[], path: string): readonly string[] => {
    const found = paths.find((one) => at(input, one) !== undefined)
    claim(found !== undefined, `the recorded input has no "${path}", so nothing shows that it is compared`)
    return found.split('.')
  }
  const own = [...(pairs.equal ?? []), ...(pairs.decimal ?? [])].map(([, path]) => recorded([path], path))
  const inLists = lists.flatMap(({ rows: [, rows], key, equal = [], decimal = [] }) => {
    const list = at(input, rows)
    const numbers = Array.isArray(list) ? [...list.keys()] : []
    return [key, ...equal, ...decimal].map(([, path]) =>
      recorded(
        numbers.map((number) => `${rows}.${number}.${path}`),
        `${rows}.${path}`,
      ),
    )
  })
  return [...own, ...inLists]
}

function altered<T extends Json>(value: T, [name, ...rest]: readonly string[]): T
function altered(value: Json, [name, ...rest]: readonly string[]): Json {
  if (name === undefined) return typeof value === 'number' ? value + 1 : `${String(value)}1`
  if (Array.isArray(value)) return value.map((item: Json, place) => (String(place) === name ? altered(item, rest) : item))
  return isObject(value) ? { ...value, [name]: altered(value[name] ?? null, rest) } : value
}
