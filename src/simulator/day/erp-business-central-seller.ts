import type { Entity } from '../business-central/query.ts'
import { seededCredentials } from './credentials.ts'
import { isRefused, orderIn, startCompany } from './erp-business-central-start.ts'
import type { SellerErp, Start } from './system.ts'
import type { TradeOrder } from './truth.ts'
import { buyerCode } from './world-erps.ts'

/** Ningbo's books in a Business Central: Harbour is one customer among others, and some lamps are made for others only. */
export const startBusinessCentralSeller = async ({ articles, seed, board }: Start): Promise<SellerErp> => {
  const { ningboPassword: clientSecret } = seededCredentials(seed)
  const erp = await startCompany({ companyName: '宁波灯具有限公司', clientSecret, board, articles, priceOf: () => '10.00' })
  erp.addParty('customers', { number: 'BAYVIEW', displayName: 'Bayview Hotels', city: 'Qingdao', country: 'CN' })
  erp.addParty('customers', { number: buyerCode, displayName: 'Harbour Trading', city: 'Portsmouth', country: 'US' })
  for (const code of ['HOTEL-01', 'HOTEL-02']) erp.addItem({ code, name: `Bedside lamp ${code}`, price: '14.00' })
  const linesOf = ({ id }: Entity) => erp.book.lines('salesOrders', id)
  const stateOf = (head: Entity): TradeOrder['state'] =>
    head.status === 'Open' ? 'confirmed' : isRefused(head, linesOf(head)) ? 'cancelled' : 'draft'
  const salesFor = (reference: string) => erp.book.all('salesOrders').filter((head) => head.externalDocumentNumber === reference)
  const idOf = (sale: number): string => erp.book.all('salesOrders').find(({ number }) => Number(number) === sale)?.id ?? ''
  return {
    url: erp.url,
    environment: { NINGBO_URL: erp.url, NINGBO_SECRET: clientSecret },
    leftOut: [],
    openSale(reference) {
      const open = salesFor(reference).find((head) => stateOf(head) === 'draft')
      return open === undefined ? undefined : Number(open.number)
    },
    answer(sale, answer) {
      const id = idOf(sale)
      const items = erp.book.lines('salesOrders', id).filter(({ lineType }) => lineType === 'Item')
      const cut = answer === 'accept' ? [] : answer === 'refuse' ? items.map((_, at) => ({ line: at + 1, quantity: 0 })) : answer.cut
      for (const { line, quantity } of cut) erp.setQuantity('salesOrders', id, line, quantity)
      if (answer !== 'refuse') erp.release('salesOrders', id)
    },
    isLoaded: (reference) => salesFor(reference).some((head) => stateOf(head) === 'confirmed'),
    sales: async () => erp.book.all('salesOrders').map((head) => orderIn(erp, head, linesOf(head), stateOf(head))),
    trouble: () => [board.arm('503', { times: 2 }), board.arm('missing', { times: 2, path: /^salesOrders$/ })],
    close: () => erp.close(),
  }
}
