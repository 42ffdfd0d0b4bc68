import type { Catalogue, Context } from '../pipeline/context.ts'
import { findConnection } from '../store/connection.ts'
import { documentTypes } from './document-types.ts'
import type { HttpOptions } from './options.ts'
import { ProblemError } from './problem.ts'

/** The 404 for a connection that was named: to those only whose tenant the request is in, to whom no connection of another is there either. */
export const noConnection = (name: string): ProblemError =>
  new ProblemError(
    404,
    'not-found',
    `There is no connection '${name}'. GET /v1/connections (\`crossdock connection list\`) has those there are.`,
  )

/** The 404 for a stream that is not polled, or whose connection the workspace does not have. */
export function noStream({ connections }: Catalogue, { name, stream }: { readonly name: string; readonly stream: string }): ProblemError {
  const setup = connections.get(name)
  if (setup === undefined) return noConnection(name)
  const polled = [...setup.streams.keys()].filter((one) => setup.connector.streams[one]?.call)
  return new ProblemError(404, 'not-found', `'${name}' has no stream '${stream}' that is polled. It has: ${polled.join(', ') || 'none'}.`)
}

/** A list of one connection: that of a misspelt one would be empty, as if all were well. @throws ProblemError 404 */
export async function wantConnection({ database, tenant }: Context, name: string | undefined): Promise<void> {
  if (name !== undefined && (await findConnection(database.read, tenant, name)) === undefined) throw noConnection(name)
}

/** The 404 for a document, or for a type that no document has. */
export function noDocument({ schemas }: Pick<HttpOptions, 'schemas'>, type: string, key?: string): ProblemError {
  const types = documentTypes({ schemas })
  const what =
    key === undefined || (types.size > 0 && !types.has(type))
      ? `There are no documents of the type '${type}', only of: ${[...types].sort().join(', ')}.`
      : `The ledger has no ${type} '${key}'. GET /v1/documents/${type} (\`crossdock ledger list ${type}\`) has those there are.`
  return new ProblemError(404, 'not-found', what)
}
