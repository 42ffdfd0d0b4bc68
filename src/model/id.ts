import { createHash, hash, randomBytes } from 'node:crypto'

/**
 * A maker of ids of 26 characters (48 bit time, 80 bit random, Crockford base 32, as ULID monotonic factories do): every id sorts
 * after the one made before it in this process, also when the clock stands still or goes back. Made by the hub and not by
 * the database, so that rows of many tables are written in one go in both dialects.
 */
export function idMaker(now: () => number): () => string {
  let time = 0
  let prefix = ''
  // the last 30 of the 80 bits count up by themselves: they are all that changes within a millisecond
  let high = 0n
  let low = 0
  return () => {
    const at = now()
    if (at > time) {
      time = at
      const random = BigInt(`0x${randomBytes(10).toString('hex')}`) >> 1n
      high = random >> 30n
      low = Number(random & 0x3fffffffn)
      prefix = encode(BigInt(time), 10) + encode(high, 10)
    } else if (++low > 0x3fffffff) {
      low = 0
      high += 1n
      prefix = encode(BigInt(time), 10) + encode(high, 10)
    }
    return prefix + lowDigits(low)
  }
}

/** A text before every id that is made from a time on, and after those made earlier. */
export const firstId = (time: number): string => encode(BigInt(time), 10)

/** An id that sorts after `before`: `id` itself, or the same with a later time. For what has an order that the clocks of several hosts must not decide. */
export function idAfter(before: string, id: string): string {
  if (id > before) return id
  let time = 0n
  for (const digit of before.slice(0, 10)) time = time * 32n + BigInt(digits.indexOf(digit))
  return encode(time + 1n, 10) + id.slice(10)
}

/** An unguessable token of 128 bits, for leases and hook addresses. */
export const newToken = (): string => randomBytes(16).toString('hex')

export const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  if (parts.every((part) => typeof part === 'string')) return hash('sha256', `${parts.join('\0')}\0`)
  const made = createHash('sha256')
  for (const part of parts) made.update(part).update('\0')
  return made.digest('hex')
}

/** SHA-256 of a text as `sha256sum` gives it for its file: the name of a text in the store, of a mapping in the ledger. */
export const textHash = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Which of `count` lanes a key belongs to: stable over restarts and machines. */
export function laneOf(count: number, ...parts: readonly string[]): number {
  return hash('sha256', parts.join('\0'), 'buffer').readUInt32BE(0) % count
}

/** Six digits of a number below 2^30. */
const lowDigits = (value: number): string =>
  digits.charAt(value >>> 25) +
  digits.charAt((value >>> 20) & 31) +
  digits.charAt((value >>> 15) & 31) +
  digits.charAt((value >>> 10) & 31) +
  digits.charAt((value >>> 5) & 31) +
  digits.charAt(value & 31)

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
