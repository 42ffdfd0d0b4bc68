import type { Mutant } from './mutant.ts'

const one = (name: string, breaks: string, [file, find, replace]: readonly [string, string, string], test: Mutant['test']): Mutant => ({
  name,
  invariant: '13',
  breaks,
  file,
  edits: [{ find, replace }],
  test,
})

const reader = 'src/store/party-reader.ts'
const readerTest = 'src/store/party-reader.test.ts'
const routesTest = 'src/http/party-routes.test.ts'
const everything = 'own: (() => sql`(1 = 1)`) as Condition'

/** A table whose rows are not kept apart. */
const openTable = (table: string, own: string): Mutant =>
  one(
    `open-${table.replaceAll('_', '-')}`,
    `a party sees everybody's rows of ${table}`,
    [reader, `  ${table}: { own: ${own}`, `  ${table}: { ${everything}`],
    { file: readerTest, name: `${table} shows the rows of the party` },
  )

/** Safeguards that keep suppliers and merchants apart. */
export const partyMutants: readonly Mutant[] = [
  ...['document', 'document_version', 'journal', 'finding', 'order_state', 'order_line'].map((table) =>
    openTable(table, "byName('type', 'key')"),
  ),
  openTable('stock', 'ownStock'),
  openTable('parcel', "byKey('parcel', 'tracking')"),
  one('pointed-at', 'a party sees what its documents name of others', [reader, ", byName('to_type', 'to_key'))", ')'], {
    file: readerTest,
    name: 'reference shows the rows of the party',
  }),
  one(
    'open-links',
    'a party sees under which keys the systems of others know its documents',
    [reader, "\n  link: { own: all(byName('type', 'key'), ownConnection)", "\n  link: { own: all(byName('type', 'key'))"],
    { file: readerTest, name: 'link shows the rows of the party' },
  ),
  one(
    'unruled-table',
    'a table that nobody thought of is open to parties',
    [reader, 'if (rule === undefined) throw', 'if (rule === undefined) continue\n    if (found.table === scope.tenant) throw'],
    { file: readerTest, name: 'refused' },
  ),
  one(
    'inner-query',
    'a query inside another one is not narrowed',
    [reader, 'isNode(value) ? narrowed(value, scope, done)', 'isNode(value) ? value'],
    {
      file: readerTest,
      name: 'also inside another query',
    },
  ),
  one(
    'asked-past-the-rules',
    "where several tables are asked by one statement, a party sees everybody's rows of them",
    ['src/store/ask-together.ts', 'if (plugins.length > 0)', 'if (plugins.length > 1)'],
    { file: 'src/store/ask-together.test.ts', name: 'own rows, masked' },
  ),
  one(
    'for-ever-theirs',
    'a supplier sees a product after its last day',
    [reader, 'valid_to is null or valid_to >=', 'valid_to is null or valid_to <> '],
    {
      file: readerTest,
      name: 'on the days',
    },
  ),
  one(
    'open-route',
    'a route that says nothing of parties lets them in',
    ['src/http/party-scope.ts', 'if (route.party === undefined)', "if (route.method === 'TRACE' as string)"],
    { file: routesTest, name: 'refused by every route that is not for parties' },
  ),
  one(
    'suspended-sees',
    'keys of a party that was suspended go on',
    ['src/http/party-scope.ts', "new Set(['prospect', 'active', 'unknown'])", "new Set(['prospect', 'active', 'unknown', 'suspended'])"],
    { file: routesTest, name: 'suspended sees nothing' },
  ),
  one(
    'first-key-stays',
    'the first key of an account works like any other',
    ['src/http/party-scope.ts', "if (who.initial && route.id !== 'replaceKey')", 'if (who.initial && now < 0)'],
    { file: routesTest, name: 'first key of an account' },
  ),
  one(
    'unmasked',
    'fields that are no business of the party are shown',
    ['src/ledger/party-mask.ts', 'const full = fields.has(name)', 'const full = true'],
    {
      file: routesTest,
      name: 'without a word of anybody else',
    },
  ),
  one(
    'past-of-another',
    "a version in which the document was another's is shown",
    ['src/ledger/party-mask.ts', '.filter((role) => holds(type, role as PartyRole, body, standing))', ''],
    { file: routesTest, name: 'its past is not told' },
  ),
  one(
    'former-figures',
    "what became of an order while it was another supplier's is told to the one who has it now",
    ['src/ledger/party-mask.ts', 'times.every((time) => theirs.get(name)?.has(time))', 'times.every((time) => time > 0)'],
    { file: routesTest, name: 'told to nobody who has it now' },
  ),
  one(
    'lines-of-others',
    "a shipment of several merchants shows each everybody's lines",
    ['src/ledger/party-mask.ts', '!masters.has(target.type) && !own.has', '!masters.has(target.type) && own.has'],
    { file: routesTest, name: 'each its own lines' },
  ),
  one(
    'bills-of-others',
    'a payment of several shows each the invoices of the others that it pays',
    ['src/ledger/party-mask.ts', '!masters.has(target.type)', "target.type.endsWith('-order')"],
    { file: routesTest, name: 'each its own lines' },
  ),
  one(
    'sum-of-others',
    'the sum of what several share is shown to each',
    ['src/ledger/party-mask.ts', 'return whole ? out :', 'return whole || true ? out :'],
    {
      file: routesTest,
      name: 'no figure of the whole',
    },
  ),
  one(
    'told-to-all',
    'findings tell parties their arithmetic, whomever it speaks of',
    ['src/ledger/party-mask.ts', 'if (!toldFindings.has(String(row.code))) return undefined', ''],
    { file: routesTest, name: 'not who ordered them' },
  ),
  one(
    'left-behind',
    'what hangs on an order stays with its former supplier',
    [
      'src/ledger/derive-parties.ts',
      'for (const heir of await heirs(books, [...changed, ...gone]))',
      'for (const heir of await heirs(books, []))',
    ],
    { file: 'src/ledger/derive-parties.test.ts', name: 'takes along what is about it' },
  ),
  one(
    'unresolved-party',
    'a document whose party becomes known later belongs to nobody',
    ['src/ledger/derive-parties.ts', '    ...resolved,\n', ''],
    { file: 'src/ledger/derive-parties.test.ts', name: 'in whatever order' },
  ),
  one(
    'masked-inside',
    'what is masked is taken out under another name',
    [
      reader,
      'if (SelectQueryNode.is(node)) checkSelections(node, isInner)',
      'if (SelectQueryNode.is(node) && done.has(scope)) checkSelections(node, isInner)',
    ],
    { file: readerTest, name: 'refused' },
  ),
  one(
    'books-go-over',
    'what a connection brought stays with the party whose books it kept before',
    [
      'src/ledger/derive-parties.ts',
      'await restateParties(books, names)\n  await restatedTo',
      'if (names.length < 0) await restateParties(books, names)\n  await restatedTo',
    ],
    { file: 'src/pipeline/restate-parties.test.ts' },
  ),
  one(
    'let-in-unseen',
    'who becomes a merchant never sees what its shop sold before',
    [
      'src/ledger/derive-parties.ts',
      "now.type === 'party' && standingOf(before) !== standingOf(now)",
      "now.type === 'party' && now.key === '' && standingOf(before) !== standingOf(now)",
    ],
    { file: 'src/ledger/derive-parties.test.ts', name: 'from the day on' },
  ),
  one(
    'keyed-unseen',
    'a party of the operator that gets its first key never sees what its connections brought',
    ['src/store/api-key.ts', 'if (row.party !== null && !', "if (row.party === '' && !"],
    { file: 'src/ledger/derive-parties.test.ts', name: 'from the day on' },
  ),
  one(
    'false-stray',
    'verify reports rows that are still being made',
    ['src/ledger/verify/parties.ts', 'restating === null ? [] : [books]', 'restating === null ? [] : []'],
    { file: 'src/ledger/derive-parties.test.ts', name: 'from the day on' },
  ),
  one(
    'own-approval',
    'who wrote a contract approves it',
    ['src/ledger/contract.ts', "(await writersOf(books, 'contract', key)).has(author.actor)", "author.actor === ''"],
    { file: 'src/http/contracts.test.ts', name: 'who wrote a version' },
  ),
  one(
    'terms-move',
    'what was signed is changed without another approval',
    ['src/ledger/contract-rules.ts', "agreed.has(current.status ?? '') &&", "agreed.has('') &&"],
    { file: 'src/http/contracts.test.ts', name: 'other terms after it' },
  ),
  one(
    'day-of-elsewhere',
    'a contract begins when its day begins in UTC, not where the operator is',
    ['src/pipeline/contract-clock.ts', 'businessDay(await database.now(), settings.timeZone)', 'businessDay(await database.now())'],
    { file: 'src/http/contracts.test.ts', name: 'days are those of the operator' },
  ),
  one(
    'signed-and-let-in',
    'who may sign a contract makes keys of its party, without the scope that keys need',
    ['src/http/contracts.ts', "who.scopes.has('admin') ? null", "who.scopes.has('write') ? null"],
    { file: 'src/http/contracts.test.ts', name: 'makes none: one who may' },
  ),
  one(
    'no-contract-holds',
    'keys of a party go on when its contract has ended',
    ['src/http/party-scope.ts', '!contracts.some((status) => over.has(status))', 'contracts.length >= 0'],
    { file: 'src/http/contracts.test.ts', name: 'ends after its last' },
  ),
  one(
    'number-twice',
    'two parties of the hub have one number',
    ['src/ledger/author.ts', 'if (holder !== undefined)\n', 'if (holder === key)\n'],
    { file: 'src/http/contracts.test.ts', name: 'tax number or GLN of another' },
  ),
  one(
    'hub-born-unmet',
    'records of mirrors are not linked with what the hub itself made',
    ['src/ledger/author.ts', '    identifiers.set(name, {', '    void ({'],
    { file: 'src/http/contracts.test.ts', name: 'a record of a mirror' },
  ),
  one(
    'asked-again',
    'a contract whose party has lost its role never begins or ends by its days',
    ['src/pipeline/contract-clock.ts', ', async () => undefined)', ')'],
    { file: 'src/http/contracts.test.ts', name: 'hold up no other' },
  ),
  one(
    'asked-for-masked',
    'a party finds out who looks after its findings by asking for each name',
    ['src/http/findings.ts', 'if (who.party !== null && whose', 'if (who.party === whose && whose'],
    { file: routesTest, name: 'cannot be found out' },
  ),
]
