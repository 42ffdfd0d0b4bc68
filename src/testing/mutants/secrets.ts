import type { Mutant } from './mutant.ts'

const one = (name: string, breaks: string, [file, find, replace]: readonly [string, string, string], test: Mutant['test']): Mutant => ({
  name,
  invariant: '13',
  breaks,
  file,
  edits: [{ find, replace }],
  test,
})

const leak = { file: 'src/main/leak.test.ts' } as const
const rotation = { file: 'src/store/secret.test.ts' } as const

/** Safeguards of secrets, keys and what is told. */
export const secretMutants: readonly Mutant[] = [
  one(
    'open-sample',
    'what a partner repeats of our secrets is stored with the attempt',
    ['src/connector/cleaned.ts', 'const clean = (text: string) => redactCut(text, secrets)', 'const clean = (text: string) => text'],
    leak,
  ),
  one(
    'open-account',
    'values behind references that the connector does not call secret are stored when a partner repeats them',
    ['src/connector/open.ts', ', ...(setup.secrets ?? [])]', ']'],
    leak,
  ),
  one(
    'open-headers',
    'secrets in the headers of a webhook are stored with it',
    ['src/pipeline/receive.ts', 'cleanerOf(connection)(keptHeaders(headers))', 'keptHeaders(headers)'],
    leak,
  ),
  one(
    'open-answer',
    'a secret in the data of a partner stands in the answers of the API',
    ['src/http/serve-route.ts', 'route.shownOnce ? body : clean(body)', 'body'],
    leak,
  ),
  one(
    'moved-secret',
    'a sealed value opens in the place of another',
    [
      'src/model/sealing.ts',
      "['crossdock secret', tenant, name, generation]",
      "['crossdock secret', typeof tenant, typeof name, typeof generation]",
    ],
    { file: 'src/model/sealing.test.ts' },
  ),
  one(
    'one-nonce',
    'two values are sealed under the same nonce',
    ['src/model/sealing.ts', 'const nonce = randomBytes(nonceBytes)', 'const nonce = Buffer.alloc(nonceBytes, place.generation)'],
    { file: 'src/model/sealing.test.ts' },
  ),
  one(
    'weak-key',
    'a password serves as the key of all secrets',
    ['src/model/sealing.ts', 'const why = weakness(bytes)', 'const why = weakness(randomBytes(keyBytes))'],
    { file: 'src/model/sealing.test.ts' },
  ),
  one(
    'new-key-over-old',
    'a start without the key of the secrets makes a new one and goes on',
    ['src/main/vault.ts', 'used.size === 0 &&', 'used.size >= 0 &&'],
    { file: 'src/main/vault.test.ts' },
  ),
  one(
    'open-key-file',
    'a key file that everybody can read is taken',
    ['src/main/private-file.ts', '(found.mode & 0o077) !== 0', '(found.mode & 0o077) > 0o777'],
    { file: 'src/main/vault.test.ts' },
  ),
  one(
    'rotation-in-one',
    'a rotation is one transaction, and starts over when it is interrupted',
    ['src/store/secret.ts', 'const batch = 16', 'const batch = 1600'],
    rotation,
  ),
  {
    name: 'used-uncommitted',
    invariant: '12',
    breaks: 'a new token is used before it is committed: a process that dies then has lost the only refresh token',
    file: 'src/connector/token-keeper.ts',
    edits: [{ find: 'await turn.keep(JSON.stringify(token))', replace: 'void turn.keep(JSON.stringify(token)).catch(() => {})' }],
    test: { file: 'src/connector/oauth2.test.ts' },
  },
  {
    name: 'everybody-renews',
    invariant: '12',
    breaks: 'two processes renew one token, and the second spends the refresh token of the first',
    file: 'src/store/token-turn.ts',
    edits: [{ find: ".where('lease_until', '<=', now)\n", replace: '\n' }],
    test: { file: 'src/main/tokens.test.ts' },
  },
  {
    name: 'older-pair',
    invariant: '12',
    breaks: 'a process that stood still keeps its old token over a newer one',
    file: 'src/store/secret.ts',
    edits: [{ find: 'secret.after !== before', replace: 'secret.after > before' }],
    test: { file: 'src/main/tokens.test.ts' },
  },
  {
    name: 'login-storm',
    invariant: 'input',
    breaks: 'a partner that takes no token is asked for another with every request',
    file: 'src/connector/token-keeper.ts',
    edits: [{ find: 'if (clock.now() - current.token.at < youngMs) return false\n', replace: '\n' }],
    test: { file: 'src/connector/oauth2.test.ts' },
  },
  {
    name: 'error-in-200',
    invariant: '10',
    breaks: 'an answer of GraphQL that carries errors is taken for an empty list',
    file: 'src/connector/faults.ts',
    edits: [
      {
        find: 'const said = graphqlFault(answer.body, expected.graphql)',
        replace: 'const said = graphqlFault(answer.body, expected.graphql) && undefined',
      },
    ],
    test: { file: 'src/connector/graphql.test.ts' },
  },
  {
    name: 'last-page-token',
    invariant: '10',
    breaks: 'a list ends, or never ends, by a token that comes with every page',
    file: 'src/connector/page.ts',
    edits: [{ find: 'page.more !== undefined && seen.body.peek(page.more) !== true', replace: 'page.more === undefined' }],
    test: { file: 'src/connector/graphql.test.ts' },
  },
  {
    name: 'points-kept',
    invariant: 'input',
    breaks: 'points that a query did not use are lost, and lists are read ten times slower than the partner allows',
    file: 'src/connector/wire.ts',
    edits: [{ find: 'release(unused)', replace: 'release(Math.min(unused, 0))' }],
    test: { file: 'src/connector/graphql.test.ts' },
  },
  {
    name: 'second-look',
    invariant: '8',
    breaks: 'the figure that a shop compares with is read again after it was judged, so a sale in between is written over',
    file: 'src/pipeline/deliver-state.ts',
    edits: [{ find: '{ ...right, shown: figure }', replace: '{ ...right, shown: undefined }' }],
    test: { file: 'src/pipeline/deliver-state.test.ts' },
  },
  {
    name: 'one-key-for-all',
    invariant: '6',
    breaks: 'a later figure goes under the key of an earlier one, and the shop answers with what it did then',
    file: 'src/connector/write-state.ts',
    edits: [{ find: 'sha256(effectKey, ...sent)', replace: 'sha256(effectKey)' }],
    test: { file: 'src/connector/write-seen.test.ts' },
  },
  {
    name: 'any-tenant',
    invariant: '13',
    breaks: 'a rotation seals the secrets of other tenants again',
    file: 'src/store/secret.ts',
    edits: [
      { find: ".selectAll()\n    .where('tenant', '=', tenant)\n    .where('kek'", replace: ".selectAll()\n    .where('kek'" },
      {
        find: ".set({ ...again, sealed_at: now })\n        .where('tenant', '=', tenant)\n",
        replace: '.set({ ...again, sealed_at: now })\n',
      },
    ],
    test: rotation,
  },
  {
    name: 'recorded-secret',
    invariant: '13',
    breaks: 'a recording of a real system keeps the secrets of its connection',
    file: 'src/testing/redact-recording.ts',
    edits: [{ find: 'byShape(byValue(text))', replace: 'byShape(text)' }],
    test: { file: 'src/commands/connector-record.test.ts', name: 'a secret is taken out in every form' },
  },
  {
    name: 'recorded-person',
    invariant: '13',
    breaks: 'a recording of a real system keeps who people are',
    file: 'src/testing/redact-recording.ts',
    edits: [{ find: 'const clean = redactRecord(\n', replace: 'const clean = ((value: Json, _: unknown): Json => value)(\n' }],
    test: { file: 'src/commands/connector-record.test.ts', name: 'without secrets and people in it' },
  },
]
