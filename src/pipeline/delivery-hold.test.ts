import { afterEach, describe, expect, test } from 'vitest'
import { doubtOpenCommands, readDeliveryHold, saveDeliveryHold } from '../store/delivery-hold.ts'
import { dutiesOf, knowLamp, later, order } from '../testing/bed-questions.ts'
import { type Bed, bedTenant, openBed } from '../testing/pipeline-bed.ts'
import { byFinding, saleAction, tinyErp } from '../testing/tiny-connectors.ts'

let bed: Bed
afterEach(() => bed.close())
const hold = (restored = false) =>
  bed.database.write((tx) => saveDeliveryHold(tx, bedTenant, { at: bed.clock.now, who: 'me', reason: null, restored }, bed.clock.now))
const letGo = () =>
  bed.database.write(async (tx) => {
    const doubted = await doubtOpenCommands(tx, bedTenant)
    await saveDeliveryHold(tx, bedTenant, undefined, bed.clock.now)
    return doubted
  })

test('what is held is not sent, however often it is rung for, and goes out once when it is let go', async () => {
  bed = await openBed()
  await knowLamp(bed)
  await hold()
  await order(bed, 1)
  await later(bed, 3_600_000)
  expect(bed.partner.calls('POST', '/erp/sales')).toBe(0)
  expect(await dutiesOf(bed)).toEqual(['create due'])
  await bed.database.write((tx) => saveDeliveryHold(tx, bedTenant, undefined, bed.clock.now))
  await bed.drain()
  expect(await dutiesOf(bed)).toEqual(['create delivered'])
  expect(bed.partner.calls('POST', '/erp/sales')).toBe(1)
})

test('a hold after a restore stays one when somebody holds again', async () => {
  bed = await openBed()
  expect(await readDeliveryHold(bed.database.read, bedTenant)).toBeUndefined()
  await hold(true)
  await hold(false)
  expect(await readDeliveryHold(bed.database.read, bedTenant)).toMatchObject({ restored: true, who: 'me' })
})

describe('a backup from before an order was sent is restored', () => {
  test('a partner that can be asked gets the order no second time', async () => {
    bed = await openBed({ erp: tinyErp(saleAction(byFinding)) })
    await knowLamp(bed)
    await hold()
    await order(bed, 1)
    // the future that the backup does not know: the partner has it
    await bed.database.write((tx) => saveDeliveryHold(tx, bedTenant, undefined, bed.clock.now))
    const before = await bed.database.read.selectFrom('delivery').selectAll().execute()
    const lanes = await bed.database.read.selectFrom('lane').selectAll().where('kind', '=', 'deliver').execute()
    await bed.drain()
    expect(bed.partner.sales.size).toBe(1)
    await bed.database.write(async (tx) => {
      await tx.deleteFrom('delivery').execute()
      await tx.deleteFrom('attempt').execute()
      await tx.deleteFrom('link').where('connection', '=', 'erp').where('linked_by', '=', 'delivery').execute()
      await tx.deleteFrom('line_link').where('connection', '=', 'erp').execute()
      for (const row of before) await tx.insertInto('delivery').values(row).execute()
      for (const row of lanes) await tx.insertInto('lane').values(row).execute()
    })
    await hold(true)
    await bed.drain()
    expect(await dutiesOf(bed)).toEqual(['create due'])
    expect(await letGo()).toBe(1)
    await bed.drain()
    expect(await dutiesOf(bed)).toEqual(['create delivered/found at the partner after an unanswered try'])
    expect(bed.partner.sales.size).toBe(1)
    expect(bed.partner.calls('POST', '/erp/sales')).toBe(1)
  })
})
