import type { Verify } from './types.ts'

/** How a webhook is proved, in words of the README. */
export function verifyText(verify: Verify): string {
  if (verify.kind === 'standard') return 'Standard Webhooks 1.0, five minutes of tolerance'
  if (verify.kind === 'custom') return "the partner's own"
  if (verify.kind === 'address')
    return 'the hook address alone, which holds 128 random bits and can be changed at any time; nothing in a message is believed but which record to read again'
  if (verify.kind === 'hmac')
    return `HMAC-${verify.algorithm.toUpperCase()} of the raw body, ${verify.encoding}, in \`${verify.header}\`${verify.prefix === undefined ? '' : ` after \`${verify.prefix}\``}${verify.normalize === undefined ? '' : `, the secret in the form ${verify.normalize}`}`
  if (verify.kind === 'repeated')
    return `none of the bytes: every item of \`${verify.each}\` repeats the secret of its subscription in \`${verify.path}\`, compared in constant time`
  const shown = 'header' in verify.signature ? `in \`${verify.signature.header}\`` : `in the form's field \`${verify.signature.field}\``
  const signed = verify.signed === 'body' ? 'the raw body' : `the form's field \`${verify.signed.field}\``
  return `plain ${verify.algorithm.toUpperCase()} of \`${verify.text}\`, \`signed\` being ${signed}, hex, ${shown}`
}
