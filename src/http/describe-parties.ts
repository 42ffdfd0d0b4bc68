import type { PartyRole } from '../ledger/party-roles.ts'
import type { PartyViews } from '../ledger/party-views.ts'
import type { JsonObject } from '../model/json.ts'
import type { Route } from './route.ts'

/** Who a role is, for people. */
const roleWords: Readonly<Record<PartyRole, string>> = {
  self: 'the party itself',
  supplier: 'the supplier: seller of the purchase, or named by the product as supplying it',
  merchant: 'the merchant: its shop took the order, or it is named as seller',
  buyer: 'the buyer',
  issuer: 'who issued it',
  recipient: 'who it is for',
  payer: 'who pays',
  payee: 'who is paid',
  owner: 'whose it is',
  books: 'the party whose books the connection keeps that brought it',
}

/** The part of docs/parties.md that is made from the tables. `schemas` by `<type>@1`. */
export function describeParties(views: PartyViews, routes: readonly Route[], schemas: ReadonlyMap<string, JsonObject>): string {
  const open = routes.filter(({ party }) => party === 'own')
  return [
    '## Routes that let a party in',
    '',
    'Every other route of the API answers 403 `not-for-parties`.',
    '',
    '| route | what for |',
    '|---|---|',
    ...open.map(({ method, path, summary }) => `| \`${method} ${path}\` | ${summary.en} |`),
    '',
    '## What is shown of a document',
    '',
    'A field that is not listed is masked, also one that a later version adds. Fields called `ext` are never shown.',
    '',
    ...Object.entries(views)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([type, roles]) => describeType(type, roles, fieldsOf(schemas.get(`${type}@1`)))),
  ].join('\n')
}

function describeType(type: string, roles: PartyViews[string], fields: readonly string[]): string[] {
  const seen = Object.entries(roles) as readonly (readonly [PartyRole, readonly string[]])[]
  const groups = Map.groupBy(seen, ([, shown]) => shown.join(', '))
  return [
    `### ${type}`,
    '',
    '| role | shown | masked |',
    '|---|---|---|',
    ...[...groups.values()].map((group) => {
      const shown = group[0]?.[1] ?? []
      const names = new Set(shown.map((name) => name.replace('[me]', '')))
      const masked = fields.filter((name) => !names.has(name) && !hubFields.has(name))
      const texts = shown.map((name) => (name.endsWith('[me]') ? `${name.slice(0, -4)} (its own items only)` : name))
      return `| ${group.map(([role]) => roleWords[role]).join('; ')} | ${texts.join(', ')} | ${masked.join(', ') || '-'} |`
    }),
    '',
  ]
}

/** Fields the ledger sets, told beside the document. */
const hubFields: ReadonlySet<string> = new Set(['type', 'key', 'version', 'origin'])
const fieldsOf = (schema: JsonObject | undefined): readonly string[] => Object.keys(schema?.properties ?? {})
