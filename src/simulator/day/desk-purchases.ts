import { createSchedule, createWatch, type Desk, type Duty } from './desk.ts'
import { createErpReader } from './erp-reader.ts'
import { casePrice, type PlannedPurchase } from './plan-purchases.ts'
import type { World } from './world.ts'
import { supplierCode } from './world-erps.ts'

const confirming = 8 * 60 + 30

/** The buyer writes and confirms the purchase orders at 08:30. */
export const buyerDesk = (world: World, ids: Map<number, number>): Desk =>
  createSchedule(
    'buyer',
    world.plan.purchases.map(({ lines }, index) => ({
      at: confirming,
      run: () => {
        const { erp } = world.harbour
        const id = erp.createPurchase({
          supplier: supplierCode,
          currency: 'CNY',
          lines: lines.map(({ article, cases }) => ({ product: article, quantity: cases, unit: 'cs', unitPrice: casePrice })),
        })
        erp.confirmPurchase(id)
        ids.set(index, id)
      },
    })),
  )

/** Reads the numbers that the ERP gave to the confirmed purchases. Rejects when one is missing. */
export const readNumbers = async (world: World, ids: ReadonlyMap<number, number>): Promise<void> => {
  const { erp } = world.harbour
  const reader = createErpReader(erp.url, erp.database, world.credentials.harbourPassword)
  const rows = await reader.all('purchase.purchase', [['number', '!=', null]], ['number'])
  const numbers = new Map(rows.map(({ id, number }) => [Number(id), String(number)]))
  for (const [index, id] of ids) {
    const number = numbers.get(id)
    if (number === undefined) throw new RangeError(`purchase ${id} of Harbour's ERP has no number`)
    world.book.purchases.set(index, { id, number })
  }
}

/** Sales in Ningbo's ERP that carry the number of a purchase. */
const salesFor = (world: World, index: number): readonly number[] => {
  const purchase = world.book.purchases.get(index)
  return purchase === undefined ? [] : world.ningbo.erp.salesByReference(purchase.number)
}

const answerTo = ({ answer, lines }: PlannedPurchase) => {
  if (answer === 'accepted') return 'accept' as const
  if (answer === 'refused') return 'refuse' as const
  const cut = lines.flatMap(({ cases, confirmed }, at) => (confirmed === cases ? [] : [{ line: at + 1, quantity: confirmed }]))
  return { cut }
}

/** Ningbo answers each sale that appears in its ERP, once. */
export const sellerDesk = (world: World): Desk =>
  createWatch(
    'seller',
    world.plan.purchases.map((purchase, index): Duty => {
      const open = (): number | undefined =>
        salesFor(world, index).find((sale) => ['draft', 'quotation'].includes(world.ningbo.erp.saleState(sale).state))
      return {
        what: `purchase ${index + 1} as a sale in Ningbo's ERP`,
        ready: () => open() !== undefined,
        run: () => {
          const sale = open()
          if (sale !== undefined) world.ningbo.erp.answerSale(sale, answerTo(purchase))
        },
      }
    }),
  )

/** The truck comes when Ningbo has accepted; what it brings is counted in, and its invoice is posted at once. */
export const dockDesk = (world: World): Desk =>
  createWatch(
    'dock',
    world.plan.purchases.flatMap(({ truckAt, lines }, index): Duty[] => {
      if (truckAt === undefined) return []
      const loaded = (): boolean => salesFor(world, index).some((sale) => world.ningbo.erp.saleState(sale).state === 'processing')
      return [
        {
          what: `truck for purchase ${index + 1}`,
          ready: (minute) => minute >= truckAt && loaded(),
          run: () => {
            const { erp } = world.harbour
            const purchase = world.book.purchases.get(index)
            if (!purchase) return
            const counted = lines.map(({ arrived, broken }, at) => ({ line: at + 1, accepted: arrived - broken, rejected: broken }))
            const shipment = erp.receive(purchase.id, counted, `NL-${1000 + index}`)
            erp.invoiceReceipt(shipment, `NBL-2026-${String(index + 1).padStart(4, '0')}`)
          },
        },
      ]
    }),
  )
