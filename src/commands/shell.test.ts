import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { packageRoot } from '../package-root.ts'

it('ends in silence when nobody reads on', async () => {
  const command = spawn(process.execPath, [join(packageRoot, 'src/cli.ts'), 'map', 'test'], { stdio: ['ignore', 'pipe', 'pipe'] })
  command.stdout.destroy()
  const said = text(command.stderr)
  const [code] = await once(command, 'close')
  expect([await said, code]).toEqual(['', 0])
}, 20_000)
