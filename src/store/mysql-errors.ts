import { isHubError, retry } from '../model/errors.ts'

/** Faults that pass when the whole transaction is run again (error numbers of MySQL and MariaDB). */
const again: ReadonlySet<string> = new Set([
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  'ER_XA_RBDEADLOCK',
  'ER_LOCK_NOWAIT',
])

/** The connection is gone or of no use any more, so nothing that was not committed remains. */
const lost: ReadonlySet<string> = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ER_SERVER_SHUTDOWN',
  'ER_NORMAL_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_CONNECTION_KILLED',
  'ER_NEW_ABORTING_CONNECTION',
  'ER_ABORTING_CONNECTION',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_NET_PACKET_TOO_LARGE',
])

/** Numbers that mysql2 has no name for: MariaDB 1927 (connection killed), 4031 (the server closed an idle connection). */
const lostNumbers: ReadonlySet<number> = new Set([1927, 4031])
/** MariaDB 1969 (max_statement_time), MySQL 3024 (max_execution_time), 1317 (interrupted). */
const slowNumbers: ReadonlySet<number> = new Set([1969, 3024, 1317])

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '')
const numberOf = (error: unknown): number =>
  error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : 0

/** What mysql2 says, without any code, on a connection that it noticed to be closed. */
const closedState = 'connection is in closed state'

export const isLost = (error: unknown): boolean =>
  lost.has(codeOf(error)) ||
  (error instanceof Error && error.message.includes(closedState)) ||
  lostNumbers.has(numberOf(error)) ||
  (isHubError(error) && error.detail.code === 'database-lost')

/** Whether running the whole transaction again may succeed: deadlocks, lock waits, lost connections, and another transaction that was quicker. */
export const isWorthAnother = (error: unknown): boolean =>
  isHubError(error)
    ? ['database-lost', 'database-locked'].includes(error.detail.code) || error.detail.code.endsWith('-race')
    : again.has(codeOf(error)) || isLost(error)

/** Names what passes; an error that the statement itself is to blame for keeps its own message, with the statement. */
export function classed(error: unknown, text: string): unknown {
  if (!(error instanceof Error) || isHubError(error)) return error
  const where = `(${text.length > 400 ? `${text.slice(0, 400)}…` : text})`
  if (isLost(error)) return retry('database-lost', `the connection to the database was lost: ${error.message} ${where}`, { cause: error })
  if (again.has(codeOf(error)))
    return retry('database-locked', `another transaction held what this one needed: ${error.message} ${where}`, { cause: error })
  if (slowNumbers.has(numberOf(error)))
    return retry('database-slow', `the database gave a statement up because it took too long: ${error.message} ${where}`, { cause: error })
  error.message += ` ${where}`
  return error
}
