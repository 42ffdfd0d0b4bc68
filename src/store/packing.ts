import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { bug } from '../model/errors.ts'
import type { ReceiptTable } from './tables.ts'

type Coding = ReceiptTable['coding']

/** Shorter ones cost more to pack than to write. */
const leastBytes = 16 * 1024
/** No body that is taken in is longer. */
const mostBytes = 256 * 1024 * 1024
/** The fastest: pages of records, which repeat their names, become a tenth in little more than a millisecond a megabyte. */
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } }

/** Bytes as they are to be kept: long ones smaller, where that makes them so. */
export function pack(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly coding: Coding } {
  if (bytes.byteLength < leastBytes) return { bytes, coding: null }
  const packed = zstdCompressSync(bytes, options)
  return packed.byteLength < bytes.byteLength ? { bytes: packed, coding: 'zstd' } : { bytes, coding: null }
}

/** @throws HubError `packed-bytes` (bug) for bytes that were altered where they were kept */
export function unpack(bytes: Uint8Array, coding: Coding): Uint8Array {
  if (coding === null) return bytes
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: mostBytes })
  } catch (error) {
    throw bug('packed-bytes', `bytes kept as ${coding} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
