import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { packageRoot } from '../package-root.ts'
import { testShell } from '../testing/test-shell.ts'
import { describeProgram } from './describe-program.ts'
import { examples } from './describe-program-examples.ts'
import { variables } from './describe-program-variables.ts'
import { createProgram, everyCommand } from './program.ts'

test('docs/cli.md is what the program says', async () => {
  await expect(describeProgram(await createProgram(testShell().shell))).toMatchFileSnapshot(join(packageRoot, 'docs', 'cli.md'))
})

test.each(['en', 'zh'] as const)('every command, argument and flag is described (%s)', async (language) => {
  const commands = everyCommand(await createProgram(testShell({ language }).shell))
  const bare = commands.flatMap((command) => [
    ...(command.description() === '' ? [command.name()] : []),
    ...command.registeredArguments
      .filter(({ description }) => description === '')
      .map((argument) => `${command.name()} ${argument.name()}`),
    ...command.options.filter(({ description }) => description === '').map((option) => `${command.name()} ${option.flags}`),
  ])
  expect(bare).toEqual([])
  if (language === 'zh') expect(commands.filter((command) => !/\p{Script=Han}/u.test(command.description()))).toEqual([])
})

const commandLeaves = async () => {
  const program = await createProgram(testShell().shell)
  const leaves = everyCommand(program).filter((command) => command.commands.length === 0)
  const full = (command: (typeof leaves)[number]) =>
    command.parent === program ? command.name() : `${command.parent?.name()} ${command.name()}`
  return { program, leaves, full }
}

test('a command line that names a command loads it, and little else', async () => {
  const names = (program: Command) => program.commands.map((command) => command.name())
  for (const name of names(await createProgram(testShell().shell))) {
    const loaded = names(await createProgram(testShell().shell, ['--lang', 'zh', name, '--json']))
    expect(loaded).toContain(name)
    expect(loaded.length).toBeLessThanOrEqual(3)
  }
})

test('every command has an example, and no example is of a command that is gone', async () => {
  const { leaves, full } = await commandLeaves()
  expect(Object.keys(examples).sort()).toEqual(leaves.map(full).sort())
  expect(Object.entries(examples).filter(([, lines]) => lines.length === 0)).toEqual([])
})

test.each(Object.entries(examples).flatMap(([name, lines]) => lines.map(({ line }) => [line, name] as const)))(
  'the example `crossdock %s` is one the program takes',
  async (line, name) => {
    const { program, leaves, full } = await commandLeaves()
    const ran: string[] = []
    for (const leaf of leaves) leaf.action(() => void ran.push(full(leaf)))
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
    await program.parseAsync(words, { from: 'user' })
    expect(ran).toEqual([name])
  },
)

test('every environment variable the program reads is told, and none that is gone', async () => {
  const internal = ['CROSSDOCK_RUNTIME', 'CROSSDOCK_MUTANT']
  const folder = join(packageRoot, 'src')
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.startsWith('describe-program'))
    .map((entry) => join(entry.parentPath, entry.name))
  const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
  const read = [...texts]
    .filter(([file]) => !/[\\/](testing|acceptance)[\\/]|\.test\.ts$/.test(file))
    .flatMap(([, text]) =>
      [...text.matchAll(/\benv\.([A-Z][A-Z0-9_]*)\b|'(CROSSDOCK_[A-Z_]+)'/g)].map((match) => match[1] ?? match[2] ?? ''),
    )
  const told = variables.map(({ name }) => name)
  expect([...new Set(read)].filter((name) => !told.includes(name) && !internal.includes(name))).toEqual([])
  const everything = [...texts.values()].join('\n')
  expect(told.filter((name) => !new RegExp(`\\b${name}\\b`).test(everything))).toEqual([])
  expect(new Set(told).size).toBe(told.length)
})

test('every command can answer in JSON', async () => {
  const without = everyCommand(await createProgram(testShell().shell)).filter(
    (command) => command.commands.length === 0 && !command.options.some(({ long }) => long === '--json'),
  )
  expect(without.map((command) => command.name())).toEqual([])
})
