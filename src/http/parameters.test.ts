import { expect, test } from 'vitest'
import { readingRoom } from './body.ts'
import { compileInputs } from './parameters.ts'
import { routeTable } from './routes.ts'

test('the input of every route compiles', () => {
  const table = routeTable(readingRoom(1))
  expect(compileInputs(table).size).toBe(table.length)
})
