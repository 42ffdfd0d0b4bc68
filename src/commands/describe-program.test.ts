import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../package-root.ts'
import { testShell } from '../testing/test-shell.ts'
import { describeProgram } from './describe-program.ts'
import { createProgram, everyCommand } from './program.ts'

test('docs/cli.md is what the program says', async () => {
  await expect(describeProgram(createProgram(testShell().shell))).toMatchFileSnapshot(join(packageRoot, 'docs', 'cli.md'))
})

test.each(['en', 'zh'] as const)('every command, argument and flag is described (%s)', (language) => {
  const commands = everyCommand(createProgram(testShell({ language }).shell))
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

test('every command that shows something can show it as JSON', () => {
  const silent = ['init', 'serve', 'stop', 'demo']
  const without = everyCommand(createProgram(testShell().shell)).filter(
    (command) =>
      command.commands.length === 0 && !silent.includes(command.name()) && !command.options.some(({ long }) => long === '--json'),
  )
  expect(without.map((command) => command.name())).toEqual([])
})
