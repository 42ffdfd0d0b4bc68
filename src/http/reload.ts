import type { Fault } from '../model/errors.ts'
import { clean } from './options.ts'
import { ProblemError } from './problem.ts'
import { route } from './route.ts'
import { count, fields, flag, list, nullable, oneOf, text } from './shape.ts'

const fault = fields({
  code: text(),
  severity: oneOf<Fault['severity']>('error', 'warning'),
  file: text(),
  line: count,
  column: count,
  path: text(),
  message: text(),
  suggestion: nullable(text()),
})

export const reloadRoutes = [
  route({
    id: 'reload',
    method: 'POST',
    path: '/v1/reload',
    tag: 'operation',
    scope: 'admin',
    audit: { act: 'reloaded', answered: ['revision', 'changed'] },
    summary: {
      en: 'Check the workspace again and make it current when it holds; with faults the one before runs on',
      zh: '重新检查工作区，通过则生效；有错误时继续使用之前的版本',
    },
    body: fields({}),
    answer: fields({ revision: text(), changed: flag, secrets: list(text()), faults: list(fault) }),
    handle: async ({ desk }) => {
      const { options } = desk
      if (!options.reload)
        throw new ProblemError(409, 'no-reload', 'This process does not load the workspace itself. Reload the one that does.')
      const { revision, changed, secrets = [], faults } = await options.reload()
      return {
        body: {
          revision,
          changed,
          secrets,
          faults: faults.map((one) => ({ ...one, message: clean(options, one.message), suggestion: one.suggestion ?? null })),
        },
      }
    },
  }),
]
