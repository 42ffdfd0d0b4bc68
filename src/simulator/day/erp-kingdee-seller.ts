import type { Bill } from '../kingdee/account.ts'
import type { Kingdee } from '../kingdee/kingdee.ts'
import { seededCredentials } from './credentials.ts'
import { account, appId, grossPrice, isStanding, ordersIn, startCompany, user } from './erp-kingdee-start.ts'
import type { SellerErp, Start } from './system.ts'
import { buyerCode } from './world-erps.ts'

/** `erp`: the simulated Kingdee itself, for tests that look inside. */
export type KingdeeSeller = SellerErp & { readonly erp: Kingdee }

const organisation = '200'
/** A buyer's order has the buyer's number behind the name of its connection. */
const prefix = 'harbour-erp/'
const form = 'SAL_SaleOrder'

/** Ningbo's books in a Kingdee: Harbour is one customer among others, and some lamps are made for others only. */
export const startKingdeeSeller = async ({ articles, seed, board }: Start): Promise<KingdeeSeller> => {
  const { ningboPassword: secret } = seededCredentials(seed)
  const { erp } = await startCompany({ organisation, secret, faults: board, articles, hasStock: false })
  erp.addCustomer('BAYVIEW', 'Bayview Hotels')
  erp.addCustomer(buyerCode, 'Harbour Trading')
  for (const number of ['HOTEL-01', 'HOTEL-02']) erp.addMaterial({ number, name: `Bedside lamp ${number}` })
  const salesFor = (reference: string): readonly Bill[] => erp.bills(form).filter(({ head }) => head.FBillNo === `${prefix}${reference}`)
  return {
    erp,
    url: erp.url,
    environment: { NINGBO_URL: erp.url, NINGBO_ACCOUNT: account, NINGBO_USER: user, NINGBO_APP_ID: appId, NINGBO_APP_SECRET: secret },
    leftOut: [],
    openSale: (reference) => salesFor(reference).find(({ head }) => head.FDocumentStatus === 'B')?.id,
    answer(sale, answer) {
      if (answer !== 'accept') erp.step('CancelAssign', form, sale)
      if (answer === 'refuse') return void erp.step('Cancel', form, sale)
      if (answer !== 'accept') {
        const entries = erp.bills(form).find(({ id }) => id === sale)?.entries ?? []
        const placeOf = (line: number) => entries.findIndex(({ values }) => values.FEntryNote === String(line))
        for (const { line, quantity } of answer.cut) erp.setQuantity(form, sale, placeOf(line), quantity)
        erp.step('Submit', form, sale)
      }
      erp.step('Audit', form, sale)
    },
    isLoaded: (reference) => salesFor(reference).some(isStanding),
    sales: async () => ordersIn(erp, form, (number) => number.replace(prefix, ''), grossPrice),
    trouble: () => [board.arm('503', { times: 2 })],
    close: () => erp.close(),
  }
}
