import { newestSchema } from '../store/migrate.ts'
import { ProblemError } from './problem.ts'
import { route } from './route.ts'
import { fields, oneOf } from './shape.ts'

const unready = (code: string, detail: string): ProblemError => new ProblemError(503, code, detail, { headers: { 'retry-after': '5' } })

export const healthRoutes = [
  route({
    id: 'healthz',
    method: 'GET',
    path: '/healthz',
    tag: 'operation',
    scope: 'open',
    summary: { en: 'Whether the process runs', zh: '进程是否在运行' },
    answer: fields({ status: oneOf('ok') }),
    handle: async () => ({ body: { status: 'ok' as const } }),
  }),
  route({
    id: 'readyz',
    method: 'GET',
    path: '/readyz',
    tag: 'operation',
    scope: 'open',
    summary: {
      en: 'Whether it can take work: the database answers, its schema is current, the process is not ending',
      zh: '是否可以接收工作：数据库可用、结构为最新、进程未在关闭',
    },
    answer: fields({ status: oneOf('ready') }),
    handle: async ({ desk, hub }) => {
      if (desk.options.closing?.() === true) throw unready('closing', 'The hub is shutting down.')
      let schema: number | undefined
      try {
        const row = await hub.database.read
          .selectFrom('migration')
          .select((of) => of.fn.max('number').as('newest'))
          .executeTakeFirst()
        schema = Number(row?.newest ?? 0)
      } catch (error) {
        hub.log.warn({ error }, 'the database does not answer')
        throw unready('no-database', 'The database does not answer.')
      }
      if (schema !== newestSchema)
        throw unready('schema', `The database has schema ${schema}, this program needs ${newestSchema}. Run: crossdock migrate`)
      return { body: { status: 'ready' as const } }
    },
  }),
]
