/** The contract's part that speaks of pages. Reached through types.ts. */
import type { Json, JsonObject } from '../model/json.ts'
import type { Path } from './types-http.ts'

/** `total`: the header, lower case, or the place in the body where the partner tells with every page how many rows the list has. Where it shrinks the list is read from its first page again. */
export type Page =
  | { readonly kind: 'single' }
  | { readonly kind: 'number'; readonly first: 0 | 1; readonly size: number; readonly total?: Total }
  | { readonly kind: 'offset'; readonly size: number; readonly total?: Total }
  /** `more`: where it says that there is a next page, for partners that tell a token with the last page too (GraphQL pageInfo) */
  | { readonly kind: 'token'; readonly next: Path; readonly more?: Path }
  /** the address of the next page stands in the answer at `path` (OData `@odata.nextLink`): followed as it is, never edited, same origin only */
  | { readonly kind: 'nextLink'; readonly size: number; readonly path: Path }
  /**
   * Rows in the order of `key`, each page beyond the last key of the one before (`{page.after}`): rows that leave the list push none over a page border. In a stream with a cursor the rows are asked for as
   * `order` says, from `{since}` on; where more than a page of them share one step of the partner's times (`stepMs`: to what it cuts them in its answers), that step is read by key, as `keyOrder` says, up to `{page.below}`.
   * Without `cursor`, a stream whose own cursor promises no order reads all that changed since then by key. `rowKey`: rows of one key (`group`) in the order of this one, each page beyond `{page.after}` and `{page.afterRow}`
   */
  | {
      readonly kind: 'keyset'
      readonly size: number
      readonly key: Path
      readonly rowKey?: Path
      /** of the first page, for calls that cannot leave them out: what no key comes before */
      readonly first?: { readonly after: Json; readonly afterRow?: Json }
      readonly cursor?: { readonly stepMs: number; readonly order: string; readonly keyOrder: string }
    }
  /**
   * Lists that are sorted newest first by the time of change and bounded by `{until}`: read by number from the last page back to the first. A first request, of one row, tells by `total` which page is the last
   */
  | { readonly kind: 'reverse'; readonly first: 0 | 1; readonly size: number; readonly total: Total }
  /** RFC 8288 Link header, rel=next, same origin only */
  | { readonly kind: 'link'; readonly size: number; readonly total?: Total }
  /** pure: the next `page` root, or undefined at the end */
  | {
      readonly kind: 'custom'
      readonly size: number
      readonly next: (answer: Json, headers: Readonly<Record<string, string>>, page: JsonObject) => JsonObject | undefined
    }

export type Total = string | { readonly path: Path }
