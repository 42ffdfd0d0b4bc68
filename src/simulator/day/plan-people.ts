import { below, type Chance, oneOf } from './chance.ts'
import type { ShopName } from './plan-sizes.ts'

/** Who buys, as the checkout form took it down. */
export type PlannedBuyer = {
  readonly first_name: string
  readonly last_name: string
  readonly address_1: string
  readonly city: string
  readonly state: string
  readonly postcode: string
  readonly country: string
  readonly email: string
  /** Whether the buyer has an account in the shop. */
  readonly registered: boolean
}

const first = [
  'Ada',
  'Ben',
  'Chloé',
  'Dana',
  'Elif',
  'Finn',
  'Grace',
  'Hugo',
  'Ines',
  'Jonas',
  'Kira',
  'Liam',
  'Mara',
  'Noah',
  'Zoë',
  '李',
] as const
const last = ['Winter', 'Müller', "O'Brien", 'Rossi', 'Kowalska', 'Nguyen', 'García', 'Smith', 'de Vries', 'Weiß', 'Larsen', '娜'] as const

type Town = { readonly city: string; readonly state: string; readonly postcode: string; readonly country: string }

const towns: Readonly<Record<ShopName, readonly Town[]>> = {
  'shop-us': [
    { city: 'Portsmouth', state: 'NH', postcode: '03801', country: 'US' },
    { city: 'Boston', state: 'MA', postcode: '02108', country: 'US' },
    { city: 'Santa Fe', state: 'NM', postcode: '87501', country: 'US' },
    { city: 'Portland', state: 'OR', postcode: '97204', country: 'US' },
    { city: 'Newark', state: 'NJ', postcode: '07102', country: 'US' },
  ],
  'shop-eu': [
    { city: 'Köln', state: '', postcode: '50667', country: 'DE' },
    { city: 'Paris', state: '', postcode: '75004', country: 'FR' },
    { city: 'Utrecht', state: '', postcode: '3511 AB', country: 'NL' },
    { city: 'Wien', state: '', postcode: '1010', country: 'AT' },
    { city: 'Kraków', state: '', postcode: '31-001', country: 'PL' },
  ],
}

/** Regular buyers of a shop; each is always the same person. */
const regulars = 60

/** One in four buyers is a regular with an account. */
export const planBuyer = (chance: Chance, shop: ShopName): PlannedBuyer => {
  const registered = chance() < 0.25
  const regular = below(chance, regulars)
  const town = registered ? towns[shop][regular % towns[shop].length] : oneOf(chance, towns[shop])
  const firstName = registered ? first[regular % first.length] : oneOf(chance, first)
  const lastName = registered ? last[regular % last.length] : oneOf(chance, last)
  const house = registered ? 1 + regular : 1 + below(chance, 200)
  return {
    first_name: firstName ?? '',
    last_name: lastName ?? '',
    address_1: `${house} ${shop === 'shop-us' ? 'Harbor Street' : 'Hafenstraße'}`,
    city: town?.city ?? '',
    state: town?.state ?? '',
    postcode: town?.postcode ?? '',
    country: town?.country ?? '',
    email: registered ? `regular-${regular}@${shop}.example` : `guest-${below(chance, 100_000)}@${shop}.example`,
    registered,
  }
}
