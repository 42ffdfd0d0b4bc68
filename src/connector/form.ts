/** Most fields of a form that are looked through. */
const maxFields = 64

/**
 * Text of the field of a form (application/x-www-form-urlencoded). Undefined when the form has it not exactly once, or too many fields: two texts of one name would let what is signed differ from
 * what is read. Bytes that are no UTF-8 become replacement characters, so that nothing signed with them fits.
 */
export function formField(body: Uint8Array, name: string): string | undefined {
  const fields = new URLSearchParams(new TextDecoder().decode(body))
  const [found, ...others] = fields.getAll(name)
  return fields.size > maxFields || others.length > 0 ? undefined : found
}
