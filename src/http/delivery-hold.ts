import { writeAudit } from '../store/audit.ts'
import { type DeliveryHold, doubtOpenCommands, readDeliveryHold, saveDeliveryHold } from '../store/delivery-hold.ts'
import { route, writeRoute } from './route.ts'
import { count, described, fields, flag, nullable, type Of, optional, text, time } from './shape.ts'
import { iso } from './values.ts'

const hold = fields({
  held: flag,
  since: nullable(time),
  who: nullable(text()),
  reason: nullable(text()),
  restored: described(flag, 'the database was restored: what it calls open may have been done'),
})

const shown = (row: DeliveryHold | undefined): Of<typeof hold> => ({
  held: row !== undefined,
  since: row === undefined ? null : iso(row.at),
  who: row?.who ?? null,
  reason: row?.reason ?? null,
  restored: row?.restored === true,
})

const tag = 'deliveries'
const path = '/v1/delivery-hold'

export const deliveryHoldRoutes = [
  route({
    id: 'getDeliveryHold',
    method: 'GET',
    path,
    tag,
    scope: 'read',
    summary: { en: 'Whether all deliveries are held, and why', zh: '是否暂停全部投递及原因' },
    answer: hold,
    handle: async ({ hub }) => ({ body: shown(await readDeliveryHold(hub.database.read, hub.tenant)) }),
  }),
  writeRoute({
    id: 'holdDeliveries',
    method: 'POST',
    path,
    tag,
    scope: 'admin',
    summary: {
      en: 'Send nothing to any partner until a person lets deliveries go; reading and applying go on',
      zh: '在人工放行之前不向任何合作方发送；读取和入账照常',
    },
    body: fields({ reason: optional(text(200)), restored: optional(flag) }),
    answer: hold,
    effect: async (tx, { hub, body, now, who }) => {
      const wanted = { at: now, who: who.id, reason: body.reason ?? null, restored: body.restored === true }
      const row = await saveDeliveryHold(tx, hub.tenant, wanted, now)
      await writeAudit(tx, { tenant: hub.tenant, id: hub.newId(), at: now, who: who.id, act: 'deliveries-held', detail: { ...row } })
      return { body: shown(row) }
    },
  }),
  writeRoute({
    id: 'releaseDeliveries',
    method: 'POST',
    path: `${path}/release`,
    tag,
    scope: 'admin',
    summary: {
      en: 'Let deliveries go; after a restore every open command counts as perhaps done and is looked up first',
      zh: '放行投递；恢复备份后，每条未结命令都按“可能已执行”处理，先查询再发送',
    },
    body: fields({}),
    answer: fields({ held: flag, doubted: described(count, 'open commands that are looked up at the partner before they are sent') }),
    effect: async (tx, { hub, now, who }) => {
      const row = await readDeliveryHold(tx, hub.tenant)
      const doubted = row?.restored === true ? await doubtOpenCommands(tx, hub.tenant) : 0
      await saveDeliveryHold(tx, hub.tenant, undefined, now)
      if (row !== undefined)
        await writeAudit(tx, {
          tenant: hub.tenant,
          id: hub.newId(),
          at: now,
          who: who.id,
          act: 'deliveries-released',
          detail: { ...row, doubted },
        })
      const after = () => {
        for (const connection of hub.catalogue().connections.keys()) hub.bell.ring({ kind: 'deliver', connection })
      }
      return { body: { held: false, doubted }, after }
    },
  }),
]
