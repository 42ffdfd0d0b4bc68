import { closeSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Json } from './model/json.ts'

/** What a config value refers to and could not be had, or a reference that is none. No value ever stands in it. */
export interface MissingReference {
  /** `sealed-unseen`: nobody could look, so nothing is wrong with it yet; the others are errors */
  readonly code: 'missing-reference' | 'bad-reference' | 'sealed-unseen' | SealedFault['code']
  readonly path: readonly string[]
  readonly message: string
  readonly suggestion: string
}

/** Why a sealed secret cannot be had: there is none of that name, its key is not here, or it was changed. */
export interface SealedFault {
  readonly code: 'sealed-missing' | 'sealed-locked' | 'sealed-broken'
  readonly message: string
  readonly suggestion: string
}
/** A sealed secret by its name. */
export type SealedLookup = (name: string) => string | SealedFault

const reference =
  /^\$\{(?:env:(?<variable>[^}:]+)(?::-(?<otherwise>[^}]+))?|file:(?<file>[^}]+)|sealed:(?<sealed>[A-Za-z][A-Za-z0-9_.-]{0,63}))\}$/
/** `Bearer ${env:X}`, `${X}`, `${vault:x}`: meant as references, and none. */
const almost = /\$\{\s*[A-Za-z]\w*\s*[:}]/
/** Keys of the hub itself: no partner is to get them. */
const ownKeys: ReadonlySet<string> = new Set(['CROSSDOCK_KEK', 'CROSSDOCK_API_KEY'])

/** Texts around a config that its references may name. */
export interface ReferenceSources {
  /** the workspace, from which `${file:…}` goes */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** left out: sealed secrets are not looked up (a check without the hub's store) */
  readonly sealed?: SealedLookup | undefined
}

/**
 * Replaces `${env:NAME}`, `${env:NAME:-text}` (the text where NAME is not set), `${file:path}` (relative to the workspace) and `${sealed:NAME}` (sealed in the hub's database) in a config. A text is
 * replaced only when it is a reference as a whole. `secrets` collects the values, so that the log can take them out wherever they stand; `sealed` the names that were asked for.
 */
export function resolveReferences(
  config: Json,
  sources: ReferenceSources,
): {
  readonly value: Json
  readonly secrets: readonly string[]
  /** values of sealed secrets */
  readonly opened: readonly string[]
  readonly sealed: readonly string[]
  readonly missing: readonly MissingReference[]
} {
  const secrets: string[] = []
  const sealed: string[] = []
  const opened: string[] = []
  const missing: MissingReference[] = []
  const walk = (value: Json, path: readonly string[]): Json => {
    if (typeof value === 'string') {
      const match = reference.exec(value)
      if (match === null) {
        if (almost.test(value)) missing.push({ ...notReference, path })
        return value
      }
      const found = follow(match.groups ?? {}, sources)
      if (match.groups?.sealed !== undefined) sealed.push(match.groups.sealed)
      if (typeof found === 'object') {
        missing.push({ ...found, path })
        return value
      }
      // what stands in the file for all to read is no secret
      if (found !== match.groups?.otherwise) secrets.push(found)
      if (match.groups?.sealed !== undefined) opened.push(found)
      return found
    }
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, String(index)]))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, walk(field ?? null, [...path, key])]))
    return value
  }
  return { value: walk(config, []), secrets, opened, sealed, missing }
}

type Unfollowed = Omit<MissingReference, 'path'>

const notReference: Unfollowed = {
  code: 'bad-reference',
  message: 'the text holds a reference that would be taken as it stands',
  suggestion: 'a reference is the whole value: $' + '{env:NAME}, $' + '{file:path} or $' + '{sealed:NAME}',
}

/** The text behind a reference, or why there is none. */
function follow({ variable, otherwise, file = '', sealed }: Readonly<Record<string, string>>, from: ReferenceSources): string | Unfollowed {
  const suggestion = 'set it, or write another reference'
  if (sealed !== undefined)
    return (
      from.sealed?.(sealed) ?? {
        code: 'sealed-unseen',
        message: `the secret '${sealed}' is sealed in the hub's database, which was not looked at here`,
        suggestion: '`crossdock secrets list` shows those that are there',
      }
    )
  if (variable === undefined) return readSecretFile(resolve(from.folder, file), file, suggestion)
  if (ownKeys.has(variable))
    return {
      code: 'bad-reference',
      message: `${variable} is a key of the hub itself and goes to no partner`,
      suggestion: 'name the variable that holds the secret of this system',
    }
  return (
    own(from.env, variable) ??
    otherwise ?? { code: 'missing-reference', message: `the environment variable ${variable} is not set`, suggestion }
  )
}

/** An empty variable counts as not set. */
const own = (env: Readonly<Record<string, string | undefined>>, name: string): string | undefined =>
  Object.hasOwn(env, name) ? env[name] || undefined : undefined

/** Largest file with a secret: a chain of certificates has room. */
const maxSecretBytes = 65_536

function readSecretFile(
  file: string,
  shown: string,
  suggestion: string,
): string | Pick<MissingReference, 'code' | 'message' | 'suggestion'> {
  const text = readBeginning(file, maxSecretBytes + 1)
  if (text === undefined || text.trim() === '')
    return { code: 'missing-reference', message: `the file ${shown} cannot be read or is empty`, suggestion }
  return Buffer.byteLength(text) > maxSecretBytes
    ? { code: 'bad-reference', message: `the file ${shown} is larger than ${maxSecretBytes} bytes: no secret is`, suggestion }
    : text.trim()
}

/** No more of a file than so many bytes, whether it has an end or not. */
function readBeginning(file: string, bytes: number): string | undefined {
  try {
    const handle = openSync(file, 'r')
    try {
      const buffer = Buffer.alloc(bytes)
      let length = 0
      for (let more = -1; more !== 0 && length < bytes; length += more) more = readSync(handle, buffer, length, bytes - length, null)
      return buffer.toString('utf8', 0, length)
    } finally {
      closeSync(handle)
    }
  } catch {
    return undefined
  }
}
