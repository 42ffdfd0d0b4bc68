/**
 * Another time of day for this process: what `Date` tells is so many milliseconds ahead. Timers are not touched. The month is played so, a day at a time: the world and the hub
 * (clock-preload.ts) always have the same time.
 */
const Real = globalThis.Date
let ahead = 0

export const realNow = (): number => Real.now()

export function setAhead(ms: number): void {
  ahead = ms
  if (globalThis.Date !== Real) return
  globalThis.Date = new Proxy(Real, {
    construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [target.now() + ahead] : given, made),
    apply: (target) => new target(target.now() + ahead).toString(),
    get: (target, name, receiver) => (name === 'now' ? () => target.now() + ahead : Reflect.get(target, name, receiver)),
  })
}
