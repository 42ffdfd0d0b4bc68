import type { Fault } from '../model/errors.ts'
import { GrammarError } from './lexer.ts'
import type { Pointer } from './source-text.ts'
import type { Position } from './types.ts'

/** Where a fault lies: a pointer into the file, and for a fault inside a text the place in that text. */
export interface FaultPlace {
  readonly at: Pointer
  readonly inText?: number
  /** the name of the field is meant, not its value */
  readonly part?: 'key' | 'value'
}

/** Collects the faults of one file; the same fault met twice (a part used in two places) counts once. */
export interface Faults {
  readonly add: (code: string, place: FaultPlace, path: string, message: string, suggestion?: string) => void
  /** the same as a warning, whatever the code says: for what is only known from samples */
  readonly warn: Faults['add']
  readonly addAt: (position: FaultPosition, code: string, path: string, message: string, suggestion?: string) => void
  /** runs a parser and turns its GrammarError into a fault */
  readonly grammar: <T>(place: FaultPlace, path: string, parse: () => T) => T | undefined
  readonly list: () => readonly Fault[]
  readonly failed: () => boolean
}

/** Most faults reported for one file. */
export const maxFaults = 200

/** A place for people; `file`: in another file than the one the faults are collected for. */
export interface FaultPosition extends Position {
  readonly file?: string
}

/** @param locate line and column of a place */
export function collectFaults(file: string, locate: (place: FaultPlace) => FaultPosition): Faults {
  const found = new Map<string, Fault>()
  let errors = 0
  const add: Faults['add'] = (code, place, path, message, suggestion) => addAt(locate(place), code, path, message, suggestion)
  const warn: Faults['warn'] = (code, place, path, message, suggestion) => put('warning', locate(place), code, path, message, suggestion)
  const addAt: Faults['addAt'] = (position, code, path, message, suggestion) =>
    put(code.startsWith('W_') ? 'warning' : 'error', position, code, path, message, suggestion)
  const put = (
    severity: Fault['severity'],
    position: FaultPosition,
    code: string,
    path: string,
    message: string,
    suggestion: string | undefined,
  ): void => {
    if (severity === 'error') errors++
    const key = `${code} ${position.file ?? ''} ${position.line}:${position.column} ${message}`
    if (found.has(key) || found.size >= maxFaults) return
    found.set(key, { code, severity, file, ...position, path, message, ...(suggestion === undefined ? {} : { suggestion }) })
  }
  return {
    add,
    warn,
    addAt,
    grammar: (place, path, parse) => {
      try {
        return parse()
      } catch (error) {
        if (!(error instanceof GrammarError)) throw error
        add(error.code, { ...place, inText: error.at }, path, error.message, error.suggestion)
        return undefined
      }
    },
    list: () => [...found.values()].sort((a, b) => a.line - b.line || a.column - b.column),
    failed: () => errors > 0,
  }
}
