import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { packageRoot } from '../package-root.ts'

it('ends in silence when nobody reads on', async () => {
  const command = spawn(process.execPath, [join(packageRoot, 'src/cli.ts'), 'map', 'test'], { stdio: ['ignore', 'pipe', 'pipe'] })
  command.stdout.destroy()
  const said = text(command.stderr)
  const [code] = await once(command, 'close')
  expect([await said, code]).toEqual(['', 0])
}, 20_000)

it('loads no hub for a command that starts none: it would cost each of them half its memory', async () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    await import(${JSON.stringify(pathToFileURL(join(packageRoot, 'src/commands/program.ts')).href)})
    console.log(loaded.length, loaded.filter((url) => /\\/src\\/(main|http\\/app|demo\\/day)\\.ts$/.test(url)).length)`
  const command = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  expect(await text(command.stdout)).toMatch(/^[1-9]\d+ 0\n$/)
}, 20_000)
