import { compareMappings, maxCompared } from '../pipeline/compare-mappings.ts'
import { compileVersion, type MappingVersion } from '../pipeline/mapping-version.ts'
import { invalid } from './problem.ts'
import { route } from './route.ts'
import { anything, count, decimal, described, fields, list, nullable, type Of, optional, pattern, text, time, whole } from './shape.ts'
import { epochOr, id, name } from './values.ts'

/** Longest text of a mapping, and the bytes a body with two of them may have. */
const maxText = 1_000_000
const maxBytes = 4 * 1024 * 1024

const version = described(
  fields({ text: optional(text(maxText)), hash: optional(pattern('^[0-9a-f]{64}$', 'of a stored text or revision')) }),
  'a text, or the hash of a stored one; neither: what the workspace runs now',
)
const versionOf = (field: 'before' | 'after', given: Of<typeof version>): MappingVersion => {
  if (given.text !== undefined && given.hash !== undefined)
    throw invalid([{ in: 'body', path: `/${field}`, message: 'has a text and a hash; give one of them' }])
  if (given.text !== undefined) return { kind: 'text', text: given.text }
  return given.hash === undefined ? { kind: 'current' } : { kind: 'hash', hash: given.hash }
}

const errors = list(
  fields({
    code: described(text(), 'of a mapping error; INVALID: the document does not fit its schema'),
    rule: text(),
    expected: text(),
    count,
    examples: list(fields({ envelope: text(), to: text(), found: nullable(text()) })),
  }),
)

export const mappingDiffRoutes = [
  route({
    id: 'diffMapping',
    method: 'POST',
    path: '/v1/mappings/diff',
    tag: 'mappings',
    scope: 'replay',
    summary: {
      en: 'Run two versions of a mapping over the records that came in, the newest first, and tell what differs; nothing is changed',
      zh: '用映射的两个版本处理已收到的记录（最新在前）并给出差异；不改动任何数据',
    },
    maxBytes,
    body: fields({
      mapping: pattern('^[a-z0-9][a-z0-9_-]{0,63}/[a-z0-9][a-z0-9_-]{0,63}$', 'as streams name it: `woocommerce/order`'),
      before: version,
      after: version,
      connection: optional(name),
      from: optional(described(time, 'received at or after')),
      tolerance: optional(described(decimal, 'numbers that are apart by no more count as equal')),
      limit: optional(whole(1, maxCompared, { description: `records of one call, ${maxCompared} when left out` })),
      beyond: optional(described(id, 'the `next` of the call before')),
    }),
    answer: fields({
      compared: count,
      different: count,
      unreadable: described(count, 'records that cannot be read, or have another shape than their stream promises'),
      filtered: described(count, 'records that the condition of their stream keeps from this mapping'),
      rules: list(
        fields({
          rule: text(),
          line: described(nullable(count), 'in the version after, or where it is gone in the one before'),
          changed: count,
          added: count,
          removed: count,
          examples: list(fields({ envelope: text(), path: text(), before: anything, after: anything })),
        }),
      ),
      more: described(count, 'single values beyond the rules that are listed'),
      newErrors: errors,
      goneErrors: errors,
      money: described(
        list(fields({ path: text(), currency: text(), count, before: decimal, after: decimal, delta: decimal })),
        'sums over the records in which a money field differs',
      ),
      next: described(nullable(text()), 'goes into `beyond` of the following call; null: there is no more'),
    }),
    handle: async ({ hub, body }) => {
      const before = await compileVersion(hub, body.mapping, versionOf('before', body.before))
      const after = await compileVersion(hub, body.mapping, versionOf('after', body.after))
      const which = { connection: body.connection, from: epochOr('from', body.from), before: body.beyond, tolerance: body.tolerance }
      const { report, ...rest } = await compareMappings(hub, { name: body.mapping, before, after }, which, body.limit ?? maxCompared)
      return { body: { ...report, ...rest } }
    },
  }),
]
