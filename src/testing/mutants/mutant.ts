import { relative } from 'node:path'
import { packageRoot } from '../../package-root.ts'

/** One safeguard taken out: texts replaced by others. Its test must fail with it. */
export interface Mutant {
  readonly name: string
  /** number of the invariant in ARCHITECTURE.md; `input` for limits on what comes from outside */
  readonly invariant: string
  /** what no longer holds */
  readonly breaks: string
  readonly file: string
  /** each `find` stands exactly once in its file: `file` of the mutant when left out */
  readonly edits: readonly { readonly find: string; readonly replace: string; readonly file?: string }[]
  /** test file, and the part of a test's name, that must notice */
  readonly test: { readonly file: string; readonly name?: string }
}

/** A mutant of one edit. `test`: the file, and the part of a test's name where it is one of several. */
export const oneEdit = (
  name: string,
  invariant: string,
  breaks: string,
  [file, find, replace]: readonly [file: string, find: string, replace: string],
  [test, part]: readonly [file: string, name?: string],
): Mutant => ({
  name,
  invariant,
  breaks,
  file,
  edits: [{ find, replace }],
  test: { file: test, ...(part === undefined ? {} : { name: part }) },
})

/** The source of a module with the mutant in place; undefined when it is another file. @throws Error when a text to replace is not there exactly once */
export function mutate(mutant: Pick<Mutant, 'name' | 'file' | 'edits'>, file: string, source: string): string | undefined {
  const path = relative(packageRoot, file)
  const edits = mutant.edits.filter((edit) => (edit.file ?? mutant.file) === path)
  if (edits.length === 0) return undefined
  let changed = source
  for (const { find, replace } of edits) {
    const parts = changed.split(find)
    if (parts.length !== 2)
      throw new Error(
        `mutant ${mutant.name}: its text ${JSON.stringify(find)} stands ${parts.length - 1} times in ${path}; make it fit the code again`,
      )
    changed = parts.join(replace)
  }
  return changed
}
