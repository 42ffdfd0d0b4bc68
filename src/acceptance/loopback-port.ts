import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of the loopback interface that nobody listens on at this moment. */
export async function loopbackPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port')
  server.close()
  await once(server, 'close')
  return address.port
}
