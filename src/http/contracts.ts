import { signContract } from '../ledger/contract.ts'
import { writeLedger } from '../pipeline/ledger-write.ts'
import { insertApiKey, partyKeyThere } from '../store/api-key.ts'
import { makeKey, partyScopes } from './auth.ts'
import { writeRoute } from './route.ts'
import { count, described, fields, nullable, oneOf, optional, text, time, whole } from './shape.ts'
import { document, epoch, iso, key, note } from './values.ts'

const dayMs = 86_400_000

export const contractRoutes = [
  writeRoute({
    id: 'signContract',
    method: 'POST',
    path: '/v1/contracts/sign',
    tag: 'parties',
    scope: 'write',
    audit: { act: 'contract-signed', asked: ['key', 'why'], answered: ['party', 'version'] },
    summary: {
      en: 'Approve and sign a contract in review; makes the account of its party, whose first key stands in this answer only, where the key that signs may make keys (admin)',
      zh: '审核并签订合同；同时为往来单位开通账户，仅当签订所用密钥可创建密钥（admin）时，初始密钥只在此响应中出现一次',
    },
    body: fields({
      key,
      seen: described(whole(1, 1_000_000_000), 'version that was reviewed: a later one refuses the command'),
      signedAt: optional(described(time, 'now when left out')),
      why: optional(note),
    }),
    answer: fields({
      key: text(),
      version: count,
      document,
      party: text(),
      account: described(
        nullable(fields({ key: text(), id: text(), expiresAt: time })),
        'the first key, good for POST /v1/key/replace only; null where none was made',
      ),
      noKey: described(
        nullable(oneOf('has-key', 'needs-admin')),
        'why none was made: the party has one already, or the key that signed may make none; POST /v1/keys with `initial` makes one then',
      ),
    }),
    shownOnce: true,
    effect: async (tx, { hub, who, body, now }) => {
      const { ownApproval = false, firstKeyDays } = hub.settings
      const signing = {
        key: body.key,
        seen: body.seen,
        signedAt: iso(body.signedAt === undefined ? now : epoch('signedAt', body.signedAt)),
        author: { actor: who.id, why: body.why ?? null },
        ownApproval,
      }
      const { result, ring } = await writeLedger(tx, hub, (books) => signContract(books, signing, hub.catalogue().validate))
      const { contract, party } = result
      const there = await partyKeyThere(tx, hub.tenant, party, now)
      // to sign is to write; whoever makes keys is let in by another scope
      const noKey = there ? ('has-key' as const) : who.scopes.has('admin') ? null : ('needs-admin' as const)
      const made = makeKey(hub.newId())
      const expiresAt = now + firstKeyDays * dayMs
      if (noKey === null)
        await insertApiKey(tx, {
          tenant: hub.tenant,
          id: made.id,
          hash: made.hash,
          name: `account of contract ${contract.number ?? contract.key}`.slice(0, 100),
          scopes: partyScopes.join(' '),
          created_at: now,
          expires_at: expiresAt,
          revoked_at: null,
          party,
          organisation: null,
          initial: 1,
        })
      return {
        body: {
          key: contract.key,
          version: contract.version,
          document: contract.body,
          party,
          account: noKey !== null ? null : { key: made.text, id: made.id, expiresAt: iso(expiresAt) },
          noKey,
        },
        after: ring,
      }
    },
  }),
]
