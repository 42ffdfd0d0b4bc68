import { relative } from 'node:path'
import { packageRoot } from '../../package-root.ts'

/** One safeguard taken out: a text of one file replaced by another. Its test must fail with it. */
export interface Mutant {
  readonly name: string
  /** number of the invariant in ARCHITECTURE.md, or the rule it breaks */
  readonly invariant: string
  readonly breaks: string
  readonly file: string
  /** stands exactly once in the file */
  readonly find: string
  readonly replace: string
  /** test file, and the part of a test's name, that must notice */
  readonly test: { readonly file: string; readonly name?: string }
}

/** The source of a module with the mutant in place; undefined when it is another file. @throws Error when the text to replace is not there exactly once */
export function mutate(mutant: Mutant, file: string, source: string): string | undefined {
  if (relative(packageRoot, file) !== mutant.file) return undefined
  const parts = source.split(mutant.find)
  if (parts.length !== 2)
    throw new Error(`mutant ${mutant.name}: its text stands ${parts.length - 1} times in ${mutant.file}; make it fit the code again`)
  return parts.join(mutant.replace)
}
