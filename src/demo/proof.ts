import type { DayFigures } from '../simulator/day/figures.ts'

/** One figure on both sides. */
export interface Foot {
  readonly ledger: string | number
  readonly systems: string | number
}

/** Both sides of every figure by its path: `pieces.closing`, `shops.shop-us.net`. */
export function footFigures(ledger: DayFigures, systems: DayFigures): Readonly<Record<string, Foot>> {
  const left = flat(ledger)
  const right = flat(systems)
  return Object.fromEntries(
    [...new Set([...left.keys(), ...right.keys()])].map((name) => [
      name,
      { ledger: left.get(name) ?? 'missing', systems: right.get(name) ?? 'missing' },
    ]),
  )
}

export const differing = (foots: Readonly<Record<string, Foot>>): string[] =>
  Object.entries(foots).flatMap(([name, { ledger, systems }]) =>
    ledger === systems ? [] : [`${name}: ledger ${ledger}, systems ${systems}`],
  )

function flat(value: object, path = ''): Map<string, string | number> {
  const found = new Map<string, string | number>()
  for (const [name, field] of Object.entries(value)) {
    const here = path === '' ? name : `${path}.${name}`
    if (typeof field === 'object' && field !== null) for (const [inner, leaf] of flat(field as object, here)) found.set(inner, leaf)
    else if (typeof field === 'string' || typeof field === 'number') found.set(here, field)
  }
  return found
}
