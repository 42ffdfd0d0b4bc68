import type { HttpOptions } from './options.ts'

/** Document types that have a schema: a crosswalk line of such a type must name a document that is there; other types are code lists. */
export const documentTypes = ({ schemas }: Pick<HttpOptions, 'schemas'>): ReadonlySet<string> =>
  new Set([...(schemas?.keys() ?? [])].map((id) => id.replace(/@\d+$/, '')).filter((type) => !noDocuments.has(type)))

/** schemas that others refer to, or of files of a workspace */
const noDocuments: ReadonlySet<string> = new Set(['values', 'mapping', 'workspace'])
