/** How the check characters of a number are made. */
export type CheckMethod = 'mod97' | 'luhn'
export const checkWidth: Readonly<Record<CheckMethod, number>> = { mod97: 2, luhn: 1 }

/** The check characters behind a text. Other characters than letters and digits do not count. Luhn counts digits only. */
export const checkOf = (method: CheckMethod, text: string): string => (method === 'mod97' ? mod97(text) : luhn(text))

/** ISO/IEC 7064, MOD 97-10, with letters as in ISO 13616: A is 10, Z is 35, small ones are the same. */
function mod97(text: string): string {
  let rest = 0
  for (let at = 0; at < text.length; at++) {
    const value = digitOf(text.charCodeAt(at))
    if (value !== undefined) rest = (rest * (value < 10 ? 10 : 100) + value) % 97
  }
  rest = (rest * 100) % 97
  return String(98 - rest).padStart(2, '0')
}

/** Of a digit or letter, by its code; undefined: it is neither. */
function digitOf(code: number): number | undefined {
  if (code >= 48 && code <= 57) return code - 48
  const letter = (code & ~32) - 65
  return letter >= 0 && letter < 26 ? letter + 10 : undefined
}

/** ISO/IEC 7812-1, annex B. */
function luhn(text: string): string {
  const digits = [...text].filter((character) => /[0-9]/.test(character)).reverse()
  const sum = digits.reduce((all, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1)
    return all + (value > 9 ? value - 9 : value)
  }, 0)
  return String((10 - (sum % 10)) % 10)
}
