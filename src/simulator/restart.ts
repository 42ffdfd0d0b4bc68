import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerOptions, type SimulatorServer, startServer } from './server.ts'

/** A simulated system that may go down and come back. */
export type RestartableServer = {
  readonly url: string
  /** Requests to all its runs, by name. */
  readonly counts: Readonly<Record<string, number>>
  /** Goes down for a while (connections are refused) and comes back on the same port with its data. */
  restart(downMs?: number): Promise<void>
  close(): Promise<void>
}

/** `ended` is called whenever it goes down: what lives with its process ends there. Rejects when the port is taken. */
export const startRestartable = async (options: ServerOptions, ended: () => void = () => {}): Promise<RestartableServer> => {
  const counts: Record<string, number> = {}
  let server: SimulatorServer | undefined = await startServer(options, counts)
  const { url, port } = server
  const close = async (): Promise<void> => {
    const running = server
    server = undefined
    ended()
    await running?.close()
  }
  return {
    url,
    counts,
    async restart(downMs = 200) {
      await close()
      await sleep(downMs)
      server = await startServer({ ...options, port }, counts)
    },
    close,
  }
}
