import { createHash, randomBytes } from 'node:crypto'

/**
 * A maker of ids of 26 characters (48 bit time, 80 bit random, Crockford base 32, as ULID monotonic factories do): every id sorts
 * after the one made before it in this process, also when the clock stands still or goes back. Made by the hub and not by
 * the database, so that rows of many tables are written in one go in both dialects.
 */
export function idMaker(now: () => number): () => string {
  let time = 0
  let random = 0n
  return () => {
    const at = now()
    if (at > time) {
      time = at
      random = BigInt(`0x${randomBytes(10).toString('hex')}`) >> 1n
    } else random += 1n
    return encode(BigInt(time), 10) + encode(random, 16)
  }
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
