import { type OnboardingCase, onboardingPage, type Stage, stages } from '../ledger/onboarding.ts'
import { pageLimit, pageOf, paging, readCursor, writePlace } from './page.ts'
import { route } from './route.ts'
import { count, described, fields, flag, list, nullable, type Of, oneOf, optional, text } from './shape.ts'

const tag = 'parties'
const stage = oneOf<Stage>(...stages)
const onboarding = fields({
  party: described(text(), 'key of the party'),
  number: nullable(text()),
  name: nullable(text()),
  kinds: list(text()),
  status: nullable(text()),
  contracts: list(fields({ key: text(), number: nullable(text()), status: nullable(text()) })),
  reached: list(stage),
  next: described(nullable(stage), 'the first stage that is not reached; null: all are'),
})
const shown = ({ party, kinds, contracts, reached, next }: OnboardingCase): Of<typeof onboarding> => ({
  party: party.key,
  number: party.number,
  name: typeof party.body.name === 'string' ? party.body.name : null,
  kinds,
  status: party.status,
  contracts: contracts.map(({ key, number, status }) => ({ key, number, status })),
  reached,
  next,
})
/** Parties that the counts go over at most. */
const mostCounted = 20_000
const kind = optional(oneOf('supplier', 'merchant'))
const isOf =
  (wanted: string | undefined) =>
  ({ kinds }: OnboardingCase): boolean =>
    wanted === undefined || kinds.includes(wanted)

export const onboardingRoutes = [
  route({
    id: 'listOnboarding',
    method: 'GET',
    path: '/v1/onboarding',
    tag,
    scope: 'read',
    summary: {
      en: 'How far each supplier and merchant is, from signing to after-sale, by what its documents say; a page may hold fewer rows than asked for',
      zh: '每个供应商和商户从签约到售后所处的阶段，由单据推导；一页的行数可能少于所要求的',
    },
    query: { kind, next: optional(described(stage, 'only those that wait there')), ...paging },
    answer: pageOf(onboarding),
    handle: async ({ hub, query }) => {
      const [after] = readCursor(query.after, 1) ?? ['']
      const { cases, last } = await onboardingPage(hub.database.read, hub.tenant, after, pageLimit(query.limit))
      const wanted = cases.filter(isOf(query.kind)).filter(({ next }) => query.next === undefined || next === query.next)
      return { body: { items: wanted.map(shown), next: last === undefined ? null : writePlace([last]) } }
    },
  }),
  route({
    id: 'countOnboarding',
    method: 'GET',
    path: '/v1/onboarding/counts',
    tag,
    scope: 'read',
    summary: {
      en: 'How many suppliers and merchants have reached each stage, and wait for it',
      zh: '各阶段已到达和待进行的供应商与商户数',
    },
    query: { kind },
    answer: fields({
      parties: count,
      stages: list(fields({ stage, reached: count, next: described(count, 'those for whom it is the next one') })),
      done: count,
      whole: described(flag, 'false: there are more parties than were counted'),
    }),
    handle: async ({ hub, query }) => {
      const all: OnboardingCase[] = []
      let after: string | undefined = ''
      while (after !== undefined && all.length < mostCounted) {
        const { cases, last } = await onboardingPage(hub.database.read, hub.tenant, after, 500)
        all.push(...cases.filter(isOf(query.kind)))
        after = last
      }
      return {
        body: {
          parties: all.length,
          stages: stages.map((one) => ({
            stage: one,
            reached: all.filter(({ reached }) => reached.includes(one)).length,
            next: all.filter(({ next }) => next === one).length,
          })),
          done: all.filter(({ next }) => next === null).length,
          whole: after === undefined,
        },
      }
    },
  }),
]
