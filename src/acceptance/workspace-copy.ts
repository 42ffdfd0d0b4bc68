import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject, type JsonObject, parseJson } from '../model/json.ts'
import { packageRoot } from '../package-root.ts'
import type { HarbourBooks, NingboBooks } from './seed-books.ts'

/** The workspace of the acceptance run in a folder of its own, with the ids of these databases. Answers the folder. */
export function copyWorkspace(folder: string, harbour: HarbourBooks, ningbo: NingboBooks): string {
  const place = join(folder, 'workspace')
  cpSync(join(packageRoot, 'workspaces', 'acceptance'), place, { recursive: true })
  const file = join(place, 'crossdock.json')
  const workspace = objectAt(parseJson(readFileSync(file, 'utf8')), 'workspace')
  const connections = objectAt(workspace.connections, 'connections')
  const withIds = (name: string, ids: JsonObject): JsonObject => {
    const connection = objectAt(connections[name], name)
    return { ...connection, config: { ...objectAt(connection.config, 'config'), ...ids } }
  }
  const filled = {
    ...workspace,
    connections: {
      ...connections,
      'harbour-erp': withIds('harbour-erp', {
        company: harbour.company,
        stockLocation: harbour.storage,
        customerParty: harbour.customer,
        customerAddress: harbour.customerAddress,
      }),
      'ningbo-erp': withIds('ningbo-erp', { company: ningbo.company }),
    },
  }
  writeFileSync(file, `${JSON.stringify(filled, undefined, 2)}\n`)
  return place
}

function objectAt(value: JsonObject[string], name: string): JsonObject {
  if (!isObject(value)) throw new Error(`workspaces/acceptance/crossdock.json has no object '${name}'`)
  return value
}
