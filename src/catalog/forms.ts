import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadCatalog } from '../catalog.ts'
import type { ConnectionForms } from '../model/connection-form.ts'
import { packageRoot } from '../package-root.ts'
import { connectionForm, readFormTexts } from './form.ts'

/** Folder of a connector's README, recording and form: the workspace's own, else the package's. */
export function connectorFolder(workspace: string | undefined, name: string): string {
  const own = workspace === undefined ? undefined : join(workspace, 'connectors', name)
  return own !== undefined && existsSync(own) ? own : join(packageRoot, 'connectors', name)
}

/** Connectors of the workspace and of the package, read when they are asked for: a connector that is written while the hub runs has its form at once. */
export const openForms = (workspace: string | undefined): ConnectionForms => ({
  async list() {
    const { connectors } = await loadCatalog(workspace)
    return [...connectors.values()].map(({ name, title, docs }) => ({ name, title, docs })).sort((a, b) => (a.name < b.name ? -1 : 1))
  },
  async of(name, language) {
    const connector = (await loadCatalog(workspace, new Set([name]))).connectors.get(name)
    return connector && connectionForm(connector, await readFormTexts(connectorFolder(workspace, name)), language)
  },
})
