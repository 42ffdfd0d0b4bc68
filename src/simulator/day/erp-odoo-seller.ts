import type { Row } from '../odoo/database.ts'
import { seededCredentials } from './credentials.ts'
import { ordersIn, startCompany } from './erp-odoo-start.ts'
import type { SellerErp, Start } from './system.ts'
import { buyerCode } from './world-erps.ts'

/** Ningbo's books in an Odoo: Harbour is one customer among others, and some lamps are made for others only. */
export const startOdooSeller = async ({ articles, seed, board }: Start): Promise<SellerErp> => {
  const { ningboPassword: apiKey } = seededCredentials(seed)
  const { odoo } = await startCompany({
    companyName: '宁波灯具有限公司',
    currency: 'CNY',
    apiKey,
    faults: board,
    articles,
    priceOf: () => '10.00',
  })
  odoo.addPartner({ name: 'Bayview Hotels', ref: 'BAYVIEW', kind: 'customer', city: 'Qingdao', country: 'CN' })
  odoo.addPartner({ name: 'Harbour Trading', ref: buyerCode, kind: 'customer', city: 'Portsmouth', country: 'US' })
  for (const code of ['HOTEL-01', 'HOTEL-02']) odoo.addProduct({ code, name: `Bedside lamp ${code}`, price: 14 })
  const salesFor = (reference: string): readonly Row[] => odoo.rows('sale.order').filter((row) => row.client_order_ref === reference)
  const lineAt = (sale: number, place: number): number =>
    odoo.rows('sale.order.line').filter((row) => row.order_id === sale)[place - 1]?.id ?? 0
  return {
    url: odoo.url,
    environment: { NINGBO_URL: odoo.url, NINGBO_KEY: apiKey },
    leftOut: [],
    openSale: (reference) => salesFor(reference).find(({ state }) => state === 'draft' || state === 'sent')?.id,
    answer(sale, answer) {
      if (answer === 'refuse') return odoo.press('sale.order', sale, 'action_cancel')
      const cut = answer === 'accept' ? [] : answer.cut
      for (const { line, quantity } of cut) odoo.write('sale.order.line', lineAt(sale, line), { product_uom_qty: quantity })
      odoo.press('sale.order', sale, 'action_confirm')
    },
    isLoaded: (reference) => salesFor(reference).some(({ state }) => state === 'sale'),
    sales: async () => ordersIn(odoo, 'sale'),
    trouble: () => [board.arm('503', { times: 2 })],
    close: () => odoo.close(),
  }
}
