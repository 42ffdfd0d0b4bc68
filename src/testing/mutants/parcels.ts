import type { Mutant } from './mutant.ts'

const one = (
  name: string,
  invariant: string,
  breaks: string,
  [file, find, replace]: readonly [string, string, string],
  test: Mutant['test'],
): Mutant => ({ name, invariant, breaks, file, edits: [{ find, replace }], test })

/** Safeguards of what carriers tell: signatures in forms, facts that come in any order, the timeline of a parcel. */
export const parcelMutants: readonly Mutant[] = [
  one(
    'field-twice',
    '13',
    'a form may have what is signed twice, so that the text that is read is not the one that was proved',
    ['src/connector/form.ts', 'fields.size > maxFields || others.length > 0', 'fields.size > maxFields'],
    { file: 'src/connector/verify-hash.test.ts', name: 'twice proves nothing' },
  ),
  one(
    'typed-secret',
    '13',
    'a secret with an accent proves nothing, or not as the partner made bytes of it',
    ['src/connector/verify.ts', 'secret.normalize(form)', 'secret'],
    { file: 'src/connector/verify-hash.test.ts', name: 'however the secret was typed' },
  ),
  one(
    'facts-in-order',
    '5',
    'facts that come late are set aside as older ones',
    ['src/pipeline/decide.ts', "settle('unchanged') : apply\n", "settle('unchanged') : byReading(last, envelope)\n"],
    { file: 'src/pipeline/decide.test.ts', name: 'only adds facts' },
  ),
  one(
    'last-heard',
    '5',
    'what is heard last of a parcel counts, not what happened last',
    ['src/ledger/parcel-timeline.ts', 'a.at - b.at || rank', 'b.at - a.at || rank'],
    { file: 'src/ledger/parcels.test.ts', name: 'older event never sets back' },
  ),
  one(
    'undelivered-again',
    '5',
    'a scan after delivery sets the parcel back',
    ['src/ledger/parcel-timeline.ts', "return next === 'returned' || next === 'exception'", 'return true'],
    { file: 'src/ledger/parcels.test.ts', name: 'a scan after delivery' },
  ),
  one(
    'parcel-alone',
    '10',
    'a shipment is not joined with what carriers tell of its number',
    ['src/ledger/references.ts', "type === 'shipment'", "type === 'nothing'"],
    { file: 'src/ledger/parcels.test.ts', name: 'as soon as a shipment names it' },
  ),
  one(
    'some-are-all',
    '10',
    'an answer that refuses one of many is taken for delivered',
    ['src/connector/results.ts', 'if (refused.length + open.length === 0) return undefined', 'if (accepted.size > 0) return undefined'],
    { file: 'src/connector/write-state.test.ts', name: 'one is refused' },
  ),
]
