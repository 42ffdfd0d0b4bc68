import { randomBytes } from 'node:crypto'
import { open } from '../model/sealing.ts'
import type { Tx } from '../store/database.ts'
import type { Reader } from '../store/in-list.ts'
import { eventSecretPrefix, findSecret, putSecret, removeSecret } from '../store/secret.ts'
import type { EventSubscriptionTable } from '../store/tables.ts'
import type { Context } from './context.ts'

/** Name under which the secrets of a receiver are sealed. */
export const eventSecretName = (subscription: string): string => `${eventSecretPrefix}${subscription}`

/** A secret as Standard Webhooks has it. */
export const newEventSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`

export const sealEventSecret = (
  tx: Tx,
  { tenant, keyring }: Pick<Context, 'tenant' | 'keyring'>,
  subscription: string,
  value: string,
  now: number,
) => putSecret(tx, keyring(), { tenant, name: eventSecretName(subscription), value }, now)

export const removeEventSecret = (tx: Tx, tenant: string, subscription: string): Promise<boolean> =>
  removeSecret(tx, tenant, eventSecretName(subscription))

/**
 * The secrets that sign for a receiver, the newest first and separated by a space: two while it changes from one to the next.
 * @throws HubError `sealed-locked`, `sealed-broken`, `no-sealing-key` (reject) when they cannot be had
 */
export async function eventSecrets(
  read: Reader,
  { tenant, keyring }: Pick<Context, 'tenant' | 'keyring'>,
  { id, former_until }: Pick<EventSubscriptionTable, 'id' | 'former_until'>,
  now: number,
): Promise<string> {
  const row = await findSecret(read, tenant, eventSecretName(id))
  const [newest = '', former] = row === undefined ? [] : open(keyring(), row, row).split(' ')
  return former !== undefined && former_until !== null && now < former_until ? `${newest} ${former}` : newest
}
