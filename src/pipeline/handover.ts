/**
 * Bytes of receipts just committed, kept in memory for the steps that come next, so that they need not be read back. Only a short cut: whoever finds nothing here reads the
 * table. Bounded; the oldest go first.
 */
export interface Handover {
  put(receipt: string, body: Uint8Array): void
  get(receipt: string): Uint8Array | undefined
  /** nobody will ask for it */
  drop(receipt: string): void
  /** bytes held */
  readonly size: number
}

export function openHandover(maxBytes = 8 * 1024 * 1024): Handover {
  const bodies = new Map<string, Uint8Array>()
  let size = 0
  return {
    put(receipt, body) {
      if (body.byteLength > maxBytes / 2 || bodies.has(receipt)) return
      bodies.set(receipt, body)
      size += body.byteLength
      for (const [oldest, bytes] of bodies) {
        if (size <= maxBytes) break
        bodies.delete(oldest)
        size -= bytes.byteLength
      }
    },
    get: (receipt) => bodies.get(receipt),
    drop(receipt) {
      size -= bodies.get(receipt)?.byteLength ?? 0
      bodies.delete(receipt)
    },
    get size() {
      return size
    },
  }
}
