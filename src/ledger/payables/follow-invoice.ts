import { documentName } from '../shelf.ts'
import type { Books } from '../types.ts'

/** What an invoice makes us owe is looked at again by `finish`: people accepted it, or it changed. */
export const followInvoice = ({ data }: Books, key: string): void => {
  data.payables.add(documentName({ type: 'invoice', key }))
}
