import type { Argument, Command, Option } from 'commander'
import { exitCode } from './exit-code.ts'
import { everyCommand } from './program.ts'

const meanings: Readonly<Record<keyof typeof exitCode, string>> = {
  ok: 'done, nothing wrong',
  found: 'the command found a problem: faults in a workspace, failed cases, figures that do not hold',
  usage: 'the command line, or the workspace it names, is wrong',
  unreachable: 'no hub answers, or it cannot answer now',
  notFound: 'the thing that was named is not there',
  refused: 'the hub said no: the key lacks a scope, or the state does not allow it',
}

/** docs/cli.md: every command with its arguments and flags, made from the program itself. Ends with a line feed. */
export function describeProgram(program: Command): string {
  const leaves = everyCommand(program).filter((command) => command.commands.length === 0)
  return `${[
    '# The command line',
    '<!-- generated from the program; do not edit: npx vitest run src/commands/describe-program.test.ts -u -->',
    `${program.description()}`,
    [
      'A command talks to the hub that runs on the data folder; when none runs, it opens the folder itself, without workers: what it asks for is done when a hub starts. With',
      '`--url` (or `CROSSDOCK_URL`) it talks to a hub elsewhere, and reads its key from `CROSSDOCK_API_KEY`. Results go to standard output, everything else to standard error.',
      '`--json` gives one JSON document, or one per line for lists; JSON is never translated. `--lang en|zh` chooses the language of everything else.',
      'Colours are left out where standard output is no terminal, and with `NO_COLOR`.',
    ].join('\n'),
    '## Exit codes',
    [
      '| code | meaning |',
      '|---|---|',
      ...Object.entries(exitCode).map(([name, code]) => `| ${code} | ${meanings[name as keyof typeof exitCode]} |`),
    ].join('\n'),
    '## Commands',
    [
      '| command | what it does |',
      '|---|---|',
      ...leaves.map((command) => `| [\`${nameOf(command)}\`](#${anchorOf(command)}) | ${cell(command.description())} |`),
    ].join('\n'),
    ...leaves.map(section),
  ].join('\n\n')}\n`
}

function section(command: Command): string {
  const parts = [`### ${nameOf(command)}`, sentence(command.description()), `    crossdock ${nameOf(command)} ${command.usage()}`.trimEnd()]
  if (command.registeredArguments.length > 0)
    parts.push(['| argument | |', '|---|---|', ...command.registeredArguments.map(argumentRow)].join('\n'))
  if (command.options.length > 0) parts.push(['| flag | |', '|---|---|', ...command.options.map(optionRow)].join('\n'))
  return parts.join('\n\n')
}

const argumentRow = (argument: Argument): string =>
  `| \`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\` | ${cell(argument.description)}${defaultText(argument.defaultValue)} |`
const optionRow = (option: Option): string =>
  `| \`${option.flags}\` | ${cell(option.description)}${option.mandatory ? ' (required)' : ''}${option.negate ? '' : defaultText(option.defaultValue)} |`

const defaultText = (value: unknown): string =>
  value === undefined || (Array.isArray(value) && value.length === 0) ? '' : ` (default: \`${String(value)}\`)`
const nameOf = (command: Command): string => [...parents(command), command.name()].join(' ')
const parents = (command: Command): readonly string[] => (command.parent?.parent ? [...parents(command.parent), command.parent.name()] : [])
const anchorOf = (command: Command): string => nameOf(command).replaceAll(' ', '-')
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
const cell = (text: string): string => text.replaceAll('|', '\\|')
