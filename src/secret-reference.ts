import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Json } from './model/json.ts'

/** What a config value refers to and could not be had, or a reference that is none. No value ever stands in it. */
export interface MissingReference {
  readonly code: 'missing-reference' | 'bad-reference'
  readonly path: readonly string[]
  readonly message: string
  readonly suggestion: string
}

const reference = /^\$\{(env|file):([^}]+)\}$/
/** `Bearer ${env:X}`, `${X}`, `${vault:x}`: meant as references, and none. */
const almost = /\$\{\s*[A-Za-z]\w*\s*[:}]/

/**
 * Replaces `${env:NAME}` and `${file:path}` (relative to the workspace) in a config. A text is replaced only when it is a reference as a whole. `secrets` collects the
 * values, so that the log can take them out wherever they stand.
 */
export function resolveReferences(
  config: Json,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly value: Json; readonly secrets: readonly string[]; readonly missing: readonly MissingReference[] } {
  const secrets: string[] = []
  const missing: MissingReference[] = []
  const walk = (value: Json, path: readonly string[]): Json => {
    if (typeof value === 'string') {
      const match = reference.exec(value)
      if (match === null) {
        if (almost.test(value))
          missing.push({
            code: 'bad-reference',
            path,
            message: 'the text holds a reference that would be taken as it stands',
            suggestion: 'a reference is the whole value: $' + '{env:NAME} or $' + '{file:path}',
          })
        return value
      }
      const [, kind, name = ''] = match
      const found = kind === 'env' ? (Object.hasOwn(env, name) ? env[name] : undefined) : readText(resolve(folder, name))
      if (found === undefined || found === '') {
        missing.push({
          code: 'missing-reference',
          path,
          suggestion: 'set it, or write another reference',
          message: kind === 'env' ? `the environment variable ${name} is not set` : `the file ${name} cannot be read or is empty`,
        })
        return value
      }
      secrets.push(found)
      return found
    }
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, String(index)]))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, walk(field ?? null, [...path, key])]))
    return value
  }
  return { value: walk(config, []), secrets, missing }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
