import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { codeRoot, codeSuffix } from '../package-root.ts'
import type { FromWorld, ToWorld } from '../simulator/day/protocol.ts'

type Kind = FromWorld['kind']
type Message<K extends Kind> = Extract<FromWorld, { readonly kind: K }>

/** The four simulated systems and their people, in a process of their own: the hub reaches them over HTTP only. */
export interface WorldProcess {
  tell(message: ToWorld): void
  /** the next message of a kind. @throws Error when the world fails or ends before */
  next<K extends Kind>(kind: K, limitMs: number): Promise<Message<K>>
  on<K extends Kind>(kind: K, listener: (message: Message<K>) => void): void
  stop(): Promise<void>
}

export function startWorldProcess(): WorldProcess {
  const child: ChildProcess = fork(join(codeRoot, 'src', 'simulator', 'day', `process${codeSuffix}`), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const listeners = new Set<(message: FromWorld) => void>()
  const endings = new Set<(error: Error) => void>()
  child.on('message', (message) => {
    for (const listener of listeners) listener(message as FromWorld)
  })
  child.on('exit', (code) => {
    for (const end of endings) end(new Error(`the simulated systems ended with code ${code ?? 'none'}`))
  })
  return {
    tell: (message) => void child.send(message),
    on(kind, listener) {
      listeners.add((message) => {
        if (message.kind === kind) listener(message as Message<typeof kind>)
      })
    },
    next<K extends Kind>(kind: K, limitMs: number) {
      return new Promise<Message<K>>((resolve, reject) => {
        const done = () => {
          clearTimeout(timer)
          listeners.delete(listen)
          endings.delete(fail)
        }
        const fail = (error: Error) => {
          done()
          reject(error)
        }
        const listen = (message: FromWorld) => {
          if (message.kind === 'failed' && kind !== 'records') fail(new Error(message.message))
          if (message.kind !== kind) return
          done()
          resolve(message as Message<K>)
        }
        const timer = setTimeout(() => fail(new Error(`the simulated systems did not say '${kind}' within ${limitMs / 1000} s`)), limitMs)
        listeners.add(listen)
        endings.add(fail)
      })
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.send({ kind: 'stop' } satisfies ToWorld)
      const late = setTimeout(() => child.kill('SIGKILL'), 5000)
      await gone
      clearTimeout(late)
    },
  }
}
