import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bed, openBed } from './bad-inputs/bed.ts'
import { connectionOf } from './bad-inputs/bed-workspace.ts'
import { notHere } from './bad-inputs/not-here.ts'
import type { Row } from './bad-inputs/row.ts'
import { addressRows } from './bad-inputs/rows-address.ts'
import { apiRows } from './bad-inputs/rows-api.ts'
import { fileRows } from './bad-inputs/rows-file.ts'
import { bodyRows } from './bad-inputs/rows-hook-body.ts'
import { eventRows } from './bad-inputs/rows-hook-event.ts'
import { valueRows } from './bad-inputs/rows-hook-value.ts'
import { partnerRows } from './bad-inputs/rows-partner.ts'
import { runRow } from './bad-inputs/run-row.ts'

/** Bad inputs 1 to 68 against a whole hub: a clear error at the right place, nothing good lost. */

const table: Readonly<Record<string, readonly Row[]>> = {
  'the body of a webhook': bodyRows,
  'an event': eventRows,
  'a value': valueRows,
  'the answer of a partner': partnerRows,
  'the address of a partner': addressRows,
  'a file of a person': fileRows,
  'a request to the API': apiRows,
}
const rows = Object.values(table).flat()

test('every number from 1 to 68 has a row, or a reason why it has none', () => {
  const numbers = Array.from({ length: 68 }, (_, index) => index + 1)
  const missing = numbers.filter((b) => !rows.some((row) => row.b === b) && !Object.hasOwn(notHere, b))
  expect(missing).toEqual([])
  expect(Object.keys(notHere).filter((b) => rows.some((row) => String(row.b) === b))).toEqual([])
  const names = [...partnerRows, ...addressRows].map(connectionOf)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

/** These look at nothing but what they made themselves. The others count what all have stored, or change the workspace. */
const isApart = ({ kind }: Row): boolean => kind !== 'refused' && kind !== 'files' && kind !== 'play'

let bed: Bed
/** Its workspace is small, so that it is loaded again quickly. */
let small: Bed
beforeAll(async () => {
  bed = await openBed(partnerRows, addressRows)
  small = await openBed([], [])
}, 30_000)
afterAll(async () => {
  await small?.close()
  await bed?.close()
})

for (const [kind, of] of Object.entries(table))
  describe(kind, () => {
    const [apart = [], alone = []] = [true, false].map((is) => of.filter((row) => isApart(row) === is))
    const run = (row: Row): Promise<void> => runRow(of === fileRows ? small : bed, row)
    test.concurrent.each(apart)('B$b: $name', run)
    test.each(alone)('B$b: $name', run)
  })

test('no good order is missing after all of it, no request ended as a bug, and no prototype has grown', async () => {
  for (const { allGoodOnes, log } of [bed, small]) {
    expect(await allGoodOnes()).toEqual([])
    expect(log.filter((line) => /"level":(50|60)/.test(line))).toEqual([])
  }
  expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
})
