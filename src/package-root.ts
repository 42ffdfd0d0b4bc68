import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Folder of the installed package: the checkout, or the folder above `dist` in a published one. */
export const packageRoot: string = (() => {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`no package.json above ${import.meta.dirname}; reinstall crossdock`)
    folder = parent
  }
  return folder
})()

/** Where the code of this package runs from: `dist` when it is published, else the checkout. Connectors are code, so they lie here. */
export const codeRoot: string = dirname(import.meta.dirname)

/** Ending of our own code files: `.ts` in a checkout, `.js` when published. */
export const codeSuffix: '.ts' | '.js' = import.meta.filename.endsWith('.ts') ? '.ts' : '.js'
