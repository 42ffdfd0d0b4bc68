import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { testConnector } from '../../src/testing/connector-kit.ts'
import connector from './connector.ts'

testConnector(connector, JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/conversation.json'), 'utf8')))
