import { createHash, randomBytes } from 'node:crypto'

/** A sortable id (48 bit time, 80 bit random) in Crockford base 32: rows inserted later sort later, within a millisecond at random. */
export function newId(now: number): string {
  return encode(BigInt(now), 10) + encode(BigInt(`0x${randomBytes(10).toString('hex')}`), 16)
}

/** An unguessable token of 128 bits, for leases and hook addresses. */
export const newToken = (): string => randomBytes(16).toString('hex')

export const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex')
}

/** Which of `count` lanes a key belongs to: stable over restarts and machines. */
export function laneOf(count: number, ...parts: readonly string[]): number {
  return createHash('sha256').update(parts.join('\0')).digest().readUInt32BE(0) % count
}

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function encode(value: bigint, length: number): string {
  let text = ''
  let rest = value
  for (let i = 0; i < length; i++) {
    text = digits[Number(rest % 32n)] + text
    rest /= 32n
  }
  return text
}
