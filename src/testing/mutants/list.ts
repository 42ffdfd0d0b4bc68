import type { Mutant } from './mutant.ts'

/** Every safeguard with its mutant. The names of `demoBreaks` are also taken by `crossdock demo --break`. */
export const mutants: readonly Mutant[] = []

export const demoBreaks: readonly string[] = ['dedupe', 'fence', 'checkpoint', 'effect-key', 'cutoff']
