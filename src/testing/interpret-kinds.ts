import { functions, type Kind } from '../mapping/functions.ts'
import type { Expr } from '../mapping/grammar.ts'
import { type Frame, itemFrame, letOf, read, type State } from './interpret-state.ts'

/** The kind that holds both; a number beside a raw value makes it a number. */
export function common(a: Kind, b: Kind): Kind {
  if (a === b) return a
  const isNumber = (kind: Kind): boolean => kind === 'decimal' || kind === 'integer'
  const numeric = (isNumber(a) && (isNumber(b) || b === 'raw')) || (isNumber(b) && a === 'raw')
  return numeric ? 'decimal' : 'raw'
}

/** What kind of value an expression gives, known without a document. */
export function kindOf(expr: Expr, frame: Frame): Kind {
  switch (expr.op) {
    case 'number':
    case 'minus':
    case 'arithmetic':
      return 'decimal'
    case 'text':
      return 'text'
    case 'path': {
      const named = letOf(frame, expr.path)
      return named === undefined ? 'raw' : kindOf(named.formula.expr, named.frame)
    }
    case 'else':
      return common(kindOf(expr.left, frame), kindOf(expr.right, frame))
    case 'choose':
      return common(kindOf(expr.yes, frame), kindOf(expr.no, frame))
    case 'call':
      return functions.get(expr.name)?.gives ?? 'raw'
    default:
      return 'boolean'
  }
}

/** Whether what an expression hands on as it stands is read from a field that must not be shown. */
export function hides(expr: Expr, place: { readonly state: State; readonly frame: Frame }): boolean {
  if (expr.op === 'else') return hides(expr.left, place) || hides(expr.right, place)
  if (expr.op === 'choose') return hides(expr.yes, place) || hides(expr.no, place)
  return expr.op === 'path' && secretly(expr, place.state, place.frame)
}

/** Whether an expression reads a field that must not be shown, in whatever branch. */
export function secretly(expr: Expr, state: State, frame: Frame): boolean {
  switch (expr.op) {
    case 'path': {
      const named = letOf(frame, expr.path)
      return named === undefined ? read(state, frame, expr.path).secret : secretly(named.formula.expr, state, named.frame)
    }
    case 'number':
    case 'text':
    case 'boolean':
      return false
    case 'minus':
    case 'not':
      return secretly(expr.of, state, frame)
    case 'choose':
      return [expr.test, expr.yes, expr.no].some((part) => secretly(part, state, frame))
    case 'call': {
      const [list, ...rest] = expr.args
      if ((expr.name !== 'sum' && expr.name !== 'count') || list?.op !== 'path')
        return expr.args.some((part) => secretly(part, state, frame))
      const inside = itemFrame(frame, read(state, frame, list.path), null, 0, 1)
      return rest.some((part) => secretly(part, state, inside))
    }
    default:
      return secretly(expr.left, state, frame) || secretly(expr.right, state, frame)
  }
}
