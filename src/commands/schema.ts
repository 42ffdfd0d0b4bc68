import type { Command } from 'commander'
import { inferSchema } from '../mapping/suggest/infer.ts'
import { printJson } from './print.ts'
import { readSamples, writeNew } from './sample-files.ts'
import type { Shell } from './shell.ts'

interface InferFlags {
  readonly at?: string
  readonly id: string
  readonly out?: string
}

/** `crossdock schema …`: schemas of partners' records. */
export function registerSchema(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('schema').description(say('schema.about'))
  parent
    .command('infer')
    .description(say('schema.infer'))
    .argument('<samples...>', say('suggest.from'))
    .option('--at <path>', say('suggest.at'))
    .option('--id <id>', say('schema.id'), 'sample/record@1')
    .option('--out <file>', say('schema.out'))
    .option('--json', say('schema.json'))
    .action(async (files: readonly string[], flags: InferFlags) => {
      const records = await readSamples(shell, files, flags.at)
      const schema = inferSchema(records, flags.id)
      if (flags.out === undefined) printJson(shell, schema)
      else {
        await writeNew(shell, flags.out, `${JSON.stringify(schema, undefined, 2)}\n`)
        shell.out(`${say('schema.written', { records: records.length, file: flags.out })}\n`)
      }
    })
}
