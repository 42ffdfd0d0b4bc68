import { join, relative } from 'node:path'
import { type Catalog, mappingsOf } from './catalog.ts'
import type { Fault } from './model/errors.ts'
import { isObject, type Json, type JsonObject } from './model/json.ts'
import { readTextFile } from './model/text-file.ts'
import type { Locate } from './workspace-connections.ts'
import { nearest } from './workspace-faults.ts'

/** A connection's own file over one mapping. */
export interface OverlayText {
  readonly connection: string
  /** name of the mapping: `woocommerce/order` */
  readonly mapping: string
  /** path in the workspace: `overlays/shop-us-order.json` */
  readonly path: string
  /** for people: from the current folder */
  readonly file: string
  readonly text: string
}

/** The overlay files that the connections of a workspace name. What names none, or a mapping that nothing runs, is a fault. */
export async function readOverlays(
  workspace: JsonObject,
  around: { readonly folder: string; readonly catalog: Catalog; readonly locate: Locate; readonly faults: Fault[] },
): Promise<readonly OverlayText[]> {
  const found: OverlayText[] = []
  for (const [connection, value] of Object.entries(isObject(workspace.connections) ? workspace.connections : {})) {
    if (!isObject(value) || !isObject(value.mappings)) continue
    const connector = around.catalog.connectors.get(String(value.connector))
    const runs = connector === undefined ? undefined : mappingsOf(connector)
    for (const [mapping, given] of Object.entries(value.mappings)) {
      const place = ['connections', connection, 'mappings', mapping]
      const path = overlayPath(given)
      // the shape of the workspace says more
      if (path === undefined) continue
      if (runs !== undefined && !runs.has(mapping)) {
        around.faults.push({
          code: 'unknown-mapping',
          severity: 'error',
          ...around.locate(place, 'key'),
          message: `the connector '${String(value.connector)}' runs no mapping '${mapping}'`,
          ...nearest(mapping, runs),
        })
        continue
      }
      const file = join(around.folder, path)
      const text = await read(file)
      if (text !== undefined) found.push({ connection, mapping, path, file: relative(process.cwd(), file), text })
      else
        around.faults.push({
          code: 'overlay-missing',
          severity: 'error',
          ...around.locate(place),
          message: `there is no file ${path} in the workspace`,
          suggestion: 'write it: {"fields": {…}}, or take the entry away',
        })
    }
  }
  return found
}

/** A path below `overlays/`; undefined for anything else. */
export const overlayPath = (given: Json | undefined): string | undefined =>
  typeof given === 'string' && /^overlays\/[\w./-]+\.json$/.test(given) && !given.split('/').includes('..') ? given : undefined

async function read(file: string): Promise<string | undefined> {
  try {
    return await readTextFile(file)
  } catch {
    return undefined
  }
}
