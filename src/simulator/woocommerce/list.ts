import type { ParameterKinds, Parameters } from './parameters.ts'
import type { SiteTime } from './site-time.ts'

/** What a list needs to know of a row. */
export type Row = { readonly id: number; readonly createdAt: number; readonly modifiedAt: number }

/** One page of a collection. `pages` is 0 for an empty collection, as WordPress counts. */
export type Page<T> = {
  readonly rows: readonly T[]
  readonly total: number
  readonly pages: number
  readonly number: number
}

/** Parameters of every collection. */
const paging: ParameterKinds = {
  page: { kind: 'integer', min: 1 },
  per_page: { kind: 'integer', min: 1, max: 100 },
  offset: { kind: 'integer', min: 0 },
  order: { kind: 'enum', values: ['asc', 'desc'] },
  search: { kind: 'text' },
  include: { kind: 'ids' },
  exclude: { kind: 'ids' },
}

/** Parameters of the collections of posts: orders, refunds, products, variations. */
export const postList: ParameterKinds = {
  ...paging,
  after: { kind: 'date' },
  before: { kind: 'date' },
  modified_after: { kind: 'date' },
  modified_before: { kind: 'date' },
  dates_are_gmt: { kind: 'boolean' },
  parent: { kind: 'ids' },
  parent_exclude: { kind: 'ids' },
  orderby: { kind: 'enum', values: ['date', 'id', 'include', 'title', 'slug', 'modified'] },
}

/** Parameters of the collection of webhooks, which knows no modification dates. */
export const webhookList: ParameterKinds = {
  ...paging,
  after: { kind: 'date' },
  before: { kind: 'date' },
  orderby: { kind: 'enum', values: ['date', 'id', 'title'] },
  status: { kind: 'enum', values: ['all', 'active', 'paused', 'disabled'] },
}

/** Parameters of the collection of customers, ordered by name unless told otherwise. */
export const customerList: ParameterKinds = {
  ...paging,
  orderby: { kind: 'enum', values: ['id', 'include', 'name', 'registered_date'] },
  email: { kind: 'text' },
  role: { kind: 'text' },
}

/** WP_Date_Query compares whole seconds and leaves both bounds out. */
const inside = (row: Row, asked: Parameters, site: SiteTime): boolean => {
  const wall = (at: number): number => (asked.flag('dates_are_gmt') ? at : site.wall(at))
  const after = asked.integer('after')
  const before = asked.integer('before')
  const modifiedAfter = asked.integer('modified_after')
  const modifiedBefore = asked.integer('modified_before')
  return (
    (after === undefined || wall(row.createdAt) > after) &&
    (before === undefined || wall(row.createdAt) < before) &&
    (modifiedAfter === undefined || wall(row.modifiedAt) > modifiedAfter) &&
    (modifiedBefore === undefined || wall(row.modifiedAt) < modifiedBefore)
  )
}

const compared = <T extends Row>(orderby: string, titleOf: (row: T) => string): ((left: T, right: T) => number) => {
  switch (orderby) {
    case 'id':
      return (left, right) => left.id - right.id
    case 'modified':
      return (left, right) => left.modifiedAt - right.modifiedAt || left.id - right.id
    case 'title':
    case 'slug':
    case 'name':
      return (left, right) => (titleOf(left) < titleOf(right) ? -1 : titleOf(left) > titleOf(right) ? 1 : left.id - right.id)
    default:
      return (left, right) => left.createdAt - right.createdAt || left.id - right.id
  }
}

export type ListOptions<T> = {
  readonly site: SiteTime
  readonly orderby: string
  readonly order: 'asc' | 'desc'
  /** Text for `orderby=title` and the haystack of `search`. */
  readonly titleOf: (row: T) => string
}

/** Filters by dates, ids and search, and sorts, the way WP_Query does. The rows themselves are not changed. */
export const selected = <T extends Row>(rows: Iterable<T>, asked: Parameters, options: ListOptions<T>): T[] => {
  const include = asked.ids('include')
  const exclude = asked.ids('exclude')
  const search = asked.text('search')?.toLowerCase()
  const kept: T[] = []
  for (const row of rows) {
    if (include && !include.includes(row.id)) continue
    if (exclude?.includes(row.id)) continue
    if (search !== undefined && !options.titleOf(row).toLowerCase().includes(search)) continue
    if (inside(row, asked, options.site)) kept.push(row)
  }
  const orderby = asked.text('orderby') ?? options.orderby
  if (orderby === 'include') return kept.sort((left, right) => (include?.indexOf(left.id) ?? 0) - (include?.indexOf(right.id) ?? 0))
  const compare = compared(orderby, options.titleOf)
  const descending = (asked.text('order') ?? options.order) === 'desc'
  return kept.sort(descending ? (left, right) => compare(right, left) : compare)
}

/** Where the asked page begins; `offset` wins over `page`, as in WordPress. */
export const startOf = (asked: Parameters): number =>
  asked.integer('offset') ?? ((asked.integer('page') ?? 1) - 1) * (asked.integer('per_page') ?? 10)

/** Cuts the asked page; 10 rows unless `per_page` says otherwise. A page behind the last is empty. */
export const pageOf = <T>(rows: readonly T[], asked: Parameters): Page<T> => {
  const size = asked.integer('per_page') ?? 10
  const start = startOf(asked)
  return {
    rows: rows.slice(start, start + size),
    total: rows.length,
    pages: Math.ceil(rows.length / size),
    number: asked.integer('page') ?? 1,
  }
}

/** `X-WP-Total`, `X-WP-TotalPages` and `Link` with prev and next; `url` is the address of the request with its query. */
export const pageHeaders = (page: Page<unknown>, url: URL): Record<string, string> => {
  const link = (number: number, rel: string): string => {
    const to = new URL(url)
    to.searchParams.set('page', String(number))
    return `<${to.href}>; rel="${rel}"`
  }
  const links: string[] = []
  if (page.number > 1) links.push(link(Math.min(page.number - 1, page.pages), 'prev'))
  if (page.pages > page.number) links.push(link(page.number + 1, 'next'))
  return {
    'X-WP-Total': String(page.total),
    'X-WP-TotalPages': String(page.pages),
    ...(links.length > 0 ? { Link: links.join(', ') } : {}),
  }
}
