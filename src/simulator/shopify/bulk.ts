import type { Hono } from 'hono'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import { type Field, OperationError, project, type Resolved, type Resolver, readOperation } from '../graphql/operation.ts'
import type { SimulatorEnv } from '../server.ts'
import { gid } from './views.ts'

interface Job {
  readonly id: number
  readonly endsAt: number
  readonly lines: readonly string[]
  /** lines it wrote before it failed */
  failsAfter: number | undefined
  state: 'works' | 'ended' | 'canceled' | 'expired'
  /** in the address of the file: those given out before it end with it */
  key: number
}
/** What becomes of bulk operations, for tests. */
export interface BulkDesk {
  /** time that each takes, in ms of the shop's clock */
  spanMs: number
  /** the next one fails after so many lines */
  failNext(lines: number): void
  /** addresses given out so far end; the file stays */
  endAddresses(): void
  /** all that ended are gone, as after seven days */
  expire(): void
  /** files are sent whole, whatever part is asked for */
  whole: boolean
  readonly jobs: readonly { readonly id: string; readonly state: string }[]
}

const parallel = 5
const partsAtMost = 1024 * 1024

/** Bulk operations (shopify.dev, Perform bulk operations with the GraphQL Admin API): up to five at once, nested lists as lines of their own, grouped after their parents. The data is that of the moment it is asked for. */
export function bulkDesk(
  routes: Hono<SimulatorEnv>,
  of: {
    readonly now: () => number
    readonly nextId: () => number
    readonly url: () => string
    readonly roots: () => Readonly<Record<string, Resolver>>
    readonly tell: (topic: string, body: object) => void
  },
) {
  const jobs = new Map<number, Job>()
  let failsAfter: number | undefined
  const desk: BulkDesk = {
    spanMs: 0,
    failNext: (lines) => {
      failsAfter = lines
    },
    endAddresses: () => {
      for (const job of jobs.values()) job.key++
    },
    expire: () => {
      for (const job of jobs.values()) if (stateOf(job) === 'ended') job.state = 'expired'
    },
    whole: false,
    get jobs() {
      return [...jobs.values()].map((job) => ({ id: gid('BulkOperation', job.id), state: statusOf(job) }))
    },
  }
  const stateOf = (job: Job): Job['state'] => {
    if (job.state === 'works' && of.now() >= job.endsAt) {
      job.state = 'ended'
      of.tell('bulk_operations/finish', {
        admin_graphql_api_id: gid('BulkOperation', job.id),
        status: statusOf(job).toLowerCase(),
        type: 'query',
      })
    }
    return job.state
  }
  const statusOf = (job: Job): string => {
    const state = stateOf(job)
    return state === 'works' ? 'RUNNING' : state === 'ended' ? (job.failsAfter === undefined ? 'COMPLETED' : 'FAILED') : state.toUpperCase()
  }
  const addressOf = (job: Job): string => `${of.url()}/bulk/${job.id}.jsonl?signature=key-${job.key}-of-the-file`
  const view = (job: Job): Resolved => {
    const status = statusOf(job)
    return {
      __typename: 'BulkOperation',
      id: gid('BulkOperation', job.id),
      status,
      errorCode: status === 'FAILED' ? 'INTERNAL_SERVER_ERROR' : null,
      url: status === 'COMPLETED' && job.lines.length > 0 ? addressOf(job) : null,
      partialDataUrl: status === 'FAILED' && (job.failsAfter ?? 0) > 0 ? addressOf(job) : null,
    }
  }

  routes.get('/bulk/:file', (c) => {
    const job = jobs.get(Number.parseInt(c.req.param('file'), 10))
    if (job === undefined || stateOf(job) !== 'ended' || c.req.query('signature') !== `key-${job.key}-of-the-file`)
      return c.text('<Error><Code>AccessDenied</Code></Error>', 403)
    if (c.req.header('x-shopify-access-token') !== undefined) throw new Error('a token of the shop was sent to where files lie')
    const bytes = Buffer.from(
      job.lines
        .slice(0, job.failsAfter ?? job.lines.length)
        .map((line) => `${line}\n`)
        .join(''),
    )
    const [, from = '0', to] = /^bytes=(\d+)-(\d*)$/.exec(c.req.header('range') ?? '') ?? []
    if (desk.whole || c.req.header('range') === undefined) return c.body(bytes, 200, { 'content-type': 'application/octet-stream' })
    if (Number(from) >= bytes.length) return c.body(null, 416, { 'content-range': `bytes */${bytes.length}` })
    const part = bytes.subarray(Number(from), Math.min(Number(to || bytes.length) + 1, Number(from) + partsAtMost))
    const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`
    return c.body(part, 206, { 'content-type': 'application/octet-stream', 'content-range': range })
  })

  const mutations: Readonly<Record<string, Resolver>> = {
    bulkOperationRunQuery: ({ query, groupObjects }) => {
      const refused = (message: string, code: string): Resolved => ({
        bulkOperation: null,
        userErrors: [{ message, code, field: ['query'] }],
      })
      if ([...jobs.values()].filter((job) => stateOf(job) === 'works').length >= parallel)
        return refused('A bulk query operation for this app and shop is already in progress.', 'OPERATION_IN_PROGRESS')
      if (groupObjects !== true) return refused('This shop groups objects only.', 'INVALID')
      const job: Job = {
        id: of.nextId(),
        endsAt: of.now() + desk.spanMs,
        lines: linesOf(String(query), of.roots()),
        failsAfter,
        state: 'works',
        key: 1,
      }
      failsAfter = undefined
      jobs.set(job.id, job)
      return { bulkOperation: { id: gid('BulkOperation', job.id), status: 'CREATED' }, userErrors: [] }
    },
    bulkOperationCancel: ({ id }) => {
      const job = [...jobs.values()].find((one) => gid('BulkOperation', one.id) === id)
      if (job === undefined) return { bulkOperation: null, userErrors: [{ message: 'Bulk operation does not exist', field: ['id'] }] }
      if (stateOf(job) === 'works') job.state = 'canceled'
      return { bulkOperation: view(job), userErrors: [] }
    },
  }
  const node: Resolver = ({ id }) => {
    const job = [...jobs.values()].find((one) => gid('BulkOperation', one.id) === id)
    return job === undefined ? null : view(job)
  }
  return { desk, mutations, node }
}

/** One line for each node: its own fields, then the nodes of each list in it, which name it. @throws OperationError */
function linesOf(text: string, roots: Readonly<Record<string, Resolver>>): readonly string[] {
  const { fields } = readOperation(`query Bulk ${text}`, {})
  if (fields.length !== 1) throw new OperationError('Bulk queries must have one root field')
  const rows: string[] = []
  const add = (node: Json, parent: Json | undefined): void => {
    if (!isObject(node)) return
    const lists = Object.entries(node).filter(([, value]) => isList(value))
    const own = Object.fromEntries(Object.entries(node).filter(([, value]) => !isList(value)))
    rows.push(JSON.stringify(parent === undefined ? own : { ...own, __parentId: parent }))
    for (const [, list] of lists) for (const edge of edgesOf(list)) add(edge, node.id)
  }
  for (const value of Object.values(project(roots, fields.map(unlimited), 'query') as JsonObject))
    for (const edge of edgesOf(value)) add(edge, undefined)
  return rows
}

/** `first` and `after` are nothing to a bulk operation. */
const unlimited = (field: Field): Field => ({
  ...field,
  args: field.fields.some(({ name }) => name === 'edges') ? { ...field.args, bulk: true } : field.args,
  fields: field.fields.map(unlimited),
})
const isList = (value: Json | undefined): boolean => isObject(value) && Array.isArray(value.edges)
const edgesOf = (list: Json | undefined): readonly Json[] =>
  isObject(list) && Array.isArray(list.edges)
    ? (list.edges as readonly Json[]).flatMap((edge) => (isObject(edge) ? [edge.node ?? null] : []))
    : []
