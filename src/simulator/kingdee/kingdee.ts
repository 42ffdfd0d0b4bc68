import type { Json, JsonObject } from '../../model/json.ts'
import type { FaultBoard } from '../faults.ts'
import { startRestartable } from '../restart.ts'
import { type Bill, openAccount } from './account.ts'
import { type Credentials, callName, openDoor } from './door.ts'
import { callOperation, isWrite } from './operations.ts'
import { createStaff, type Staff } from './staff.ts'

export interface KingdeeOptions extends Credentials {
  readonly faults: FaultBoard
  /** true time; the server's own clock adds the fault `clock-skew` */
  readonly now?: () => Date
  readonly port?: number
  /** how long a save takes before its effect, in ms; no time when absent */
  readonly saveMs?: number
}
export interface Effect {
  readonly operation: string
  readonly body: JsonObject
  readonly result: Json
}
export type Kingdee = Staff & {
  /** with /k3cloud */
  readonly url: string
  /** requests by form and operation: `POST SAL_SaleOrder.Save` */
  readonly counts: Readonly<Record<string, number>>
  /** what clients of the API changed, in order */
  readonly log: readonly Effect[]
  bills(form: string): readonly Bill[]
  endSessions(): void
  changeSecret(appSecret: string): void
  /** breaks every connection, ends all sessions and comes back after so many ms */
  restart(downMs?: number): Promise<void>
  close(): Promise<void>
}

/**
 * A Kingdee Cloud Galaxy (金蝶云星空) on the loopback interface, held in memory, with one organisation: ExecuteBillQuery over its forms, Save, Submit, Audit, UnAudit, CancelAssign and ExcuteOperation of bills, signed headers and
 * sessions. Its server stands in China. Written from public transcriptions of the official SDKs, client code, and recorded answers: an audit moves FApproveDate and not FModifyDate, errors of a query come as the only cell of the
 * only row, a text without a value is one blank.
 *
 * Not simulated: field permissions, numbering rules, approval flows, Push, View, several organisations and currencies, lots, and fields nobody here reads.
 */
export async function startKingdee(options: KingdeeOptions): Promise<Kingdee> {
  const { faults, now = () => new Date(), organisation } = options
  const clock = (): Date => new Date(now().getTime() + faults.skew())
  let { appSecret } = options
  const account = openAccount(organisation, clock)
  const log: Effect[] = []
  const door = openDoor({
    credentials: () => ({ ...options, appSecret }),
    now: () => clock().getTime(),
    call: (operation, body) => {
      const result = callOperation(account, operation, body)
      if (isWrite(operation)) log.push({ operation, body, result })
      return result
    },
  })
  const server = await startRestartable(
    {
      routes: door.routes,
      faults,
      clock,
      port: options.port,
      nameOf: callName,
      spanOf: (name) => (name.endsWith('.Save') ? (options.saveMs ?? 0) : 0),
    },
    door.endSessions,
  )
  return {
    ...createStaff(account),
    url: `${server.url}/k3cloud`,
    counts: server.counts,
    log,
    bills: (form) => [...account.bills(form).values()],
    endSessions: door.endSessions,
    changeSecret: (secret) => {
      appSecret = secret
    },
    restart: server.restart,
    close: server.close,
  }
}
