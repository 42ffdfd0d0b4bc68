import type { Argument, Command, Option } from 'commander'
import { examples } from './describe-program-examples.ts'
import { variables } from './describe-program-variables.ts'
import { exitCode } from './exit-code.ts'
import { everyCommand } from './program.ts'

const meanings: Readonly<Record<keyof typeof exitCode, string>> = {
  ok: 'done, nothing wrong',
  found: 'the command found a problem: faults in a workspace, failed cases, figures that do not hold',
  usage: 'the command line, or the workspace it names, is wrong',
  unreachable: 'no hub answers, or it cannot answer now',
  notFound: 'the thing that was named is not there',
  refused: 'the hub said no: the key lacks a scope, or the state does not allow it',
  differs: '`map diff`: documents differ, and nothing that one version took is refused by the other (that is 1)',
}

/** Flags so many commands take that they are told once; a command names them. */
const wideFlags: readonly string[] = ['--workspace', '--data', '--url', '--json', '--limit']

/** docs/cli.md: every command with its arguments, flags and examples, made from the program itself. Ends with a line feed. */
export function describeProgram(program: Command): string {
  const leaves = everyCommand(program).filter((command) => command.commands.length === 0)
  const wide = new Map(wideFlags.map((flag) => [flag, usualRow(leaves, flag)]))
  return `${[
    '# The command line',
    '<!-- generated from the program; do not edit: npx vitest run src/commands/describe-program.test.ts -u -->',
    `${program.description()}`,
    [
      'Installed, the program is `crossdock`. In a checkout it is `npm run -s crossdock --`; `alias crossdock="npm run -s crossdock --"` makes the examples work as they stand.',
      '`crossdock --help` lists the commands, `crossdock <command> --help` tells what one takes.',
    ].join('\n'),
    [
      'A command talks to the hub that runs on the data folder; when none runs, it opens the folder itself, without workers: what it asks for is done when a hub starts. With',
      '`--url` (or `CROSSDOCK_URL`) it talks to a hub elsewhere, and reads its key from `CROSSDOCK_API_KEY`. Results go to standard output, everything else to standard error.',
      '`--json` gives one JSON document, or one per line for lists; JSON is never translated. `--lang en|zh` chooses the language of everything else.',
      'Colours are left out where standard output is no terminal, and with `NO_COLOR`.',
    ].join('\n'),
    '## Commands',
    [
      '| command | what it does |',
      '|---|---|',
      ...leaves.map((command) => `| [\`${nameOf(command)}\`](#${anchorOf(command)}) | ${cell(command.description())} |`),
    ].join('\n'),
    '## Common flags',
    'Many commands take some of these; each says which.',
    table('flag', [...wide.values(), ...program.options.map(optionRow), '| `-h, --help` | show what a command takes |']),
    '## Exit codes',
    [
      '| code | meaning |',
      '|---|---|',
      ...Object.entries(exitCode).map(([name, code]) => `| ${code} | ${meanings[name as keyof typeof exitCode]} |`),
    ].join('\n'),
    '## Environment variables',
    'A flag goes before its variable, a variable before the default. Secrets of connections are variables too; the workspace says which (`env:SHOP_KEY` in braces after a dollar sign).',
    [
      '| variable | flag | |',
      '|---|---|---|',
      ...variables.map(({ name, flag, means }) => `| \`${name}\` | ${flag ? `\`${flag}\`` : ''} | ${means} |`),
    ].join('\n'),
    '## Every command in turn',
    ...leaves.map((command) => section(command, wide)),
  ].join('\n\n')}\n`
}

/** How most commands describe a flag. */
function usualRow(commands: readonly Command[], flag: string): string {
  const rows = commands.flatMap(({ options }) => options.filter(({ long }) => long === flag).map(optionRow))
  const [usual] = [...Map.groupBy(rows, (row) => row).values()].sort((a, b) => b.length - a.length)
  return usual?.[0] ?? ''
}

function section(command: Command, wide: ReadonlyMap<string, string>): string {
  const name = nameOf(command)
  const isWide = (option: Option): boolean => wide.get(option.long ?? '') === optionRow(option)
  const own = command.options.filter((option) => !isWide(option))
  const also = command.options.filter(isWide)
  const parts = [`### ${name}`, sentence(command.description()), `\`crossdock ${name} ${command.usage()}\``]
  const shown = examples[name] ?? []
  const width = Math.max(0, ...shown.map(({ line }) => line.length))
  if (shown.length > 0)
    parts.push(['```sh', ...shown.map(({ line, tells }) => `crossdock ${line.padEnd(width)}  # ${tells}`), '```'].join('\n'))
  if (command.registeredArguments.length > 0) parts.push(table('argument', command.registeredArguments.map(argumentRow)))
  if (own.length > 0) parts.push(table('flag', own.map(optionRow)))
  if (also.length > 0)
    parts.push(
      `${own.length > 0 ? 'And of' : 'Of'} the [common flags](#common-flags): ${also.map(({ long }) => `\`${long}\``).join(', ')}.`,
    )
  return parts.join('\n\n')
}

const table = (title: string, rows: readonly string[]): string => [`| ${title} | |`, '|---|---|', ...rows].join('\n')
const argumentRow = (argument: Argument): string =>
  `| \`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\` | ${cell(argument.description)}${defaultText(argument.defaultValue)} |`
const optionRow = (option: Option): string =>
  `| \`${option.flags}\` | ${cell(option.description)}${option.mandatory ? ' (required)' : ''}${option.negate || /\bdefault:/.test(option.description) ? '' : defaultText(option.defaultValue)} |`

const defaultText = (value: unknown): string =>
  value === undefined || (Array.isArray(value) && value.length === 0) ? '' : ` (default: \`${String(value)}\`)`
const nameOf = (command: Command): string => [...parents(command), command.name()].join(' ')
const parents = (command: Command): readonly string[] => (command.parent?.parent ? [...parents(command.parent), command.parent.name()] : [])
const anchorOf = (command: Command): string => nameOf(command).replaceAll(' ', '-')
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
const cell = (text: string): string => text.replaceAll('|', '\\|')
