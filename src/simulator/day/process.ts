/**
 * The process of the world: `fork` this file with IPC and talk to it as `protocol.ts` says. It ends by itself after `stop`, and when the
 * parent goes away.
 */
import type { FromWorld } from './protocol.ts'
import { isToWorld } from './protocol.ts'
import { createStage } from './stage.ts'

/** A parent that is gone is told by `disconnect`; what could not be sent to it any more does not matter. */
const say = (message: FromWorld): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

const stage = createStage(say)

const leave = async (code: number): Promise<void> => {
  await stage.close()
  process.exit(code)
}

if (process.send === undefined) {
  process.stderr.write(
    'This file is the simulated world of the demo; it is forked with IPC and does nothing by itself. Run `npm run demo`.\n',
  )
  process.exitCode = 2
} else {
  process.on('disconnect', () => void leave(0))
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => void leave(0))
  process.on('message', (message: unknown) => {
    if (!isToWorld(message)) {
      say({ kind: 'failed', message: `the world does not understand ${JSON.stringify(message)?.slice(0, 200)}` })
      return
    }
    void stage.take(message).then(() => {
      if (message.kind === 'stop') return leave(0)
    })
  })
}
