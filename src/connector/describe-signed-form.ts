import type { SignedForm } from './types.ts'

/** How forms are signed, in words of the README. */
export function signedFormText({ signature, tokens }: SignedForm): string {
  const { algorithm, case: letters, text, field } = signature
  const signed = `every form is signed in \`${field}\`: ${letters} case hex ${algorithm.toUpperCase()} of \`${text}\`, \`fields\` being name and value of all others, by name`
  if (tokens === undefined) return signed
  const renewed = tokens.refresh === undefined ? '' : ', renewed by its refresh token, and asked for anew where that is taken no more'
  return `${signed}; with a token that is asked for by the signature alone${renewed}, by one process for all, and kept sealed before it is used`
}
