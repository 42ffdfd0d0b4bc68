/** Where a parcel can be, in words of this simulator: each service says it in its own. */
export const steps = ['announced', 'collected', 'moving', 'out', 'locker', 'failed', 'delivered', 'returned'] as const
export type StepWord = (typeof steps)[number]

export interface Scan {
  readonly at: Date
  readonly step: StepWord
  readonly text: string
  readonly city: string
}
export interface Parcel {
  /** what the service calls its carrier; empty where nobody said */
  readonly carrier: string
  readonly number: string
  readonly scans: Scan[]
  readonly registeredAt: Date
}

/** Parcels that somebody asked a service to watch, by their number. */
export interface Mail {
  readonly parcels: ReadonlyMap<string, Parcel>
  /** the parcel, and whether it is watched for the first time */
  register(number: string, carrier: string): { readonly parcel: Parcel; readonly isNew: boolean }
  /** Something happens to a parcel: the step after its last one where none is named. @throws Error for a number nobody registered */
  scan(number: string, more?: Partial<Scan>): Parcel
}

const way: readonly StepWord[] = ['announced', 'collected', 'moving', 'out', 'delivered']
const words: Readonly<Record<StepWord, string>> = {
  announced: 'Label created',
  collected: 'Picked up',
  moving: 'Departed from the hub',
  out: 'Out for delivery',
  locker: 'Left in a locker',
  failed: 'Nobody was at home',
  delivered: 'Delivered',
  returned: 'Returned to the sender',
}

export function createMail(now: () => Date): Mail {
  const parcels = new Map<string, Parcel>()
  return {
    parcels,
    register(number, carrier) {
      const known = parcels.get(number)
      if (known !== undefined) return { parcel: known, isNew: false }
      const parcel: Parcel = { carrier, number, scans: [], registeredAt: now() }
      parcels.set(number, parcel)
      return { parcel, isNew: true }
    },
    scan(number, more = {}) {
      const parcel = parcels.get(number)
      if (parcel === undefined) throw new Error(`nobody registered ${number}`)
      const last = parcel.scans.at(-1)
      const step = more.step ?? way[last === undefined ? 0 : way.indexOf(last.step) + 1] ?? 'delivered'
      parcel.scans.push({ at: more.at ?? now(), step, text: more.text ?? words[step], city: more.city ?? 'Ningbo' })
      return parcel
    },
  }
}
