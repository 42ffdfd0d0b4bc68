import { createReadStream } from 'node:fs'

/** Largest text of a file that people write: of a workspace, mapping, schema, table or connector. */
export const maxTextLength = 1_000_000
/** No text within the limit needs more bytes in UTF-8, and one of so many is beyond it. */
const mostBytes = 4 * maxTextLength + 1

/** Text of a file in UTF-8, without a byte order mark. Of one that is too large, or has no end, no more is read than shows that: its text is longer than {@link maxTextLength}. @throws the system's error */
export async function readTextFile(file: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(file, { end: mostBytes - 1 })) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
}

/** What is wrong with a text that is too long; undefined: nothing. */
export const lengthFault = (text: string): string | undefined =>
  text.length > maxTextLength ? `the file is larger than ${maxTextLength} characters` : undefined
