import { between, type Chance, dealt, shuffled } from './chance.ts'
import { type PlannedArticle, redCode } from './plan-articles.ts'
import type { PurchaseSizes } from './plan-sizes.ts'

/** Cases of one article; `confirmed` is what Ningbo will let stand, `arrived` what the truck brings, `broken` of those. */
export type PlannedPurchaseLine = {
  readonly article: string
  readonly cases: number
  readonly confirmed: number
  readonly arrived: number
  readonly broken: number
}

export type PlannedPurchase = {
  readonly answer: 'accepted' | 'cut' | 'refused'
  readonly lines: readonly PlannedPurchaseLine[]
  /** Minute of the day at which the truck is at the gate; absent: nothing of it arrives on this day. */
  readonly truckAt?: number
}

/** Yuan for a case of twelve. */
export const casePrice = '120.00'
export const piecesPerCase = 12

type Draft = { readonly answer: PlannedPurchase['answer']; readonly lines: { article: string; cases: number; confirmed: number }[] }

const splitCases = (chance: Chance, cases: number): number[] => {
  const count = Math.min(cases, between(chance, 1, 3))
  return dealt(chance, cases, count, 1, cases)
}

const draftOf = (chance: Chance, codes: readonly string[], answer: Draft['answer'], cases: number): Draft => {
  const parts = answer === 'accepted' ? splitCases(chance, cases) : [cases]
  const articles = shuffled(chance, codes)
  return {
    answer,
    lines: parts.map((each, at) => ({ article: articles[at] ?? '', cases: each, confirmed: answer === 'refused' ? 0 : each })),
  }
}

const trucksFrom = 10 * 60
const trucksUntil = 12 * 60

/** Which lines arrive: whole purchases until the trucks are full, the last one in part if need be. The first line brings the broken cases. */
const load = (chance: Chance, drafts: readonly Draft[], sizes: PurchaseSizes): readonly PlannedPurchase[] => {
  const confirmed = drafts.filter(({ answer }) => answer !== 'refused')
  const fragile = confirmed.find(({ lines }) => (lines[0]?.confirmed ?? 0) >= sizes.casesBroken)
  if (!fragile) throw new RangeError(`no purchase has ${sizes.casesBroken} cases on its first line that could break`)
  const queue = [fragile, ...shuffled(chance, confirmed).filter((draft) => draft !== fragile)]
  let room = sizes.casesArrived
  const arrivals = new Map<Draft, readonly number[]>()
  for (const draft of queue) {
    if (room === 0) break
    const arrived = draft.lines.map(({ confirmed: cases }) => {
      const taken = Math.min(cases, room)
      room -= taken
      return taken
    })
    arrivals.set(draft, arrived)
  }
  if (room > 0) throw new RangeError(`the trucks have room for ${room} more cases than Ningbo confirmed`)
  return drafts.map((draft) => {
    const arrived = arrivals.get(draft)
    const lines = draft.lines.map((line, at) => ({
      ...line,
      arrived: arrived?.[at] ?? 0,
      broken: draft === fragile && at === 0 ? sizes.casesBroken : 0,
    }))
    return { answer: draft.answer, lines, ...(arrived ? { truckAt: between(chance, trucksFrom, trucksUntil) } : {}) }
  })
}

/** The purchase orders of the day; no one buys the red lamp again. */
export const planPurchases = (chance: Chance, articles: readonly PlannedArticle[], sizes: PurchaseSizes): readonly PlannedPurchase[] => {
  const codes = articles.map(({ code }) => code).filter((code) => code !== redCode)
  const accepted = dealt(chance, sizes.casesAccepted, sizes.accepted, 2, 8).map((cases) => draftOf(chance, codes, 'accepted', cases))
  const refused = dealt(chance, sizes.casesRefused, sizes.refused, 2, 6).map((cases) => draftOf(chance, codes, 'refused', cases))
  const cuts = dealt(chance, sizes.casesCutOff, sizes.cut, 1, 4)
  const cut = dealt(chance, sizes.casesBeforeCut, sizes.cut, 5, 7).map((cases, at) => {
    const draft = draftOf(chance, codes, 'cut', cases)
    for (const line of draft.lines) line.confirmed -= cuts[at] ?? 0
    return draft
  })
  return load(chance, shuffled(chance, [...accepted, ...refused, ...cut]), sizes)
}
