import { createHash } from 'node:crypto'
import type { ShopName } from './plan-sizes.ts'

export type ShopKeys = { readonly consumerKey: string; readonly consumerSecret: string; readonly webhookSecret: string }

export type Credentials = {
  readonly harbourPassword: string
  readonly ningboPassword: string
  readonly shops: Readonly<Record<ShopName, ShopKeys>>
}

/** Keys for systems that listen on the loopback interface only, the same ones for the same seed. They protect nothing. */
export const seededCredentials = (seed: number): Credentials => {
  const key = (what: string): string => createHash('sha256').update(`${seed}/${what}`).digest('hex').slice(0, 40)
  const shop = (name: ShopName): ShopKeys => ({
    consumerKey: `ck_${key(`${name}/key`)}`,
    consumerSecret: `cs_${key(`${name}/secret`)}`,
    webhookSecret: key(`${name}/webhook`),
  })
  return {
    harbourPassword: key('harbour'),
    ningboPassword: key('ningbo'),
    shops: { 'shop-us': shop('shop-us'), 'shop-eu': shop('shop-eu') },
  }
}
