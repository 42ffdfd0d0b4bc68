import type { Mutant } from './mutant.ts'

const one = (
  name: string,
  invariant: string,
  breaks: string,
  [file, find, replace]: readonly [file: string, find: string, replace: string],
  test: string,
): Mutant => ({ name, invariant, breaks, file: `src/mapping/${file}`, edits: [{ find, replace }], test: { file: test } })

/** Safeguards of the mapping language: exact numbers, the way back, and files and documents that mean harm. */
export const languageMutants: readonly Mutant[] = [
  one(
    'silent-rounding',
    '9',
    'a converter drops digits that are no zeros',
    ['converters.ts', '/^0+$/.test(lost)', '/^[0-9]+$/.test(lost)'],
    'src/mapping/converters.test.ts',
  ),
  one(
    'lane-overflow',
    '9',
    'a product stays in the lane of numbers beyond 2^53',
    [
      'exact.ts',
      'const units = a.units * b.units\n    if (units <= safe &&',
      'const units = a.units * b.units\n    if (units <= safe * 8 &&',
    ],
    'src/mapping/exact-laws.test.ts',
  ),
  one(
    'even-half',
    '9',
    'half-even rounds as half-up does',
    ['exact.ts', "twice === 0 && (rounding === 'half-up' || quotient % 2 === 1)", 'twice === 0'],
    'src/mapping/exact-laws.test.ts',
  ),
  one(
    'no-base',
    '9',
    "a write back forgets what the partner's record holds besides",
    ['put.ts', 'const old = draftOf(base)', 'const old = draftOf(undefined)'],
    'src/testing/reverse-laws.test.ts',
  ),
  one(
    'unread',
    '10',
    'an edit that does not read back as wanted is lost in silence',
    ['put-verify.ts', 'if (equalJson(wanted.value, again)) return', 'if (written || equalJson(wanted.value, again)) return'],
    'src/mapping/put.test.ts',
  ),
  one(
    'twin-keys',
    '10',
    'of two items with one key the last takes it all',
    ['put-items.ts', 'if (keys.has(keyOf(key)))', 'if (keys.has(keyOf(key)) && items.length < 2)'],
    'src/testing/reverse-laws.test.ts',
  ),
  one(
    'twin-keys-in-place',
    '10',
    'of two items with one key that stand where they stood each takes what the other may mean',
    [
      'put-beside.ts',
      "if (key !== undefined && !hasKeysInPlace(of, key, put.parts.sideBySide().keys.get(step)?.(targets) ?? [])) return 'amiss'",
      '',
    ],
    'src/testing/reverse-laws.test.ts',
  ),
  one(
    'shown-secret',
    '13',
    'errors of a mapping show values that a schema marks as sensitive',
    ['run.ts', "if (sensitive) return '***'", "if (sensitive && value === '') return '***'"],
    'src/mapping/bad-input.test.ts',
  ),
  one(
    'inherited-by-texts',
    'input',
    'a path reads what every text inherits',
    ['scope.ts', '!(name in prototype)', "typeof prototype === 'object'"],
    'src/mapping/hostile.test.ts',
  ),
  one(
    'shown-reference',
    '13',
    'the reference that a delivery waits for shows a value that a schema marks as sensitive',
    ['missing-link.ts', 'if (!sensitive) return', 'if (sensitive || !sensitive) return'],
    'src/mapping/bad-input.test.ts',
  ),
  one('inherited', 'input', 'a path reads what every object inherits', ['scope.ts', '&& hasOwn(', '&& ('], 'src/mapping/hostile.test.ts'),
  one(
    'proto-path',
    'input',
    'a path of a mapping may name a prototype',
    ['grammar.ts', 'if (forbiddenNames.has(token.value)) throw', "if (forbiddenNames.has(token.value) && token.value === '') throw"],
    'src/mapping/grammar.test.ts',
  ),
  one(
    'many-errors',
    'input',
    'one bad input gives an error for each field that it reaches',
    ['run.ts', 'if (run.inputs.includes(input)) return null', 'if (run.inputs.includes(input) && from === undefined) return null'],
    'src/mapping/bad-input.test.ts',
  ),
  one(
    'item-in-silence',
    '10',
    'an item that is no object is left out of a list in silence',
    ['emit-step.ts', 'isObject: c.objectItems.has(each)', 'isObject: false'],
    'src/mapping/bad-input.test.ts',
  ),
  one(
    'summand-in-silence',
    '10',
    'an item that is no object is left out of a sum in silence',
    ['emit-call.ts', 'isObject: c.objectItems.has(call)', 'isObject: false'],
    'src/mapping/bad-input.test.ts',
  ),
  {
    name: 'emit-anyway',
    invariant: 'input',
    breaks: 'a mapping with faults is compiled and run',
    file: 'src/mapping/compile.ts',
    edits: ['checkTypes(program, faults, options, plan)', 'compilePush(program, generating, options, unproven)'].map((before) => ({
      find: `${before}\n  if (faults.failed())`,
      replace: `${before}\n  if (plan === undefined)`,
    })),
    test: { file: 'src/testing/hostile-mapping.test.ts' },
  },
]
