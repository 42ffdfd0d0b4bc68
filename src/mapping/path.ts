/** One step of a path: a field, a list item by number, or the first list item whose field has a value. */
export type Segment =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'match'; readonly name: string; readonly value: string }

/** `here` is the nearest `from` or `each`, `up` is `levels` above it, `document` is `$`, `context` is `@`. */
export type PathRoot =
  | { readonly kind: 'here' }
  | { readonly kind: 'document' }
  | { readonly kind: 'context' }
  | { readonly kind: 'up'; readonly levels: number }

export interface Path {
  readonly root: PathRoot
  readonly segments: readonly Segment[]
}

/** Names that reach a prototype; a mapping that uses one is refused. */
export const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

const simple = /^[\p{L}_][\p{L}\p{N}_-]*$/u
const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

/** Path text of segments, as an author would write it. */
export function formatSegments(segments: readonly Segment[]): string {
  let text = ''
  for (const segment of segments) {
    if (segment.kind === 'index') text += `[${segment.index}]`
    else if (segment.kind === 'match') text += `[${segment.name}=${quoted(segment.value)}]`
    else if (simple.test(segment.name)) text += text === '' ? segment.name : `.${segment.name}`
    else text += `[${quoted(segment.name)}]`
  }
  return text
}

/** Path text with its root. */
export function formatPath(path: Path): string {
  const rest = formatSegments(path.segments)
  const { root } = path
  if (root.kind === 'here') return rest === '' ? '.' : rest
  const head = root.kind === 'document' ? '$' : root.kind === 'context' ? '@' : Array(root.levels).fill('^').join('.')
  return rest === '' ? head : rest.startsWith('[') ? head + rest : `${head}.${rest}`
}
