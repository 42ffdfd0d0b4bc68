import { reject } from '../model/errors.ts'
import { writeAudit } from '../store/audit.ts'
import { insertReport } from '../store/report.ts'
import type { ReportTable } from '../store/tables.ts'
import type { Context } from './context.ts'
import { reconcileStream } from './reconcile.ts'
import { figureRoutes, reconcileFigures } from './reconcile-figures.ts'
import type { ReconcileAsk, ReconcileReport } from './reconcile-report.ts'

/** `stream`: one only; left out: every stream that is read, and every figure that routes keep there. */
export type ReconcileWish = Omit<ReconcileAsk, 'stream'> & { readonly stream?: string; readonly askedBy: string }

/**
 * Compares a connection with the ledger, keeps the report and answers it.
 * @throws HubError (reject) `no-connection`, `no-stream`, and what reconcileStream and reconcileFigures throw
 */
export async function reconcile(context: Context, wish: ReconcileWish, signal: AbortSignal): Promise<ReportTable> {
  const { database, tenant } = context
  const { askedBy, stream, ...rest } = wish
  const setup = context.catalogue().connections.get(wish.connection)
  if (setup === undefined) throw reject('no-connection', `the workspace has no connection '${wish.connection}'`)
  const streams = stream === undefined ? [...setup.streams.keys()].filter((name) => setup.connector.streams[name]?.call) : [stream]
  const parts: ReconcileReport[] = []
  for (const name of streams) parts.push(await reconcileStream(context, setup, { ...rest, stream: name }, signal))
  for (const route of stream === undefined ? figureRoutes(context, setup) : []) {
    const part = await reconcileFigures(context, setup, route, { ...rest, stream: route.id }, signal)
    if (part !== undefined) parts.push(part)
  }
  const differences = parts.flatMap(({ counts }) => Object.values(counts)).reduce((sum, count) => sum + count, 0)
  const isHealing = wish.heal !== 'none' && !wish.dryRun
  return database.write(async (tx) => {
    const now = await database.now()
    const row: ReportTable = {
      tenant,
      id: context.newId(),
      connection: wish.connection,
      from_day: wish.from,
      until_day: wish.until,
      heal: wish.heal,
      dry_run: wish.dryRun ? 1 : 0,
      same: differences === 0 ? 1 : 0,
      differences,
      body: JSON.stringify(parts),
      asked_by: askedBy,
      created_at: now,
    }
    await insertReport(tx, row)
    const detail = { report: row.id, heal: wish.heal, differences }
    if (isHealing)
      await writeAudit(tx, { tenant, id: context.newId(), at: now, who: askedBy, act: 'healed', connection: row.connection, detail })
    return row
  })
}
