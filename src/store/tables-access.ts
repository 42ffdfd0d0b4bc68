export interface ApiKeyTable {
  tenant: string
  id: string
  hash: string
  name: string
  scopes: string
  created_at: number
  expires_at: number | null
  revoked_at: number | null
  /** whose key it is: it sees what belongs to this party and nothing else; null: a key of the operator's own */
  party: string | null
  /** of the party's, the only one it sees */
  organisation: string | null
  /** 1: good for nothing but to be replaced */
  initial: number | null
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
/** What a request with an Idempotency-Key was answered. */
export interface IdempotencyTable {
  tenant: string
  route: string
  key: string
  request_hash: string
  status: number | null
  body: string | null
  at: number
}
/**
 * Derived: what a party has to do with a document (or parcel: type `parcel`, its number as key). `organisation` is that of the connection it comes from, '' for none.
 * `valid_from` ('' always) and `valid_to` (null: without end) are days, both included.
 */
export interface PartyDocumentTable {
  tenant: string
  party: string
  type: string
  key: string
  role: string
  organisation: string
  valid_from: string
  valid_to: string | null
}
