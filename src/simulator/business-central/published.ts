import type { Posting } from './posting.ts'
import type { Entity } from './query.ts'

/** A page of the client that somebody published as a web service: its rows, and what is left of the condition once its FlowFilters are taken out. */
type PublishedPage = (posting: Posting, filter: string) => { readonly rows: readonly Entity[]; readonly filter: string }

const locationFilter = /\s*(?:and\s+)?Location_Filter eq '([^']*)'\s*(?:and\s+)?/

/**
 * Page 30, Item Card, whose figures follow its FlowFilters (webservices/use-flowfilters-in-odata-uris.md), and page 5404, Item Units of Measure. Names of fields are those of the pages, as OData writes them.
 */
export const publishedPages: Readonly<Record<string, PublishedPage>> = {
  ItemCard: ({ book, goods }, filter) => {
    const location = locationFilter.exec(filter)?.[1]
    const rows = book.all('items').map(
      ({ id, number, type = '', inventory = 0, baseUnitOfMeasureCode = '' }): Entity => ({
        id,
        No: number ?? '',
        Type: type,
        Base_Unit_of_Measure: baseUnitOfMeasureCode,
        Inventory: location === undefined ? inventory : goods.quantity(String(number), location),
      }),
    )
    return { rows, filter: filter.replace(locationFilter, '') }
  },
  ItemUnitsOfMeasure: ({ book }, filter) => ({ rows: book.all('itemUnits'), filter }),
}
