import { openMask } from '../ledger/party-mask.ts'
import { partyViews } from '../ledger/party-views.ts'
import { documentNow } from '../ledger/read.ts'
import { businessDay } from '../model/business-day.ts'
import type { Context } from '../pipeline/context.ts'
import type { Reader } from '../store/in-list.ts'
import { contractStatuses } from '../store/party-document.ts'
import { isLargeParty, type PartyScope, partyReader } from '../store/party-reader.ts'
import type { Credential } from './auth.ts'
import { ProblemError } from './problem.ts'
import type { Route } from './route.ts'

/** Statuses of a party whose keys are let in; a party of an ERP that tells none is there. */
const live: ReadonlySet<string> = new Set(['prospect', 'active', 'unknown'])

/** Statuses of contracts that hold, and of those that held; with neither the party is still to sign. */
const agreed: ReadonlySet<string | null> = new Set(['signed', 'active'])
const over: ReadonlySet<string | null> = new Set(['suspended', 'ended'])

/**
 * The hub as a party's key sees it: its reader finds the party's own rows only, masked (store/party-reader.ts). Keys of the operator's own see the hub as it is.
 * @throws ProblemError 403 `not-for-parties` for a route that did not say it is for parties, or a type that is not shown to them; `party-not-active`; `initial-key`
 */
export async function hubFor(hub: Context, who: Credential, route: Route, params: unknown, now: number): Promise<Context> {
  const { party } = who
  if (who.initial && route.id !== 'replaceKey')
    throw new ProblemError(
      403,
      'initial-key',
      'This is the first key of an account and is good for one thing: POST /v1/key/replace (`crossdock keys replace`) answers the key to work with.',
    )
  if (party === null) return hub
  if (route.party === undefined)
    throw new ProblemError(
      403,
      'not-for-parties',
      "This is for the operator's own keys. A key of a supplier or merchant sees its own documents: docs/parties.md lists what.",
    )
  const type = typeOf(params)
  if (type !== undefined && partyViews[type] === undefined)
    throw new ProblemError(
      403,
      'not-for-parties',
      `Documents of the type '${type}' are not shown to suppliers and merchants. These are: ${Object.keys(partyViews).sort().join(', ')}.`,
    )
  await wantLive(hub, party)
  const { tenant } = hub
  const isLarge = await isLargeParty(hub.database.read, tenant, party)
  const scope: PartyScope = { tenant, party, organisation: who.organisation, today: businessDay(now, hub.settings.timeZone), isLarge }
  const { database } = hub
  const own = (read: Reader): Reader => partyReader(read, scope, openMask(read, scope))
  return { ...hub, database: { ...database, read: own(database.read), moment: (work) => database.moment((read) => work(own(read))) } }
}

function typeOf(params: unknown): string | undefined {
  const { type }: { readonly type?: unknown } = typeof params === 'object' && params !== null ? params : {}
  return typeof type === 'string' ? type : undefined
}

async function wantLive({ database, tenant }: Context, party: string): Promise<void> {
  const document = await documentNow(database.read, tenant, 'party', party)
  const gone = document === undefined || document.deleted
  if (!gone && live.has(document.status ?? 'unknown')) {
    const contracts = await contractStatuses(database.read, tenant, party)
    if (contracts.some((status) => agreed.has(status)) || !contracts.some((status) => over.has(status))) return
  }
  const what = gone
    ? 'is not in the ledger'
    : live.has(document.status ?? 'unknown')
      ? 'has no contract that holds'
      : `is ${document.status}`
  throw new ProblemError(403, 'party-not-active', `The party of this key ${what}, so its keys see nothing. Ask the operator of this hub.`)
}
