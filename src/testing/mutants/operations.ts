import type { Mutant } from './mutant.ts'

const one = (
  name: string,
  invariant: string,
  breaks: string,
  [file, find, replace]: readonly [string, string, string],
  test: string,
): Mutant => ({ name, invariant, breaks, file, edits: [{ find, replace }], test: { file: test } })

const hold = 'src/store/delivery-hold.ts'
const held = 'src/pipeline/delivery-hold.test.ts'

/** Safeguards of operation: restores, outages, retention, traces. */
export const operationMutants: readonly Mutant[] = [
  one(
    'sends-while-held',
    '12',
    'deliveries go out although a person holds them',
    [hold, 'row?.position == null ? undefined : (JSON.parse(row.position) as DeliveryHold)', 'undefined'],
    held,
  ),
  one(
    'believed-backup',
    '12',
    'after a restore a command that the partner has is sent once more without a look-up',
    [hold, '.set({ ambiguous: 1 })', '.set({ ambiguous: 0 })'],
    held,
  ),
  one(
    'needed-bytes',
    '10',
    'bytes of a record that is dead or parked are removed',
    ['src/store/retention.ts', 'rows.filter((row) => !kept.has(moment(row)))', 'rows'],
    'src/pipeline/retention.test.ts',
  ),
  one(
    'pruned-commands',
    '7',
    'commands are removed with old pushes of figures, and with them the keys that keep one from being done twice',
    ['src/store/retention-rows.ts', "op === 'state' && settled_at !== null", 'op !== undefined && settled_at !== null'],
    'src/pipeline/retention-rows.test.ts',
  ),
  one(
    'pruned-last',
    '10',
    'the last envelope of a key is removed, which a comparison would have worked on once more',
    ['src/store/retention-rows.ts', '?.envelope !== row.id)', "?.envelope !== '')"],
    'src/pipeline/retention-rows.test.ts',
  ),
  one(
    'knocks-on',
    '4',
    'every delivery loses its tries to a destination that is down',
    ['src/pipeline/circuit.ts', 'const opensAfter = 5', 'const opensAfter = 5000'],
    'src/pipeline/circuit.test.ts',
  ),
  one(
    'late-clock',
    '12',
    "an answer of the database's clock that was long under way puts a process so far off that it takes leases which others hold",
    ['src/store/server-clock.ts', 'ahead = ahead === undefined ?', 'ahead = told > 0 ?'],
    'src/store/server-clock.test.ts',
  ),
  one(
    'shared-rings',
    '13',
    'tenants that share a Redis take the rings of each other',
    ['src/main/foundation.ts', ', tenant].join', '].join'],
    'src/main/foundation.test.ts',
  ),
  one(
    'lone-worker',
    '4',
    'what comes while one call is slow is sent one after the other',
    ['src/pipeline/deliver.ts', 'for (let left = run.due.length; left > 0', 'for (let left = run.due.length; left > 1e6'],
    'src/queue/workers.test.ts',
  ),
  one(
    'clock-order',
    '4',
    'what a host with a clock behind adds to a lane goes out before what stands in it',
    ['src/pipeline/route.ts', "idAfter(plan.newest.get(lane) ?? '', newId())", 'newId()'],
    'src/pipeline/deliver.test.ts',
  ),
  one(
    'one-at-a-time',
    '4',
    'one process has all deliveries of a connection to itself, also when it does not keep up or is dead',
    ['src/queue/workers.ts', 'before.has(ringName(ring))', 'false'],
    'src/queue/workers.test.ts',
  ),
  one(
    'eager-partner',
    '4',
    'a partner that says Retry-After: 0 again and again is asked as often as that',
    ['src/model/delivery.ts', 'Math.max(own, askedOf(retryAfterMs, table, random))', 'askedOf(retryAfterMs, table, random)'],
    'src/pipeline/deliver.test.ts',
  ),
  one(
    'tried-unsent',
    '10',
    'what was not sent for want of a budget counts as a try, and is given up in the end',
    ['src/pipeline/settle.ts', 'next.uncounted ?', 'next.uncounted && delivery.attempts < 0 ?'],
    'src/pipeline/deliver.test.ts',
  ),
  one(
    'greedy-source',
    'input',
    'one connection may fill the memory that all have for what is not committed',
    ['src/pipeline/receive.ts', ' || ofOne > limits.maxPendingBytesOfOne', ''],
    'src/pipeline/receive.test.ts',
  ),
  one(
    'greedy-reading',
    'input',
    'one sender may fill the memory that all have for bodies in reading',
    ['src/http/body.ts', ' || (ofOne > room.maxBytesOfOne && ofOne > told)', ''],
    'src/http/body.test.ts',
  ),
  one(
    'endless-file',
    'input',
    'a file of a person is read whole, however large it is',
    ['src/secret-reference.ts', 'Buffer.byteLength(text) > maxSecretBytes', 'Buffer.byteLength(text) > Infinity'],
    'src/workspace.test.ts',
  ),
  one(
    'endless-schema',
    'input',
    'a schema of a person may hold any number of values',
    ['src/model/schema-limits.ts', 'if (++count > maxValues)', 'if (++count > Infinity)'],
    'src/model/schema.test.ts',
  ),
  one(
    'counts-alone',
    '4',
    'each run and each process counts by itself, so a destination with few deliveries is never left alone',
    ['src/store/connection.ts', "of.fn.coalesce('downs', of.val(0)), '+', 1)", "of.val(0), '+', 1)"],
    'src/pipeline/circuit.test.ts',
  ),
  one(
    'asked-by-all',
    '4',
    'every process asks a destination that was down, at once',
    ['src/store/connection.ts', ".where('down_at', '=', since)", ''],
    'src/pipeline/circuit.test.ts',
  ),
  one(
    'read-is-sent',
    '4',
    'that a partner can be read closes the circuit of one that takes no deliveries',
    ['src/pipeline/connection-health.ts', "proof === 'read' ? opensAfter", "proof === 'read' ? 1e6"],
    'src/pipeline/circuit.test.ts',
  ),
  one(
    'lost-trace',
    '11',
    'the trace of a request ends where its delivery is made',
    ['src/pipeline/route.ts', 'trace: plan.traceOf(change) ?? null', 'trace: null'],
    'src/main/tracing.test.ts',
  ),
]
