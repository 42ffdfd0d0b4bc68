import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** What a line does to what passes; it may change at any moment. */
export interface Toxics {
  /** every piece waits so long, each way */
  latencyMs: number
  /** pieces are cut into ones of at most so many bytes; 0: as they come */
  sliceBytes: number
  /** takes connections and lets nothing pass */
  silent: boolean
}

/** A line between two programs that the driver can make slow, cut into pieces, or break. */
export interface CrashProxy {
  readonly port: number
  readonly toxics: Toxics
  /** breaks every connection that is open; answers how many there were */
  cut(): number
  /** looks at what a client sends. deaf: it is passed on, nothing comes back, and the connection breaks; eaten: it is not even passed on */
  watch: ((piece: Buffer) => 'deaf' | 'eaten' | undefined) | undefined
  close(): Promise<void>
}

/** What a program on the other side may take to do what it was asked before the connection breaks. */
const graceMs = 30

/** `to`, `at`: addresses of the program behind it, and of its own */
export async function startProxy(target: number, { to = '127.0.0.1', at = '127.0.0.1' } = {}): Promise<CrashProxy> {
  const lines = new Set<Socket>()
  const toxics: Toxics = { latencyMs: 0, sliceBytes: 0, silent: false }
  const server = createServer((client) => {
    const partner = connect(target, to)
    let doomed = false
    const end = () => {
      lines.delete(client)
      client.destroy()
      partner.destroy()
    }
    lines.add(client)
    for (const socket of [client, partner]) socket.setNoDelay(true).on('error', end).on('close', end)
    pass(client, partner, toxics, (piece) => {
      const fate = doomed ? 'eaten' : proxy.watch?.(piece)
      if (fate === undefined || doomed) return !doomed
      doomed = true
      setTimeout(end, graceMs)
      return fate === 'deaf'
    })
    pass(partner, client, toxics, () => !doomed)
  })
  await new Promise<void>((resolve) => server.listen(0, at, resolve))
  const proxy: CrashProxy = {
    port: (server.address() as AddressInfo).port,
    toxics,
    watch: undefined,
    cut() {
      const open = [...lines]
      for (const line of open) line.resetAndDestroy()
      return open.length
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const line of lines) line.destroy()
      }),
  }
  return proxy
}

/** Passes what `may` pass, in order whatever the delays: each piece waits for the one before it. */
function pass(from: Socket, to: Socket, toxics: Toxics, may: (piece: Buffer) => boolean): void {
  let waiting = 0
  let last = Promise.resolve()
  from.on('data', (piece: Buffer) => {
    if (!may(piece)) return
    const { latencyMs, sliceBytes, silent } = toxics
    if (waiting === 0 && latencyMs === 0 && sliceBytes === 0 && !silent) return void to.write(piece)
    waiting++
    from.pause()
    last = last.then(async () => {
      for (const part of sliced(piece, toxics.sliceBytes)) {
        while (toxics.silent && !to.destroyed) await wait(20)
        await (toxics.latencyMs > 0 ? wait(toxics.latencyMs) : new Promise(setImmediate))
        if (!to.destroyed) to.write(part)
      }
      waiting--
      from.resume()
    })
  })
  from.on('end', () => void last.then(() => to.end()))
}

function sliced(piece: Buffer, size: number): Buffer[] {
  if (size === 0 || piece.length <= size) return [piece]
  return Array.from({ length: Math.ceil(piece.length / size) }, (_, at) => piece.subarray(at * size, (at + 1) * size))
}
