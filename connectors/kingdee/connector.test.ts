import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { testConnector } from '../../src/testing/connector-kit.ts'
import connector from './connector.ts'

describe.each(['conversation.json', 'conversation.app-secret.json'])('%s', (file) => {
  testConnector(connector, JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', file), 'utf8')))
})
