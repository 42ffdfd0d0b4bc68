import type { Billing, Shipping } from './types.ts'

const shippingKeys = ['first_name', 'last_name', 'company', 'address_1', 'address_2', 'city', 'state', 'postcode', 'country'] as const
const billingKeys = [...shippingKeys, 'email', 'phone'] as const

const merged = <K extends string>(
  keys: readonly K[],
  before: Readonly<Record<K, string>>,
  changes: Readonly<Record<string, unknown>>,
): Record<K, string> => Object.fromEntries(keys.map((key) => [key, String(changes[key] ?? before[key])])) as Record<K, string>

/** An address with the given fields changed; fields that addresses do not have are dropped, as WordPress does. */
export const withShipping = (before: Shipping, changes: Readonly<Record<string, unknown>> = {}): Shipping =>
  merged(shippingKeys, before, changes)

export const withBilling = (before: Billing, changes: Readonly<Record<string, unknown>> = {}): Billing =>
  merged(billingKeys, before, changes)

export const emptyShipping: Shipping = {
  first_name: '',
  last_name: '',
  company: '',
  address_1: '',
  address_2: '',
  city: '',
  state: '',
  postcode: '',
  country: '',
}

export const emptyBilling: Billing = { ...emptyShipping, email: '', phone: '' }
