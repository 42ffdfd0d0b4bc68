/** Shorter values are left alone: they would tear words apart. */
export const leastSecret = 4

/** An API key of a hub, known by its form: the hub keeps hashes only and cannot know it by its value. */
const apiKey = /cdk_[0-9A-Za-z]{1,32}_[0-9a-f]{72}/g
const mark = '[secret]'

/** Takes every secret value of at least four characters out of a text, as it stands and as JSON, URLs, HTML, hexadecimal and base 64 write it, and every API key. */
export const redact = (text: string, secrets: readonly string[]): string => clear(text, formsOf(secrets, leastSecret))

/** The same for a text that was cut at its end, perhaps inside a secret: a beginning of one that stands there goes too. */
export function redactCut(text: string, secrets: readonly string[]): string {
  const forms = formsOf(secrets, leastSecret)
  const clean = clear(text, forms)
  let rest = 0
  for (const form of forms)
    for (let length = Math.min(form.length - 1, clean.length); length >= leastSecret && length > rest; length--)
      if (clean.endsWith(form.slice(0, length))) rest = length
  return rest === 0 ? clean : clean.slice(0, -rest) + mark
}

/**
 * The same for many texts: the forms are made once for each list that `secrets` gives. `least`: shorter values stay; where whole answers go through, a password of four letters
 * would take words out of what is not about it.
 */
export function redactor(secrets: () => readonly string[], least: number = leastSecret): (text: string) => string {
  let known: readonly string[] | undefined
  let forms: readonly string[] = []
  return (text) => {
    const now = secrets()
    if (now !== known) {
      known = now
      forms = formsOf(now, least)
    }
    return clear(text, forms)
  }
}

function clear(text: string, forms: readonly string[]): string {
  let clean = text
  for (const form of forms) if (clean.includes(form)) clean = clean.replaceAll(form, mark)
  return clean.includes('cdk_') ? clean.replaceAll(apiKey, mark) : clean
}

/** The longest first: a secret may hold another one. What `whsec_` and its like stand before is secret by itself. */
function formsOf(secrets: readonly string[], least: number): readonly string[] {
  const forms = new Set<string>()
  for (const secret of secrets) {
    if (secret.length < least) continue
    const bare = /^[a-z]{2,8}_(.{12,})$/.exec(secret)?.[1]
    for (const form of [...writtenForms(secret), ...(bare === undefined ? [] : writtenForms(bare))])
      if (form.length >= leastSecret) forms.add(form)
  }
  return [...forms].sort((a, b) => b.length - a.length)
}

function* writtenForms(secret: string): Generator<string> {
  const bytes = Buffer.from(secret)
  const url = encodeURIComponent(secret.toWellFormed())
  const json = JSON.stringify(secret).slice(1, -1)
  yield secret
  yield json
  yield JSON.stringify(json).slice(1, -1)
  yield json.replaceAll(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
  yield json.replaceAll('/', '\\/')
  for (const written of [url, url.replaceAll('%20', '+'), new URLSearchParams({ s: secret }).toString().slice(2)]) {
    yield written
    yield written.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
  }
  yield secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
  if (secret.length < longEnough) {
    yield bytes.toString('base64')
    return
  }
  yield bytes.toString('hex')
  yield bytes.toString('hex').toUpperCase()
  yield* base64Forms(bytes)
}

/** From so many characters on, what is inside a longer text in base 64 is long enough to be told from chance. */
const longEnough = 8

/** What of the bytes is the same in base 64 wherever they begin: `user:password` of a Basic login holds the password at one of three offsets. */
function* base64Forms(bytes: Buffer): Generator<string> {
  for (const before of [0, 1, 2]) {
    const all = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + bytes.length) * 8) / 6)
    const inner = all.slice(first, last)
    yield inner
    yield inner.replaceAll('+', '-').replaceAll('/', '_')
  }
}
