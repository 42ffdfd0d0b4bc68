import type { Json } from '../model/json.ts'

export const words = (values: readonly Json[]): string =>
  values.map((value) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``).join(' or ')
export const code = (paths: readonly string[]): string => paths.map((path) => `\`${path}\``).join(', else ')
export const cell = (value: Json): string => String(value).replaceAll('|', '\\|')
export const seconds = (ms: number): string =>
  ms % 86_400_000 === 0 && ms > 0
    ? `${ms / 86_400_000} d`
    : ms % 60_000 === 0 && ms > 0
      ? `${ms / 60_000} min`
      : ms % 1000 === 0
        ? `${ms / 1000} s`
        : `${ms} ms`
export const list = (items: readonly (string | undefined)[]): string =>
  items
    .filter((item) => item !== undefined)
    .map((item) => `- ${item}`)
    .join('\n')
