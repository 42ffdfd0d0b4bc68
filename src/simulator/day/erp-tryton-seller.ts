import type { Erp } from '../tryton/erp.ts'
import { seededCredentials } from './credentials.ts'
import { createErpReader } from './erp-reader.ts'
import { salesIn } from './erp-tryton-records.ts'
import type { SellerErp, Start } from './system.ts'
import { startNingbo } from './world-erps.ts'

/** `erp`: the simulated Tryton itself, and the ids of its products, for tests that look inside. */
export type TrytonSeller = SellerErp & { readonly erp: Erp; readonly products: ReadonlyMap<string, number> }

/** Ningbo's books in a Tryton. */
export const startTrytonSeller = async ({ articles, seed, board }: Start): Promise<TrytonSeller> => {
  const { ningboPassword: password } = seededCredentials(seed)
  const { erp, products } = await startNingbo(articles, password, board)
  const states = (reference: string) => erp.salesByReference(reference).map((id) => ({ id, state: erp.saleState(id).state }))
  return {
    erp,
    products,
    url: erp.url,
    environment: { NINGBO_URL: erp.url, NINGBO_PASSWORD: password },
    leftOut: [],
    openSale: (reference) => states(reference).find(({ state }) => state === 'draft' || state === 'quotation')?.id,
    answer: (sale, answer) => erp.answerSale(sale, answer),
    isLoaded: (reference) => states(reference).some(({ state }) => state === 'processing'),
    sales: () => salesIn(createErpReader(erp.url, erp.database, password)),
    trouble: () => [board.arm('503', { times: 2 })],
    close: () => erp.close(),
  }
}
