import { type CheckMethod, checkOf } from './check.ts'

/** What numbers that were made at one time look like: text, the sequence, and check characters over what stands before. It is kept with them: whatever becomes of the format, they stay what they are. */
export interface NumberPattern {
  readonly parts: readonly (
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'seq'; readonly width: number }
    | { readonly kind: 'check'; readonly method: CheckMethod }
  )[]
  readonly alphabet: string
}

/** Makes the numbers of sequence values. */
export const makerOf =
  ({ parts, alphabet }: NumberPattern): ((seq: number) => string) =>
  (seq) =>
    parts.reduce((made, part) => {
      if (part.kind === 'seq') return made + inAlphabet(seq, alphabet).padStart(part.width, alphabet[0])
      return made + (part.kind === 'check' ? checkOf(part.method, made) : part.text)
    }, '')

/** The sequence value of a number; undefined: it is none of this pattern. */
export function seqOf(pattern: NumberPattern, number: string): number | undefined {
  const { parts, alphabet } = pattern
  let at = 0
  for (const part of parts) {
    if (part.kind === 'seq') {
      let seq = 0
      for (const character of number.slice(at, at + part.width)) seq = seq * alphabet.length + alphabet.indexOf(character)
      return makerOf(pattern)(seq) === number ? seq : undefined
    }
    at += part.kind === 'text' ? part.text.length : 0
  }
  return undefined
}

function inAlphabet(value: number, alphabet: string): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / alphabet.length)) text = alphabet[rest % alphabet.length] + text
  return text
}
