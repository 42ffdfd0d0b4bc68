export interface ApiKeyTable {
  tenant: string
  id: string
  hash: string
  name: string
  scopes: string
  created_at: number
  expires_at: number | null
  revoked_at: number | null
}
/** A secret under a key-encryption key that the database never holds (model/sealing.ts). `changed_at`: of its value; `sealed_at`: of this sealing. */
export interface SecretTable {
  tenant: string
  name: string
  generation: number
  kek: string
  nonce: string
  sealed: Uint8Array
  tag: string
  created_at: number
  changed_at: number
  sealed_at: number
}
/** The right to renew the token of a connection, for one process at a time. */
export interface TokenTurnTable {
  tenant: string
  connection: string
  lease_until: number
  lease_token: string | null
}
