import type { OrderNumberTable } from '../../store/tables-numbers.ts'
import type { NumberChange } from './desk.ts'

/**
 * What ends the lease of a number that was not completed (R307). One that was, or may have been, shown outside is retired; any other is available again, as its next generation, after the quarantine.
 * `unused`: the holder of a block says that it showed it to nobody.
 */
export function givenBack(
  row: OrderNumberTable,
  at: number,
  { quarantineMs, why, unused }: { readonly quarantineMs: number; readonly why: string; readonly unused: boolean },
): NumberChange & { readonly to: { readonly state: OrderNumberTable['state'] } } {
  const isSeen = row.exposed === 1 && !(unused && row.block === 1)
  if (isSeen) return { row, to: { state: 'retired' }, why }
  return { row, to: { state: 'available', due_at: at + quarantineMs, generation: row.generation + 1, exposed: 0, block: 0 }, why }
}
