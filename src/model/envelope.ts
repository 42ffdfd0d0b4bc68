/** One record inside a receipt: how it is named, cut and settled (design.md section 2). */

export type EnvelopeState = 'received' | 'parked' | 'applied' | 'unchanged' | 'duplicate' | 'stale' | 'ignored' | 'dead'

/** States that ask for nothing more. */
export const settledEnvelope: ReadonlySet<EnvelopeState> = new Set(['applied', 'unchanged', 'duplicate', 'stale', 'ignored', 'dead'])

export type EnvelopeReason =
  /** dead: the bytes are not what the codec reads */
  | 'unparseable'
  /** dead: read, but a mapping or schema refused it */
  | 'invalid'
  /** dead: same event id or version, other content, and nobody to ask again */
  | 'conflict'
  /** unchanged: our own write come back */
  | 'echo'
  /** ignored: the stream part's condition does not hold, or it is nobody's business here */
  | 'filtered'
  /** ignored: the webhook names a topic the connector does not know */
  | 'unknown-topic'
  /** ignored: it only said that something changed; the record is read again by its key */
  | 'refetch'
  /** parked: the record belongs to a document the hub cannot name yet */
  | 'unidentified'
  /** parked: it refers to a link that is missing and that its key is made of */
  | 'missing-link'
  /** parked: a code list lacks one of its codes */
  | 'missing-code'
  /** parked: a record before it, or it itself, looks different from all before, and the stream stops at that */
  | 'drift'
  /** dead: the process died while working on it too often */
  | 'poison'

/**
 * Where a record's bytes are: a byte range of a receipt's body, or its place in the parsed receipt for codecs that are not JSON.
 * `into` names the parent's field that embedded children land in.
 */
export type Slice =
  | { readonly receipt: string; readonly from: number; readonly to: number; readonly into?: string }
  | { readonly receipt: string; readonly index: number; readonly into?: string }

/**
 * What the state of a record's parts makes of the envelope: the one that needs a person or a wait wins, then effect over none.
 */
const weight: readonly EnvelopeState[] = ['dead', 'parked', 'received', 'applied', 'unchanged', 'stale', 'duplicate', 'ignored']
export const combineStates = (states: readonly EnvelopeState[]): EnvelopeState =>
  weight.find((state) => states.includes(state)) ?? 'ignored'
