import type { Catalogue } from './context.ts'

/** Types that something of the workspace may link, beside its documents: its code lists, what the streams of its connections bring, and what its mappings look up. */
export function linkTypes({ codes, connections, mappings }: Catalogue): ReadonlySet<string> {
  const types = new Set([...codes.keys()].map((name) => name.replace(/@.*/, '')))
  for (const { connector } of connections.values())
    for (const { parts } of Object.values(connector.streams))
      for (const part of parts) types.add('link' in part ? part.link : part.document)
  for (const { text } of mappings.values()) for (const [, type] of text.matchAll(/"link"\s*:\s*"([^"\\]+)"/g)) if (type) types.add(type)
  return types
}
