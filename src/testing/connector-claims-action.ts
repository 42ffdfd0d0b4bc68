import type { Action, Command, CommandAction, Connector, StateAction } from '../connector/types.ts'
import type { JsonObject, JsonSchema } from '../model/json.ts'
import { compileSchemas } from '../model/schema.ts'
import { type Claim, claim, claimEqual, delivered, type Run } from './connector-claims.ts'
import { matchesClaim } from './connector-claims-matches.ts'
import {
  type ActionFixture,
  type CommandFixture,
  type CommandFixtures,
  type ConnectorFixtures,
  type Exchange,
  replayEffectKey,
  type StateFixture,
} from './connector-fixtures.ts'
import { type Replay, replay, shown } from './connector-replay.ts'

export function actionClaims(connector: Connector, fixtures: ConnectorFixtures): readonly Claim[] {
  return Object.entries(fixtures.actions ?? {}).flatMap(([name, fixture]) => {
    const action: Action | undefined = connector.actions[name]
    if (action === undefined)
      return [{ name: `action ${name}: exists`, run: async () => claim(false, `the connector has no action ${name}`) }]
    if (action.kind === 'state') return 'create' in fixture ? [wrongKind(name)] : stateClaims(connector, fixtures, name, action, fixture)
    return 'create' in fixture ? commandClaims(connector, fixtures, name, action, fixture) : [wrongKind(name)]
  })
}

const wrongKind = (name: string): Claim => ({
  name: `action ${name}: is recorded as what it is`,
  run: async () => claim(false, 'a state action is recorded as a state, a command with create'),
})

function stateClaims(
  connector: Connector,
  fixtures: ConnectorFixtures,
  name: string,
  action: StateAction,
  fixture: Exclude<ActionFixture, CommandFixtures>,
): readonly Claim[] {
  return [
    inputClaim(`action ${name}`, action.input, fixture.input),
    {
      name: `action ${name}: sets the figure`,
      run: () =>
        replay(connector, fixtures, fixture.exchanges, async (partner) => {
          const outcome = await partner.access.setState(action, fixture.input, replayEffectKey)
          delivered(outcome, partner)
          claimEqual(partner.unused().length, 0, 'recorded requests that were not sent')
          if (outcome.kind === 'delivered') claimEqual(outcome.key, fixture.key, 'key')
        }),
    },
    ...(action.current === undefined ? [] : [currentClaim(connector, fixtures, name, action, fixture)]),
  ]
}

function currentClaim(connector: Connector, fixtures: ConnectorFixtures, name: string, action: StateAction, fixture: StateFixture): Claim {
  return {
    name: `action ${name}: reads the figure the partner shows`,
    run: async () => {
      claim(fixture.current !== undefined, 'the reading of the current figure is not recorded')
      const { exchanges, value } = fixture.current
      await replay(connector, fixtures, exchanges, async (partner) =>
        claimEqual(await partner.access.current(action, fixture.input), value, 'figure'),
      )
    },
  }
}

function commandClaims(
  connector: Connector,
  fixtures: ConnectorFixtures,
  name: string,
  action: CommandAction,
  fixture: CommandFixtures,
): readonly Claim[] {
  return (['create', 'change', 'cancel'] as const).flatMap((operation) => {
    const command = action[operation]
    const recorded = fixture[operation]
    const label = `action ${name} ${operation}`
    if (command === undefined) return []
    if (recorded === undefined) return [{ name: `${label}: is recorded`, run: async () => claim(false, 'nothing is recorded') }]
    const run = (partner: Replay, ambiguous: boolean, input = recorded.input) =>
      partner.access.run(action, operation, input, {
        effectKey: replayEffectKey,
        ambiguous,
        ...(operation === 'create' || recorded.key === undefined ? {} : { key: recorded.key }),
      })
    return [
      inputClaim(label, command.input, recorded.input),
      runClaim(connector, fixtures, label, recorded, run),
      onceClaim(connector, fixtures, label, command, recorded, run),
      ...(command.read?.matches === undefined ? [] : [matchesClaim(connector, fixtures, label, command.read.matches, recorded, run)]),
    ]
  })
}

function runClaim(connector: Connector, fixtures: ConnectorFixtures, label: string, recorded: CommandFixture, run: Run): Claim {
  return {
    name: `${label}: is done, and its key comes back`,
    run: () =>
      replay(connector, fixtures, recorded.exchanges, async (partner) => {
        const outcome = await run(partner, false)
        delivered(outcome, partner)
        if (outcome.kind !== 'delivered') return
        claimEqual(partner.unused().length, 0, 'recorded requests that were not sent')
        claimEqual(outcome.key, recorded.key, 'key')
        if (recorded.version !== undefined) claimEqual(outcome.version, recorded.version, 'version')
        if (recorded.lines !== undefined) claimEqual(outcome.lines, recorded.lines, 'lines')
      }),
  }
}

/** The answer is lost after the effect; then the second try must not have it again. */
function onceClaim(
  connector: Connector,
  fixtures: ConnectorFixtures,
  label: string,
  command: Command,
  recorded: CommandFixture,
  run: Run,
): Claim {
  const effect = recorded.exchanges[recorded.effect ?? 0]
  return {
    name: `${label}: an unanswered try is not done twice (${command.once.kind})`,
    run: async () => {
      claim(effect !== undefined, 'no exchange is recorded that has the effect')
      const { once } = command
      const first = await replay(
        connector,
        fixtures,
        recorded.exchanges,
        async (partner) => ({ outcome: await run(partner, false), sent: partner.requests.map(shown), headers: headersOf(partner, once) }),
        { twist: (_, exchange) => (exchange === effect ? 'lost' : undefined) },
      )
      if (once.kind === 'none') {
        claimEqual(first.outcome.kind, 'unknown', 'outcome of the unanswered try')
        await replay(connector, fixtures, [], async (partner) => {
          claimEqual((await run(partner, true)).kind, 'unknown', 'outcome of the second try')
          claimEqual(partner.requests.length, 0, 'requests of the second try')
        })
        return
      }
      claim(
        first.outcome.kind === 'retry' && first.outcome.ambiguous,
        `an unanswered try must be ambiguous, found ${JSON.stringify(first.outcome)}`,
      )
      if (once.kind === 'find') return findClaim(connector, fixtures, once.over?.length ?? 0, recorded, effect, run)
      await replay(connector, fixtures, recorded.exchanges, async (partner) => {
        delivered(await run(partner, true), partner)
        if (once.kind === 'header') {
          claim(
            first.headers.every((value) => value === replayEffectKey),
            `the header ${once.name} does not carry the effect key`,
          )
          claimEqual(headersOf(partner, once), first.headers, `values of the header ${once.name}`)
        }
      })
    },
  }
}

async function findClaim(
  connector: Connector,
  fixtures: ConnectorFixtures,
  further: number,
  recorded: CommandFixture,
  effect: Exchange,
  run: Run,
): Promise<void> {
  claim(
    recorded.found !== undefined && recorded.missing !== undefined,
    'record what the look-up answers when the thing is there (found) and when it is not (missing)',
  )
  const others = recorded.exchanges.filter((exchange) => exchange !== effect)
  const before = recorded.exchanges.indexOf(effect)
  await replay(connector, fixtures, [recorded.found, ...others], async (partner) => {
    const outcome = await run(partner, true)
    delivered(outcome, partner)
    if (outcome.kind === 'delivered') claimEqual(outcome.key, recorded.key, 'key of what was found')
    claim(partner.unused().length <= before, `${partner.unused().length} recorded requests were not sent after the look-up`)
  })
  const { missing, over = [] } = recorded
  claimEqual(over.length, further, 'recorded look-ups of what is over (over)')
  for (const [place, { found }] of over.entries()) {
    const before = [missing, ...over.slice(0, place).map((one) => one.missing)]
    await replay(connector, fixtures, [...before, found, ...recorded.exchanges], async (partner) => {
      const outcome = await run(partner, true)
      delivered(outcome, partner)
      if (outcome.kind === 'delivered') claimEqual(outcome.key, recorded.key, 'key of what is over')
      claimEqual(partner.unused().length, recorded.exchanges.length, 'recorded requests that follow what is over')
    })
  }
  await replay(connector, fixtures, [missing, ...over.map((one) => one.missing), ...recorded.exchanges], async (partner) => {
    delivered(await run(partner, true), partner)
    claimEqual(partner.unused().length, 0, 'recorded requests that were not sent although the look-up found nothing')
  })
}

const headersOf = (partner: Replay, once: Command['once']): readonly (string | undefined)[] =>
  once.kind === 'header'
    ? partner.requests
        .filter((request) => request.headers[once.name.toLowerCase()] !== undefined)
        .map((request) => request.headers[once.name.toLowerCase()])
    : []

function inputClaim(label: string, schema: JsonSchema, input: JsonObject): Claim {
  return {
    name: `${label}: the input fits its schema`,
    run: async () => {
      const { validators, faults } = compileSchemas([{ file: label, text: JSON.stringify({ ...schema, $id: 'input' }) }])
      const validate = validators.get('input')
      claim(validate !== undefined, `the schema does not compile: ${faults.map((fault) => fault.message).join('; ')}`)
      const fault = validate(input)
      claim(fault === undefined, `${fault?.path} ${fault?.message}`)
    },
  }
}
