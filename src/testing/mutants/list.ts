import { countedMutants } from './counted.ts'
import { crosswalkMutants } from './crosswalk.ts'
import { depositMutants } from './deposits.ts'
import { earlierTryMutants } from './earlier-tries.ts'
import { eventMutants } from './events.ts'
import { furtherMutants } from './further.ts'
import { guardMutants } from './guards.ts'
import { languageMutants } from './language.ts'
import { mapChangeMutants } from './map-change.ts'
import { mappingMutants } from './mappings.ts'
import { matchingMutants } from './matching.ts'
import { moneyMutants } from './money.ts'
import type { Mutant } from './mutant.ts'
import { numberMutants } from './numbers.ts'
import { operationMutants } from './operations.ts'
import { parcelMutants } from './parcels.ts'
import { partyMutants } from './parties.ts'
import { partnerMutants } from './partners.ts'
import { payableMutants } from './payables.ts'
import { payoutMutants } from './payouts.ts'
import { priceMutants } from './prices.ts'
import { purchaseMutants } from './purchase.ts'
import { readingMutants } from './reading.ts'
import { replenishMutants } from './replenish.ts'
import { resultMutants } from './results.ts'
import { salesMutants } from './sales.ts'
import { secretMutants } from './secrets.ts'
import { statementMutants } from './statements.ts'
import { stockMutants } from './stock.ts'
import { uncutMutants } from './uncut.ts'
import { vanishedMutants } from './vanished.ts'
import { watchMutants } from './watch.ts'

const mutant = (name: string, invariant: string, breaks: string, file: string, edits: Mutant['edits'], test: Mutant['test']): Mutant => ({
  name,
  invariant,
  breaks,
  file,
  edits,
  test,
})
const edit = (find: string, replace: string): Mutant['edits'][number] => ({ find, replace })

/** Every safeguard with its mutant. The names of `demoBreaks` are also taken by `crossdock demo --break`. */
export const mutants: readonly Mutant[] = [
  mutant(
    'early-ack',
    '1',
    'a webhook is acknowledged before its receipt is committed',
    'src/pipeline/receive.ts',
    [edit('const committed = await store({', 'const committed = true; void store({')],
    {
      file: 'src/pipeline/receive.test.ts',
    },
  ),
  mutant(
    'checkpoint',
    '1',
    'the checkpoint runs ahead of the receipts',
    'src/pipeline/position.ts',
    [
      edit(
        'return { ...page.checkpoint, ...rest }',
        'return { ...page.checkpoint, time: page.checkpoint.time && new Date(Date.parse(page.checkpoint.time) + 3_600_000).toISOString(), ...rest }',
      ),
    ],
    {
      file: 'src/pipeline/pull.test.ts',
    },
  ),
  mutant(
    'dedupe',
    '2',
    'what is a duplicate is decided by the key alone, so later states of a record are taken for the first',
    'src/pipeline/drafts.ts',
    [edit("sha256('content', stream, key, version, bodyHash, op)", "sha256('content', stream, key)")],
    {
      file: 'src/pipeline/flow.test.ts',
    },
  ),
  mutant(
    'twins',
    '2',
    'duplicates are not recognised',
    'src/pipeline/drafts.ts',
    [edit('if (twin !== undefined) return', 'if (twin !== undefined && row.lane < 0) return')],
    { file: 'src/pipeline/flow.test.ts' },
  ),
  mutant(
    'two-commits',
    '3',
    'envelopes are settled although the ledger wrote nothing',
    'src/pipeline/apply-batch.ts',
    [edit('const finished = await finish(books)', 'const finished = { changes: [], links: [] }')],
    {
      file: 'src/pipeline/ingest.test.ts',
    },
  ),
  mutant(
    'impatient',
    '4',
    'new work wakes a lane out of its back-off',
    'src/store/lane.ts',
    [edit(".where('lane', 'in', list)\n      .where('ready_at', 'is', null)", ".where('lane', 'in', list)")],
    {
      file: 'src/pipeline/state.test.ts',
    },
  ),
  mutant(
    'older-wins',
    '5',
    'an older version overwrites a newer one',
    'src/ledger/version.ts',
    [edit("return order > 0 ? 'newer' : 'older'", "return 'newer'")],
    { file: 'src/pipeline/decide.test.ts' },
  ),
  mutant('stale-state', '6', 'superseded duties are sent too', 'src/pipeline/duty.ts', [edit("      'superseded',\n", "      'due',\n")], {
    file: 'src/pipeline/state.test.ts',
  }),
  mutant(
    'effect-key',
    '7',
    'a try after a lost answer does not look whether the effect happened',
    'src/pipeline/deliver.ts',
    [edit('ambiguous: delivery.ambiguous > 0,', 'ambiguous: false,')],
    {
      file: 'src/pipeline/deliver.test.ts',
    },
  ),
  mutant(
    'no-look-up',
    '7',
    'a create is sent again without looking it up',
    'src/connector/write.ts',
    [edit("context.ambiguous && once.kind === 'find'", "context.ambiguous && once.kind === 'find' && once.key === ''")],
    {
      file: 'src/connector/write.test.ts',
    },
  ),
  mutant(
    'reckless',
    '7',
    'an action that offers no way to know is tried again after an ambiguous failure',
    'src/connector/write.ts',
    [edit("if (context.ambiguous && once.kind === 'none')", "if (context.ambiguous && once.kind === 'none' && once.why === '')")],
    {
      file: 'src/connector/write.test.ts',
    },
  ),
  mutant(
    'cutoff',
    '8',
    'open orders are not subtracted from stock',
    'src/ledger/stock-figures.ts',
    [edit('released_at === null || released_at > cut', 'released_at !== null && released_at > cut')],
    {
      file: 'src/ledger/derive.test.ts',
    },
  ),
  mutant(
    'overflow',
    '9',
    'amounts leave the range of the database',
    'src/model/decimal.ts',
    [edit('if (units > int64Max || units < int64Min) {', 'if (units > int64Max * 1000n || units < int64Min * 1000n) {')],
    {
      file: 'src/model/decimal.test.ts',
    },
  ),
  mutant(
    'long-numbers',
    '9',
    'long integers and decimals of a partner lose digits',
    'src/model/json.ts',
    [edit("return typeof value === 'number' && source !== undefined", "return typeof value === 'number' && source === undefined")],
    {
      file: 'src/model/json.test.ts',
    },
  ),
  mutant(
    'inverted-tax',
    '9',
    'tax is added to totals that contain it',
    'src/ledger/foot.ts',
    [edit("document.taxBasis === 'exclusive' ? add(net, taxes) : net", "document.taxBasis === 'exclusive' ? net : add(net, taxes)")],
    {
      file: 'src/ledger/foot.test.ts',
    },
  ),
  mutant(
    'poison',
    '10',
    'an envelope that kills its worker is tried for ever',
    'src/pipeline/ingest.ts',
    [edit('first.crashes < settings.maxCrashes', 'first.crashes < settings.maxCrashes * 1000')],
    {
      file: 'src/pipeline/ingest.test.ts',
    },
  ),
  mutant(
    'fence',
    '12',
    'a lane has several workers at once, and one that lost it goes on writing',
    'src/store/lane.ts',
    [
      edit('if (held.numUpdatedRows !== BigInt(group.length)) throw', 'if (held.numUpdatedRows < 0n) throw'),
      edit(".where('kind', '=', kind)\n      .where('lease_until', '<=', now)\n", ".where('kind', '=', kind)\n"),
      edit(".where('lane', '<', after(prefix))\n    .where('lease_until', '<=', now)\n", ".where('lane', '<', after(prefix))\n"),
      { file: 'src/main/foundation.ts', find: 'database === undefined ? 1 : sharedIngests', replace: '16' },
    ],
    { file: 'src/pipeline/ingest.test.ts' },
  ),
  mutant(
    'any-signature',
    '13',
    'a webhook with a wrong signature is taken',
    'src/connector/verify.ts',
    [edit('&& timingSafeEqual(given, digest)', '|| timingSafeEqual(Buffer.from([1]), Buffer.from([1]))')],
    {
      file: 'src/connector/verify.test.ts',
    },
  ),
  mutant('open-log', '13', 'secrets reach the log', 'src/model/log.ts', [edit('write(clean(line))', 'write(line)')], {
    file: 'src/model/log.test.ts',
  }),
  mutant(
    'private-ranges',
    'input',
    'partners may live at private addresses nobody opened',
    'src/connector/address.ts',
    [edit("if (range !== 'unicast') return", "if (range === 'multicast') return")],
    {
      file: 'src/connector/address.test.ts',
    },
  ),
  mutant(
    'deep-json',
    'input',
    'documents of any depth are parsed',
    'src/model/json.ts',
    [edit('if (++depth > maxDepth)', 'if (++depth > maxDepth * 1000)')],
    { file: 'src/model/json.test.ts' },
  ),
  mutant(
    'raw-code',
    'input',
    'text of a mapping file reaches the generated code unescaped',
    'src/mapping/code.ts',
    [edit('const escaped = JSON.stringify(text)', "const escaped = ['', text, ''].join('\\u0027')")],
    {
      file: 'src/mapping/hostile.test.ts',
    },
  ),
  ...furtherMutants,
  ...earlierTryMutants,
  ...languageMutants,
  ...mappingMutants,
  ...matchingMutants,
  ...mapChangeMutants,
  ...secretMutants,
  ...uncutMutants,
  ...vanishedMutants,
  ...purchaseMutants,
  ...eventMutants,
  ...stockMutants,
  ...moneyMutants,
  ...payableMutants,
  ...statementMutants,
  ...depositMutants,
  ...numberMutants,
  ...watchMutants,
  ...readingMutants,
  ...countedMutants,
  ...crosswalkMutants,
  ...resultMutants,
  ...operationMutants,
  ...guardMutants,
  ...parcelMutants,
  ...salesMutants,
  ...payoutMutants,
  ...replenishMutants,
  ...priceMutants,
  ...partnerMutants,
  ...partyMutants,
]

export const demoBreaks: readonly string[] = ['dedupe', 'fence', 'checkpoint', 'effect-key', 'cutoff']
