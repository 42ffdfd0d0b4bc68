import { isObject } from '../model/json.ts'
import { baseScope, lintTemplates } from './lint-calls.ts'
import type { Report } from './lint-report.ts'
import type { Connector } from './types.ts'

/** What a template names in the config is marked as a secret. */
export function lintSecret(report: Report, path: string, connector: Connector, template: string): void {
  for (const { path: variable, root } of lintTemplates(report, path, template, { config: baseScope(connector).config ?? [] })) {
    const [, name = ''] = variable.split('.')
    const field = isObject(connector.config.properties) ? connector.config.properties[name] : undefined
    if (root === 'config' && isObject(field) && field.writeOnly !== true)
      report.error(path, 'open-secret', `{${variable}} is a secret and is not marked writeOnly in the config: it would be shown`)
  }
}
