import { createCipheriv, createDecipheriv, createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { reject } from './errors.ts'

/** One key-encryption key: 32 bytes that seal secrets. A KeyObject shows nothing of itself when it is printed. */
export interface SealingKey {
  /** beginning of a hash of the key, safe to show */
  readonly id: string
  readonly key: KeyObject
}
/** Keys of one process. The newest seals; all open, so that secrets stay readable while they are moved from one key to the next. */
export interface Keyring {
  readonly newest: SealingKey
  readonly byId: ReadonlyMap<string, SealingKey>
}

/** Where a sealed value belongs. It is authenticated with the value: copied to another row or kept beyond its generation, it does not open. */
export interface SealedPlace {
  readonly tenant: string
  readonly name: string
  /** 1 for the first value under the name, one more for each that replaced it */
  readonly generation: number
}
export interface Sealed {
  readonly kek: string
  /** 96 bits, hexadecimal; random for each sealing */
  readonly nonce: string
  readonly sealed: Uint8Array
  /** 128 bits, hexadecimal */
  readonly tag: string
}

const algorithm = 'aes-256-gcm'
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const mostKeys = 16

/**
 * Reads keys as people keep them: base 64 of 32 bytes each, the newest first, separated by spaces, commas or lines; `#` begins a remark. `where` names the source in errors; a
 * key's text never stands in one.
 * @throws HubError `no-sealing-key`, `bad-sealing-key` (reject)
 */
export function readKeyring(text: string, where: string): Keyring {
  const words = text
    .replaceAll(/#[^\n]*/g, '')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  if (words.length > mostKeys) throw reject('bad-sealing-key', `${where} holds more than ${mostKeys} keys; keep those that are in use`)
  const keys = words.map((word, index) => readKey(word, words.length === 1 ? where : `${where}, key ${index + 1}`))
  const [newest] = keys
  if (newest === undefined) throw reject('no-sealing-key', `${where} holds no key; ${howToMake}`)
  return { newest, byId: new Map(keys.map((key) => [key.id, key])) }
}

export const howToMake = 'make one with `openssl rand -base64 32`'

/** A new key as text, to be kept by a person or in a file. */
export const newKeyText = (): string => randomBytes(keyBytes).toString('base64')

function readKey(word: string, where: string): SealingKey {
  const bytes = Buffer.from(word, 'base64')
  const exact = [bytes.toString('base64'), bytes.toString('base64url')].includes(word)
  if (!exact || bytes.length !== keyBytes) throw reject('bad-sealing-key', `${where} is not 32 bytes in base 64; ${howToMake}`)
  const why = weakness(bytes)
  if (why !== undefined) throw reject('bad-sealing-key', `${where} is weak: ${why}; ${howToMake}`)
  return {
    id: createHash('sha256').update('crossdock sealing key\0').update(bytes).digest('hex').slice(0, 16),
    key: createSecretKey(bytes),
  }
}

/** What 32 random bytes are not, but for a chance of less than 1 in 10^12. */
function weakness(bytes: Uint8Array): string | undefined {
  if (new Set(bytes).size < 16) return 'its bytes repeat'
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return 'it is a text somebody wrote, not random bytes'
  const steps = new Set([...bytes.subarray(1)].map((byte, index) => (byte - (bytes[index] ?? 0)) & 0xff))
  return steps.size === 1 ? 'its bytes count up' : undefined
}

/** Seals a value with the newest key. */
export function seal({ newest }: Keyring, place: SealedPlace, value: string): Sealed {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, newest.key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(bound(place))
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
  return { kek: newest.id, nonce: nonce.toString('hex'), sealed, tag: cipher.getAuthTag().toString('hex') }
}

/**
 * Opens a sealed value.
 * @throws HubError `sealed-locked` (reject) when its key is not in the ring, `sealed-broken` (reject) when the row was changed or moved, or the key is another one with its id
 */
export function open({ byId }: Keyring, place: SealedPlace, given: Sealed): string {
  const key = byId.get(given.kek)
  if (key === undefined)
    throw reject(
      'sealed-locked',
      `the secret '${place.name}' is sealed under the key ${given.kek}, which is not here (here: ${[...byId.keys()].join(', ')})`,
    )
  const nonce = Buffer.from(given.nonce, 'hex')
  const tag = Buffer.from(given.tag, 'hex')
  if (nonce.length !== nonceBytes || tag.length !== tagBytes) throw broken(place)
  const decipher = createDecipheriv(algorithm, key.key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(bound(place))
  decipher.setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(given.sealed), decipher.final()]).toString('utf8')
  } catch {
    throw broken(place)
  }
}

const broken = ({ name }: SealedPlace) =>
  reject('sealed-broken', `the secret '${name}' does not open: its row was changed or copied from elsewhere`)

const bound = ({ tenant, name, generation }: SealedPlace): Buffer =>
  Buffer.from(JSON.stringify(['crossdock secret', tenant, name, generation]))
