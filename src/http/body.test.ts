import { expect, test } from 'vitest'
import { readBytes, readingRoom } from './body.ts'

/** A request whose body comes when it is let, and says before how long it is. */
function slow(length: number): { readonly request: Request; readonly send: () => void } {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const request = new Request('http://hub.example/', {
    method: 'POST',
    body: readable,
    headers: { 'content-length': String(length) },
    duplex: 'half',
  } as RequestInit)
  return {
    request,
    send: () => {
      void writer.write(new Uint8Array(length))
      void writer.close()
    },
  }
}

test('a sender that is slow with many bodies leaves room for the others', async () => {
  const room = readingRoom(4000)
  const first = slow(600)
  const reading = readBytes(first.request, 2000, room, 'shop')
  const busy = { status: 503, headers: { 'retry-after': '2', connection: 'close' } }
  await expect(readBytes(slow(600).request, 2000, room, 'shop')).rejects.toMatchObject(busy)
  const other = slow(600)
  const served = readBytes(other.request, 2000, room, 'erp')
  other.send()
  expect((await served).byteLength).toBe(600)
  first.send()
  expect((await reading).byteLength).toBe(600)
  expect([room.taken, room.takenBy.size]).toEqual([0, 0])
  // one that is larger than a share is read when it is the only one of its sender
  const large = slow(1500)
  const whole = readBytes(large.request, 2000, room, 'shop')
  await expect(readBytes(slow(1).request, 2000, room, 'shop')).rejects.toMatchObject(busy)
  large.send()
  expect((await whole).byteLength).toBe(1500)
})
