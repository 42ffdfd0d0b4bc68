import { createSchedule, createWatch, type Desk, type Duty } from './desk.ts'
import type { PlannedPurchase } from './plan-purchases.ts'
import type { World } from './world.ts'

const confirming = 8 * 60 + 30

/** The buyer writes and confirms the purchase orders at 08:30. */
export const buyerDesk = (world: World, ids: Map<number, number>): Desk =>
  createSchedule(
    'buyer',
    world.plan.purchases.map(({ lines }, index) => ({
      at: confirming,
      run: () => {
        ids.set(index, world.harbour.purchase(lines))
      },
    })),
  )

/** Reads the numbers that the ERP gave to the confirmed purchases. Rejects when one is missing. */
export const readNumbers = async (world: World, ids: ReadonlyMap<number, number>): Promise<void> => {
  const numbers = await world.harbour.purchaseNumbers()
  for (const [index, id] of ids) {
    const number = numbers.get(id)
    if (number === undefined) throw new RangeError(`purchase ${id} of Harbour's ERP has no number`)
    world.book.purchases.set(index, { id, number })
  }
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
      const open = (): number | undefined => {
        const number = world.book.purchases.get(index)?.number
        return number === undefined ? undefined : world.ningbo.openSale(number)
      }
      return {
        what: `purchase ${index + 1} as a sale in Ningbo's ERP`,
        ready: () => open() !== undefined,
        run: () => {
          const sale = open()
          if (sale !== undefined) world.ningbo.answer(sale, answerTo(purchase))
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
      const loaded = (): boolean => world.ningbo.isLoaded(world.book.purchases.get(index)?.number ?? '')
      return [
        {
          what: `truck for purchase ${index + 1}`,
          ready: (minute) => minute >= truckAt && loaded(),
          run: () => {
            const purchase = world.book.purchases.get(index)
            if (!purchase) return
            const counted = lines.map(({ arrived, broken }, at) => ({ line: at + 1, accepted: arrived - broken, rejected: broken }))
            world.harbour.receive(purchase.id, counted, `NL-${1000 + index}`, `NBL-2026-${String(index + 1).padStart(4, '0')}`)
          },
        },
      ]
    }),
  )
