import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idAfter, idMaker } from './id.ts'

const time = fc.integer({ min: 1, max: 2 ** 47 })

test('ids of one process sort as they were made, also when the clock goes back', () => {
  fc.assert(
    fc.property(fc.array(time, { minLength: 2, maxLength: 20 }), (times) => {
      const left = [...times]
      const newId = idMaker(() => left.shift() ?? 0)
      const ids = times.map(() => newId())
      expect([...ids].sort()).toEqual(ids)
      expect(new Set(ids).size).toBe(ids.length)
    }),
  )
})

test('an id that has to come after another one does, whatever the clocks of their makers say', () => {
  fc.assert(
    fc.property(time, time, (first, second) => {
      const [before, id] = [idMaker(() => first)(), idMaker(() => second)()]
      const after = idAfter(before, id)
      expect(after > before).toBe(true)
      expect(after).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
      if (id > before) expect(after).toBe(id)
    }),
  )
})
