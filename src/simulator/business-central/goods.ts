import type { Book } from './book.ts'
import { plus } from './exact.ts'
import type { Entity } from './query.ts'

/** One row of the item ledger, in base units of its article. The API tells no location of it. */
export interface Moved {
  readonly item: string
  readonly quantity: number
  readonly location: string
  /** as the API writes codes: `Negative_x0020_Adjmt_x002E_` */
  readonly entryType: 'Purchase' | 'Sale' | 'Transfer' | 'Positive_x0020_Adjmt_x002E_' | 'Negative_x0020_Adjmt_x002E_'
  readonly documentType: string
  readonly documentNumber: string
  readonly sourceNumber?: string
}

export interface Goods {
  /** `inventory` of an article is the sum of its entries over all locations */
  move(moved: Moved): void
  readonly entries: readonly Moved[]
  /** on hand at one place */
  quantity(item: string, location: string): number
  /** base units in one of a unit; 1 for a unit that the article has none of */
  factor(item: string, unit: string): number
}

/** The item ledger: goods move only by entries, which nobody changes. */
export function openGoods(book: Book, day: () => string): Goods {
  const entries: Moved[] = []
  const places = new Map<string, number>()
  return {
    entries,
    move: (moved) => {
      const { item, quantity, location, sourceNumber = '', ...shown } = moved
      entries.push(moved)
      const place = `${location} ${item}`
      places.set(place, plus(places.get(place), quantity))
      book.add('itemLedgerEntries', {
        entryNumber: entries.length,
        itemNumber: item,
        postingDate: day(),
        sourceNumber,
        sourceType: '_x0020_',
        description: '',
        quantity,
        ...shown,
      })
      const article = itemOf(book, item)
      if (article !== undefined) book.figure('items', article.id, { inventory: plus(article.inventory, quantity) })
    },
    quantity: (item, location) => places.get(`${location} ${item}`) ?? 0,
    factor: (item, unit) =>
      Number(book.all('itemUnits').find(({ Item_No, Code }) => Item_No === item && Code === unit)?.Qty_per_Unit_of_Measure ?? 1),
  }
}

export const itemOf = (book: Book, number: unknown): Entity | undefined => book.all('items').find((item) => item.number === number)
